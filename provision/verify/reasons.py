"""REASONS: why data of a list line do not arrive, in words for the technician, with what to do."""

from collections.abc import Mapping
from dataclasses import dataclass

from provision.text import Text


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. `{value}` in the message is replaced by what was found: a code of the list checker, an HTTP code …"""

    code: str
    message: Text
    hint: Text

    def of(self, value: str, english: str = "") -> "Reason":
        """The reason with what was found; `english` where that differs by language."""
        message = Text(self.message.ru.replace("{value}", value), self.message.en.replace("{value}", english or value))
        return Reason(self.code, message, self.hint)


def _table(*reasons: Reason) -> Mapping[str, Reason]:
    return {reason.code: reason for reason in reasons}


REASONS = _table(
    Reason(
        "no-access",
        Text("хранилища не впускают кабинет: {value}", "the stores refuse the cabinet: {value}"),
        Text("Выполните provision apply для этого кабинета.", "Run provision apply for this cabinet."),
    ),
    Reason(
        "no-store",
        Text("хранилище не отвечает: {value}", "a store does not answer: {value}"),
        Text(
            "Проверьте, что хранилища работают и доступны отсюда, и повторите.",
            "See that the stores run and can be reached from here, and look again.",
        ),
    ),
    Reason(
        "suspended",
        Text("кабинет приостановлен", "the cabinet is suspended"),
        Text("Данные снова пойдут после state: active.", "Data arrive again after state: active."),
    ),
    Reason(
        "list-error",
        Text("строка исключена ошибкой {value}", "the line is excluded by the error {value}"),
        Text("Исправьте строку: provision check объяснит.", "Correct the line: provision check explains it."),
    ),
    Reason(
        "not-in-registry",
        Text("строки нет в реестре клиентов", "the line is not in the registry of clients"),
        Text("Выполните provision apply для этого кабинета.", "Run provision apply for this cabinet."),
    ),
    Reason(
        "not-in-targets",
        Text("установки нет среди целей проверок", "the installation is not among the targets of the probes"),
        Text(
            "Выполните provision apply с SMART_TARGETS_DIR, папкой целей.",
            "Run provision apply with SMART_TARGETS_DIR, the folder of the targets.",
        ),
    ),
    Reason(
        "no-probes",
        Text("проверки не выполняются", "the probes do not run"),
        Text(
            "Проверьте, что работает blackbox exporter и VictoriaMetrics читает scrape.yml.",
            "See that the blackbox exporter runs and that VictoriaMetrics reads scrape.yml.",
        ),
    ),
    Reason(
        "unresolved",
        Text("имя узла не найдено в DNS", "the name of the host does not resolve"),
        Text("Проверьте адрес в списке; возможна опечатка.", "Check the address in the list for a typing error."),
    ),
    Reason(
        "port-closed",
        Text("порт закрыт: соединение не устанавливается", "the port is closed: no connection"),
        Text(
            "Проверьте порт в списке; попросите администратора клиента открыть его для нашего адреса.",
            "Check the port in the list; ask the client's administrator to open it for our address.",
        ),
    ),
    Reason(
        "no-answer",
        Text("порт открыт, но страница не отвечает", "the port is open, but the page does not answer"),
        Text(
            "Проверьте http или https в списке и работает ли система.",
            "Check http or https in the list, and that the software runs.",
        ),
    ),
    Reason(
        "http-code",
        Text("страница отвечает кодом HTTP {value}", "the page answers with HTTP code {value}"),
        Text(
            "503 бывает в режиме обслуживания; иначе откройте адрес в браузере и спросите клиента.",
            "503 is seen in maintenance; otherwise open the address in a browser and ask the client.",
        ),
    ),
    Reason(
        "sign-in-refused",
        Text("пользователь smartlogin не может войти", "the user smartlogin cannot sign in"),
        Text(
            "Проверьте пользователя smartlogin, его пароль и группы на установке.",
            "Check the user smartlogin, his password and his groups on the installation.",
        ),
    ),
    Reason(
        "no-report",
        Text("проверки идут, но отчёта sysinfo нет", "probes arrive, but no sysinfo report"),
        Text(
            "Проверьте доступ к /sysinfo на установке и журнал приёма отчётов.",
            "Check the access to /sysinfo on the installation and the log of the importer.",
        ),
    ),
    Reason(
        "no-upload",
        Text("скрипт не прислал ни одного отчёта", "the script has sent no report yet"),
        Text(
            "Установите скрипт у клиента и выполните его один раз вручную.",
            "Install the script at the client and run it once by hand.",
        ),
    ),
    Reason(
        "upload-stopped",
        Text("отчёты приходили, но перестали", "reports used to arrive and have stopped"),
        Text(
            "Проверьте задание планировщика у клиента и доступ в интернет.",
            "Check the scheduled task at the client and the access to the internet.",
        ),
    ),
    Reason(
        "token",
        Text("отчёт не принят: неверный токен", "the report was refused: wrong token"),
        Text("Создайте скрипт заново и замените его у клиента.", "Make the script again and replace it at the client."),
    ),
    Reason(
        "client",
        Text(
            "файл не принят: такого имени клиента нет в списках дистрибьютора",
            "the file was refused: the distributor's lists have no client of that name",
        ),
        Text(
            "Имя в скрипте и в списке должно совпадать до буквы; или добавьте строку в список.",
            "The name in the script must be the one in the list; or add a line to the list.",
        ),
    ),
    Reason(
        "status",
        Text("файл smartstatus не принят: в нём не то", "the smartstatus file was refused: it is no such file"),
        Text(
            "Откройте /sysmon/metrics на установке под тем же логином: должны быть показатели, а не страница входа.",
            "Open /sysmon/metrics on the installation with the same login: it shows metrics, not a sign-in page.",
        ),
    ),
    Reason(
        "clock",
        Text(
            "файл smartstatus не принят: часы сервера клиента спешат или отстают",
            "the smartstatus file was refused: the clock of the client's server is ahead or behind",
        ),
        Text(
            "Попросите администратора клиента поправить время и часовой пояс сервера.",
            "Ask the client's administrator to correct the time and the time zone of the server.",
        ),
    ),
    Reason(
        "zip",
        Text("отчёт не принят: архив повреждён", "the report was refused: the zip archive is broken"),
        Text(
            "Проверьте место на диске у клиента и выполните скрипт ещё раз.",
            "Check the free disk space at the client and run the script again.",
        ),
    ),
    Reason(
        "reader",
        Text("отчёт получен, но не разобран", "the report was received, but could not be read"),
        Text("Сообщите оператору СМАРТа: файл сохранён.", "Tell the operator of SMART: the file is kept."),
    ),
    Reason(
        "report",
        Text("отчёт прочитан, но не принят: в нём ошибки", "the report was read and refused: it has mistakes"),
        Text(
            "Строки и поля с ошибками назовёт provision import --check ФАЙЛ.",
            "provision import --check FILE names the lines and fields.",
        ),
    ),
    Reason(
        "poll-paused",
        Text(
            "опрос остановлен: вход отклонён пять раз подряд", "not polled any more: the sign-in was refused five times"
        ),
        Text(
            "Впишите в список верный пароль: опрос продолжится сам. Остановлен, чтобы доступ не заблокировали.",
            "Put the right password into the list: polls then go on. They stopped so that the access is not locked.",
        ),
    ),
    Reason(
        "poll-error",
        Text("опрос онлайн-доступа не удаётся: {value}", "the poll of the online access fails: {value}"),
        Text(
            "LoginPasswordError: сверьте логин и пароль с письмом ДЦ; прочее: проверьте адрес и папку.",
            "LoginPasswordError: compare login and password with the vendor's letter; else check address and folder.",
        ),
    ),
    Reason(
        "not-polled",
        Text("онлайн-доступ ещё не опрашивался", "the online access was not polled yet"),
        Text("Проверьте, что работает опрос онлайн-доступов.", "See that the poller of online accesses runs."),
    ),
    Reason(
        "wrong-manager",
        Text("данные приходят с другим менеджером: {value}", "data arrive with another manager: {value}"),
        Text("Выполните provision apply для этого кабинета.", "Run provision apply for this cabinet."),
    ),
    Reason(
        "unknown-client",
        Text("данные приходят, а в списках такого клиента нет", "data arrive of a client that no list names"),
        Text(
            "Добавьте строку в список или исправьте имя там, откуда приходят данные.",
            "Add a line to the list, or correct the name where the data come from.",
        ),
    ),
    Reason(
        "time-zone",
        Text(
            "время в отчётах сдвинуто: tz_correction, вероятно, {value}",
            "the time is shifted: tz_correction is probably {value}",
        ),
        Text("Спросите, какое время на сервере клиента.", "Ask for the time on the client's server."),
    ),
)
