"""What has to be done and asked before a cabinet shows data, as lists of steps in both languages."""

from typing import Literal

from provision.text import Text

Group = Literal["branch", "cloud", "own_centre", "script", "online"]

TITLES: dict[Group, Text] = {
    "branch": Text("Филиал", "Branch"),
    "cloud": Text("Установки в «Техэксперт.Облако»", "Installations in the Techexpert cloud"),
    "own_centre": Text("Установки в своём ЦОД", "Installations in the own data centre"),
    "script": Text("Установки на оборудовании клиента", "Installations on the client's hardware"),
    "online": Text("Онлайн-доступы", "Online accesses"),
}

STEPS: dict[Group, tuple[Text, ...]] = {
    "branch": (
        Text("решено, кто кого видит", "it is decided which branches may see each other"),
        Text("решение передано оператору СМАРТа", "the SMART operator knows the decision"),
        Text("адреса почты не пересекаются с другими филиалами", "no e-mail also belongs to another branch"),
        Text("названы ящики для оповещений", "the mailboxes for alerts are named"),
        Text("менеджеры зарегистрированы", "the managers are registered"),
        Text("созданы два чата в Telegram: оповещения и вопросы", "two Telegram chats exist: alerts and questions"),
        Text("в почте настроена сортировка оповещений", "the mailbox sorts the alerts"),
    ),
    "cloud": (
        Text("версия комплекса не ниже 6.4.5.127", "product version 6.4.5.127 or newer"),
        Text("создана группа metrics", "the group metrics exists"),
        Text(
            "пользователь smartlogin заведён: в группе metrics и в группе с доступом к /docs",
            "the user smartlogin exists: in metrics and in a group that may open /docs",
        ),
        Text("группе metrics открыты /docs и /sysmon", "the group metrics may open /docs and /sysmon"),
        Text("строка внесена в блок 1", "the line is in block 1"),
        Text("данные видны (ждать до часа)", "data are seen (within an hour)"),
    ),
    "own_centre": (
        Text("адрес и порт открыты из интернета", "address and port are open from the internet"),
        Text("версия комплекса не ниже 6.4.5.127", "product version 6.4.5.127 or newer"),
        Text("строка внесена в блок 1", "the line is in block 1"),
        Text("данные видны (ждать до часа)", "data are seen (within an hour)"),
    ),
    "script": (
        Text("имя клиента одно в списке и в обоих скриптах", "one client name in the list and in both scripts"),
        Text("в скриптах верны адрес и порт", "address and port in the scripts are right"),
        Text("curl лежит рядом со скриптом", "curl is at hand"),
        Text('пробный запуск: код 200 и "ok":true', 'a test run gave 200 and "ok":true'),
        Text(
            "расписание: smartupload каждый час, smartstatus каждые 15 минут, бессрочно",
            "schedule: smartupload hourly, smartstatus every 15 minutes, endless",
        ),
        Text("в задании указана рабочая папка", "the task names its working folder"),
        Text("не мешает копированию и обновлению", "it keeps clear of backup and update"),
        Text(
            "закрытый контур: решено, кто и как часто приносит файл",
            "air-gapped: it is settled who carries the file and how often",
        ),
        Text("данные видны", "data are seen"),
    ),
    "online": (
        Text("адрес разложен на узел и каталог", "the address is split into host and folder"),
        Text("протокол как в письме дата-центра", "the protocol is that of the data centre's letter"),
        Text("вход проверен", "signing in was tried"),
        Text("данные видны (поиски — на другой день)", "data are seen (searches a day later)"),
    ),
}

SECURITY = (
    Text(
        "Уходит отчёт о системе (smartupload, раз в час) и её показатели (smartstatus, раз в 15 минут), на сервер "
        "СМАРТа, адрес которого стоит в скрипте; соединение всегда начинает сторона клиента.",
        "What leaves is a system report (smartupload, hourly) and its metrics (smartstatus, every 15 minutes), to the "
        "SMART server named in the script; it is always the client's side that connects.",
    ),
    Text(
        "Установки из блока 1 СМАРТ опрашивает сам: их адрес и порт должны быть открыты снаружи.",
        "SMART itself asks the installations of block 1: their address and port must be open from outside.",
    ),
    Text(
        "На дашбордах видны логины, IP-адреса и браузеры пользователей, их карточки и тексты поисков. "
        "Не обещайте, что персональных данных нет.",
        "Dashboards show users' logins, IP addresses and browsers, their cards and the text of searches. Do not "
        "promise that there are no personal data.",
    ),
)
