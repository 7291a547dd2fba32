"""Everything that can be wrong with the lists: one table of code, level, words in both languages and an example.

`wrong` is what is wrong, in general; the value found is added where it is said. `hint` is what to do. `example` earns
the code and `better` does not: a line, several lines, a file name or, where neither fits, a description. docs/codes.md
and docs/codes.ru.md are made from this table (`python -m provision.lists docs`).
"""

from provision.model import Code
from provision.text import Text

POLLED = "ivanova,ivanova@example.ru,http,download,upload,process,ping,-1,3600,604800"
SENT = "sidorova,sidorova@example.com,smartupload,download,upload,process,donotping,-1,3600,604800"
ACCESS = "online1.example.ru,docs,https,ivanova,ivanova@example.ru"


_FILE = (
    Code(
        "F01",
        "warning",
        Text("имя файла не вида компания_вид_дата.csv", "the file name is not of the form company_kind_date.csv"),
        Text(
            "Назовите файл, например, rogaikopyta_manager_20260417.csv: вид — manager или online, дата — ГГГГММДД.",
            "Name it like rogaikopyta_manager_20260417.csv: the kind is manager or online, the date YYYYMMDD.",
        ),
        "managers.csv",
        "rogaikopyta_manager_20260417.csv",
    ),
    Code(
        "F02",
        "error",
        Text("содержимое файла другого вида, чем его имя", "the content is of the other kind than the file's name"),
        Text(
            "Проверьте, не перепутаны ли список установок (manager) и список онлайн-доступов (online).",
            "Check whether the list of installations (manager) and the list of online accesses (online) are swapped.",
        ),
        "rogaikopyta_manager_20260417.csv: ООО Ромашка,u10234,…",
        "rogaikopyta_online_20260417.csv: ООО Ромашка,u10234,…",
    ),
    Code(
        "F03",
        "warning",
        Text("с датой в имени файла что-то не так", "something is wrong with the date in the file name"),
        Text(
            "Поставьте в конец имени день последнего изменения, ГГГГММДД, и загружайте самый новый список.",
            "End the name with the day of the last change, YYYYMMDD, and load the newest list.",
        ),
        "rogaikopyta_manager_20260231.csv",
        "rogaikopyta_manager_20260228.csv",
    ),
    Code(
        "F04",
        "warning",
        Text("в начале файла стоит метка порядка байтов (BOM)", "the file begins with a byte-order mark (BOM)"),
        Text(
            "Метка отброшена. Сохраняйте как «UTF-8» без BOM.",
            "The mark is left out. Save as plain UTF-8, without BOM.",
        ),
        "EF BB BF …",
        "…",
    ),
    Code(
        "F05",
        "warning",
        Text("файл не в UTF-8, прочитан как Windows-1251", "the file is not UTF-8, it was read as Windows-1251"),
        Text(
            "Убедитесь, что буквы верны, и сохраните файл в кодировке UTF-8.",
            "Make sure the letters are right and save the file as UTF-8.",
        ),
        "Windows-1251 (cp1251)",
        "UTF-8",
    ),
    Code(
        "F06",
        "error",
        Text("файл не читается как список", "the file cannot be read as a list"),
        Text("Сохраните его как CSV в кодировке UTF-8.", "Save it as CSV in UTF-8."),
        "UTF-16, XLSX, архив, картинка / UTF-16, XLSX, an archive, a picture",
        "CSV, UTF-8",
    ),
    Code(
        "F07",
        "warning",
        Text("поля разделены не запятой", "the fields are not separated by commas"),
        Text(
            "Файл прочитан. Замените разделитель на запятую без пробелов.",
            "The file was read. Replace the separator by a comma without spaces.",
        ),
        "Teplo;sidorova;sidorova@example.com;smartupload;…",
        "Teplo,sidorova,sidorova@example.com,smartupload,…",
    ),
    Code(
        "F08",
        "error",
        Text("в файле смешаны разные разделители полей", "different separators are mixed in the file"),
        Text(
            "Разделяйте поля запятой во всех строках.",
            "Separate the fields by commas on every line.",
        ),
        "Zavod,sidorova,sidorova@example.com,…\nTeplo;sidorova;sidorova@example.com;…",
        "Zavod,sidorova,sidorova@example.com,…\nTeplo,sidorova,sidorova@example.com,…",
    ),
    Code(
        "F09",
        "note",
        Text("строки кончаются не на LF", "the lines do not end with LF"),
        Text("Так можно, менять ничего не нужно.", "This is allowed, nothing needs changing."),
        "CRLF, CR",
        "LF",
    ),
    Code(
        "F10",
        "warning",
        Text("вокруг значений или всей строки стоят кавычки", "there are quotes round values or round the whole line"),
        Text("Кавычки отброшены. Удалите их из файла.", "The quotes are left out. Remove them from the file."),
        '"Zavod","sidorova","sidorova@example.com","smartupload",…',
        "Zavod,sidorova,sidorova@example.com,smartupload,…",
    ),
    Code(
        "F11",
        "warning",
        Text("строка с заголовками столбцов", "a line of column headings"),
        Text("Строка пропущена. Удалите её.", "The line is ignored. Delete it."),
        "client,manager,email,transport,download,upload,process,ping,TZ,3600,604800",
        "",
    ),
    Code(
        "F12",
        "warning",
        Text("остаток образца или примечание", "a remainder of the sample or a comment"),
        Text("Строка пропущена. Удалите её.", "The line is ignored. Delete it."),
        "..... и так далее....",
        "",
    ),
    Code(
        "F13",
        "error",
        Text("в файле нет ни одной строки с данными", "there is no line of data in the file"),
        Text("Он пуст, или в нём только образец. Внесите строки.", "It is empty or only the sample. Put lines in."),
        "",
        "Zavod," + SENT,
    ),
    Code(
        "F14",
        "warning",
        Text("между двумя блоками нет пустой строки", "there is no blank line between the two blocks"),
        Text("На работу это не влияет. Вставьте пустую строку.", "This does no harm. Put a blank line in."),
        f"111222.example.ru:80,{POLLED}\nZavod,{SENT}",
        f"111222.example.ru:80,{POLLED}\n\nZavod,{SENT}",
    ),
    Code(
        "F15",
        "warning",
        Text("лишняя пустая строка или строка из одних разделителей", "a surplus blank line, or separators only"),
        Text("Строка пропущена. Удалите её.", "The line is ignored. Delete it."),
        ",,,,,,,,,,",
        "",
    ),
    Code(
        "F16",
        "warning",
        Text("блок smartupload стоит раньше блока http/https", "the smartupload block stands before the http one"),
        Text(
            "На работу это не влияет. Поставьте первыми строки с http и https.",
            "This does no harm. Put the lines with http and https first.",
        ),
        f"Zavod,{SENT}\n\n111222.example.ru:80,{POLLED}",
        f"111222.example.ru:80,{POLLED}\n\nZavod,{SENT}",
    ),
    Code(
        "F17",
        "warning",
        Text("строки двух блоков перемешаны", "lines of the two blocks are mixed"),
        Text(
            "СМАРТ прочтёт, человеку трудно. Соберите сначала все http и https, затем все smartupload.",
            "SMART can read it, people hardly. Put all of http and https first, then all of smartupload.",
        ),
        f"Zavod,{SENT}\n111222.example.ru:80,{POLLED}\nTeplo,{SENT}",
        f"111222.example.ru:80,{POLLED}\n\nZavod,{SENT}\nTeplo,{SENT}",
    ),
    Code(
        "F18",
        "warning",
        Text("в файле есть строки и по 9, и по 11 полей", "the file has both lines of 9 and lines of 11 fields"),
        Text("Допишите во все строки 3600,604800.", "Add 3600,604800 to all lines."),
        "Zavod,…,donotping,-1\nTeplo,…,donotping,-1,3600,604800",
        "Zavod,…,donotping,-1,3600,604800\nTeplo,…,donotping,-1,3600,604800",
    ),
    Code(
        "F19",
        "warning",
        Text("пробелы вокруг значений или пустые столбцы в конце", "spaces round values or empty columns at the end"),
        Text("Лишнее отброшено. Удалите его из файла.", "They are left out. Remove them from the file."),
        "Zavod, sidorova, sidorova@example.com, smartupload,…,,,",
        "Zavod,sidorova,sidorova@example.com,smartupload,…",
    ),
)

_MANAGERS = (
    Code(
        "M01",
        "error",
        Text("число полей не 9 и не 11", "the number of fields is neither 9 nor 11"),
        Text(
            "Сверьте строку с образцом: адрес:порт или клиент, менеджер, почта, способ, download, upload, process, "
            "ping или donotping, поправка времени, 3600, 604800.",
            "Compare with the pattern: address:port or client, manager, e-mail, transport, download, upload, process, "
            "ping or donotping, time-zone correction, 3600, 604800.",
        ),
        "333111.example.ru:80,petrov,petrov@example.ru,http,download,upload,process,ping,-1,3600",
        "333111.example.ru:80,petrov,petrov@example.ru,http,download,upload,process,ping,-1,3600,604800",
    ),
    Code(
        "M02",
        "warning",
        Text("9 полей: строка в форме 2023 года", "9 fields: a line of the 2023 form"),
        Text("Две постоянные дописаны: 3600,604800.", "The two constants are added: 3600,604800."),
        "222333.example.ru:80,ivanova,ivanova@example.ru,http,download,upload,process,ping,-1",
        "222333.example.ru:80,ivanova,ivanova@example.ru,http,download,upload,process,ping,-1,3600,604800",
    ),
    Code(
        "M03",
        "error",
        Text("первое поле пусто", "the first field is empty"),
        Text("Впишите адрес:порт или краткое имя клиента.", "Put in address:port or the client's short name."),
        "," + POLLED,
        "111222.example.ru:80," + POLLED,
    ),
    Code(
        "M04",
        "error",
        Text("в адресе есть протокол или путь", "there is a scheme or a path in the address"),
        Text("Оставьте только адрес:порт.", "Leave only address:port."),
        "http://222555.example.ru:80/docs," + POLLED,
        "222555.example.ru:80," + POLLED,
    ),
    Code(
        "M05",
        "error",
        Text("нет порта", "the port is missing"),
        Text(
            "Допишите его через двоеточие: обычно 80 для http, 443 для https. Точно знает тот, кто настраивал сервер.",
            "Add it after a colon: usually 80 for http, 443 for https. Whoever set up the server knows for certain.",
        ),
        "222444.example.ru," + POLLED,
        "222444.example.ru:80," + POLLED,
    ),
    Code(
        "M06",
        "error",
        Text("порт не число от 1 до 65535", "the port is not a number from 1 to 65535"),
        Text("Исправьте порт после двоеточия.", "Correct the port after the colon."),
        "222444.example.ru:808080," + POLLED,
        "222444.example.ru:8080," + POLLED,
    ),
    Code(
        "M07",
        "error",
        Text("это не имя узла в интернете и не IP-адрес", "this is neither an internet host name nor an IP address"),
        Text(
            "Нужен адрес, по которому установка видна из интернета, например 111222.example.ru:80.",
            "Give the address by which the installation is seen from the internet, like 111222.example.ru:80.",
        ),
        "222..example.ru:80," + POLLED,
        "222.example.ru:80," + POLLED,
    ),
    Code(
        "M08",
        "error",
        Text("локальный или внутренний адрес в блоке 1", "a loopback or private address in block 1"),
        Text(
            "СМАРТ до него не дотянется. Укажите внешний адрес или переведите клиента на smartupload.",
            "SMART cannot reach it. Give an outside address or use a smartupload line.",
        ),
        "192.168.0.15:80," + POLLED,
        "203.0.113.15:80," + POLLED,
    ),
    Code(
        "M09",
        "warning",
        Text("протокол и порт непривычно сочетаются", "an unusual pair of protocol and port"),
        Text(
            "Обычно http — порт 80, https — порт 443. Подтвердите или исправьте.",
            "Usually http goes with 80 and https with 443. Confirm or correct.",
        ),
        "111222.example.ru:443," + POLLED,
        "111222.example.ru:80," + POLLED,
    ),
    Code(
        "M10",
        "error",
        Text("способ связи не http, не https и не smartupload", "the transport is not http, https or smartupload"),
        Text("Оставьте одно из трёх слов.", "Choose one of the three words."),
        "222777.example.ru:80,petrov,petrov@example.ru,http/https,download,upload,process,ping,-1,3600,604800",
        "222777.example.ru:80,petrov,petrov@example.ru,http,download,upload,process,ping,-1,3600,604800",
    ),
    Code(
        "M11",
        "error",
        Text("постоянное слово пропущено или искажено", "a constant is missing or misspelt"),
        Text("Поля 5, 6 и 7 всегда download,upload,process.", "Fields 5, 6 and 7 are always download,upload,process."),
        "111222.example.ru:80,ivanova,ivanova@example.ru,http,dowload,upload,process,ping,-1,3600,604800",
        "111222.example.ru:80," + POLLED,
    ),
    Code(
        "M12",
        "warning",
        Text("постоянное слово написано не строчными буквами", "a constant is not in lower case"),
        Text("Пишите его строчными.", "Write it in lower case."),
        "111222.example.ru:80,ivanova,ivanova@example.ru,HTTP,download,upload,process,ping,-1,3600,604800",
        "111222.example.ru:80," + POLLED,
    ),
    Code(
        "M13",
        "error",
        Text("поле 8 не подходит к способу связи", "field 8 does not fit the transport"),
        Text(
            "С http и https пишите ping, со smartupload — donotping.",
            "Write ping with http and https, donotping with smartupload.",
        ),
        "222888.example.ru:80,petrov,petrov@example.ru,http,download,upload,process,donotping,-1,3600,604800",
        "222888.example.ru:80,petrov,petrov@example.ru,http,download,upload,process,ping,-1,3600,604800",
    ),
    Code(
        "M14",
        "error",
        Text("поправка времени не целое число", "the time-zone correction is not a whole number"),
        Text(
            "Напишите, на сколько часов часы установки впереди московских, минус 1: Москва -1, Самара 0, Омск 2.",
            "Write by how many hours its clock is ahead of Moscow, minus 1: Moscow -1, Samara 0, Omsk 2.",
        ),
        "Zavod,sidorova,sidorova@example.com,smartupload,download,upload,process,donotping,MSK,3600,604800",
        "Zavod," + SENT,
    ),
    Code(
        "M15",
        "warning",
        Text("в числе стоит типографский минус или знак плюс", "a typographic minus or a plus sign in the number"),
        Text("Пишите минус с клавиатуры, плюс не пишите.", "Use the minus of the keyboard, and no plus."),
        "333000.example.ru:80,petrov,petrov@example.ru,http,download,upload,process,ping,\u22121,3600,604800",
        "333000.example.ru:80,petrov,petrov@example.ru,http,download,upload,process,ping,-1,3600,604800",
    ),
    Code(
        "M16",
        "warning",
        Text("поправка времени вне пределов от -2 до 8", "the time-zone correction is outside -2 to 8"),
        Text(
            "Такого пояса в России нет. Проверьте часы установки (-4 верно, только если она живёт по UTC).",
            "No Russian zone fits. Check the installation's clock (-4 is right only if it runs on UTC).",
        ),
        "Zavod,sidorova,sidorova@example.com,smartupload,download,upload,process,donotping,10,3600,604800",
        "Zavod," + SENT,
    ),
    Code(
        "M17",
        "warning",
        Text("поправка времени 0 означает часы на час впереди московских", "0 means a clock one hour ahead of Moscow"),
        Text(
            "Для Самары и Саратова верно. Для московского времени нужно -1.",
            "Right for Samara and Saratov. Moscow time is -1.",
        ),
        "222999.example.ru:80,petrov,petrov@example.ru,http,download,upload,process,ping,0,3600,604800",
        "222999.example.ru:80,petrov,petrov@example.ru,http,download,upload,process,ping,-1,3600,604800",
    ),
    Code(
        "M18",
        "error",
        Text("постоянное число изменено", "a constant number was changed"),
        Text("Поля 10 и 11 всегда 3600,604800.", "Fields 10 and 11 are always 3600,604800."),
        "Zavod,sidorova,sidorova@example.com,smartupload,download,upload,process,donotping,-1,600,604800",
        "Zavod," + SENT,
    ),
    Code(
        "M19",
        "error",
        Text("первое поле не подходит к способу связи", "the first field does not fit the transport"),
        Text(
            "С http и https пишите адрес:порт, со smartupload — краткое имя клиента.",
            "http and https need address:port, smartupload the client's short name.",
        ),
        "Zavod," + POLLED,
        "Zavod," + SENT,
    ),
    Code(
        "M20",
        "error",
        Text("русские буквы в имени клиента", "Cyrillic letters in the client name"),
        Text(
            "Пишите латиницей, точно так же, как в скриптах smartupload и smartstatus.",
            "Use Latin letters, exactly as in the smartupload and smartstatus scripts.",
        ),
        "Завод," + SENT,
        "Zavod," + SENT,
    ),
    Code(
        "M21",
        "error",
        Text("недопустимый знак в имени клиента", "a sign that a client name may not have"),
        Text(
            "Начните с латинской буквы; дальше годятся латинские буквы, цифры, точка, дефис и подчёркивание.",
            "Begin with a Latin letter; then Latin letters, digits, dot, hyphen and underscore.",
        ),
        "Most Stroy," + SENT,
        "MostStroy," + SENT,
    ),
    Code(
        "M22",
        "note",
        Text("в имени клиента не только буквы", "a client name is not letters only"),
        Text(
            "Так можно. Имя должно быть тем же самым в скриптах.",
            "This is allowed. The name must be the same in the scripts.",
        ),
        "Zavod_2," + SENT,
        "Zavod," + SENT,
    ),
    Code(
        "M23",
        "warning",
        Text("имя клиента длиннее 32 знаков", "the client name is longer than 32 signs"),
        Text("Сократите: длинные имена не читаются на графиках.", "Shorten it: charts become unreadable."),
        "ZavodStroitelnyhMaterialovImeniVsehSlavnyh," + SENT,
        "ZavodStroymaterialov," + SENT,
    ),
    Code(
        "M24",
        "error",
        Text(
            "такое имя файла невозможно в Windows: имя устройства или точка в конце",
            "Windows cannot have such a file name: a device name or a final dot",
        ),
        Text("Выберите другое имя клиента.", "Choose another client name."),
        "CON," + SENT,
        "Concern," + SENT,
    ),
    Code(
        "M25",
        "error",
        Text(
            "имя клиента отличается от другого только регистром букв",
            "the client name differs from another one in letter case only",
        ),
        Text(
            "В Windows это один и тот же файл. Один клиент — пишите одинаково, разные — назовите по-разному.",
            "On Windows both are one file. Spell one client in one way, name two clients differently.",
        ),
        f"Zavod,{SENT}\nZAVOD,{SENT}",
        f"Zavod,{SENT}\nTeplo,{SENT}",
    ),
    Code(
        "M26",
        "warning",
        Text("точный повтор строки", "an exact repeat of a line"),
        Text("Вторая строка пропущена. Удалите её.", "The second one is dropped. Delete it."),
        f"Zavod,{SENT}\nZavod,{SENT}",
        f"Zavod,{SENT}\nTeplo,{SENT}",
    ),
    Code(
        "M27",
        "note",
        Text("у клиента или адреса ещё один менеджер", "the client or address has one more manager"),
        Text("Так можно: добавлен второй менеджер.", "This is allowed: the second manager is added."),
        f"Zavod,{SENT}\nZavod,petrov,petrov@example.ru,smartupload,download,upload,process,donotping,-1,3600,604800",
        f"Zavod,{SENT}\nTeplo,petrov,petrov@example.ru,smartupload,download,upload,process,donotping,-1,3600,604800",
    ),
    Code(
        "M28",
        "error",
        Text(
            "тот же клиент или адрес с другой поправкой времени или другим протоколом",
            "the same client or address with another time zone or protocol",
        ),
        Text(
            "Решите, какая из двух строк верна, и исправьте другую.", "Decide which line is right and mend the other."
        ),
        f"Zavod,{SENT}\nZavod,petrov,petrov@example.ru,smartupload,download,upload,process,donotping,2,3600,604800",
        f"Zavod,{SENT}\nZavod,petrov,petrov@example.ru,smartupload,download,upload,process,donotping,-1,3600,604800",
    ),
)

_PEOPLE = (
    Code(
        "P01",
        "error",
        Text("не указан менеджер", "the manager is missing"),
        Text(
            "По менеджеру отчёты сортируются и открываются. Впишите его логин.",
            "Reports are sorted and opened by manager. Put in the login.",
        ),
        "Zavod,,sidorova@example.com,smartupload,download,upload,process,donotping,-1,3600,604800",
        "Zavod," + SENT,
    ),
    Code(
        "P02",
        "warning",
        Text("менеджер не зарегистрирован в кабинете", "the manager is not registered in the cabinet"),
        Text("Внесите его в перечень на регистрацию.", "Put this manager on the list to register."),
        "Zavod,novikova,novikova@example.com,smartupload,download,upload,process,donotping,-1,3600,604800",
        "Zavod," + SENT,
    ),
    Code(
        "P03",
        "error",
        Text("осталось значение из образца", "a value of the sample was left in"),
        Text("Замените его настоящим.", "Replace it by the real one."),
        "Zavod,manager01,email@email.com,smartupload,download,upload,process,donotping,-1,3600,604800",
        "Zavod," + SENT,
    ),
    Code(
        "P04",
        "warning",
        Text("пробелы или русские буквы в логине менеджера", "spaces or Cyrillic letters in the manager's login"),
        Text("Надёжнее логин латиницей без пробелов.", "A Latin login without spaces is safer."),
        "Zavod,Сидорова,sidorova@example.com,smartupload,download,upload,process,donotping,-1,3600,604800",
        "Zavod," + SENT,
    ),
    Code(
        "P05",
        "error",
        Text("не указана электронная почта", "the e-mail is missing"),
        Text("Иначе оповещения не придут никому. Впишите адрес.", "Alerts would go nowhere. Put in the address."),
        "Zavod,sidorova,,smartupload,download,upload,process,donotping,-1,3600,604800",
        "Zavod," + SENT,
    ),
    Code(
        "P06",
        "error",
        Text("это не адрес электронной почты", "this is not an e-mail address"),
        Text("Нужен адрес вида sidorova@example.com.", "Give an address like sidorova@example.com."),
        "Zavod,sidorova,sidorova.example.com,smartupload,download,upload,process,donotping,-1,3600,604800",
        "Zavod," + SENT,
    ),
    Code(
        "P07",
        "error",
        Text("два значения в одном поле", "two values in one field"),
        Text(
            "Повторите строку целиком для каждого менеджера или адреса почты.",
            "Repeat the whole line for each manager or e-mail.",
        ),
        "Fabrika,sidorova,sidorova@example.com/petrov@example.ru,smartupload,download,upload,process,donotping,"
        "-1,3600,604800",
        "Fabrika," + SENT,
    ),
    Code(
        "P08",
        "error",
        Text("русская буква в адресе почты", "a Cyrillic letter in the e-mail"),
        Text("Наберите адрес заново латиницей.", "Type the address anew in Latin letters."),
        "Zavod,sidorova,sidоrova@example.com,smartupload,download,upload,process,donotping,-1,3600,604800",
        "Zavod," + SENT,
    ),
    Code(
        "P09",
        "warning",
        Text("у одного менеджера разные адреса почты", "one manager has different e-mails"),
        Text("Решите, какой адрес верен.", "Decide which one is right."),
        f"Zavod,{SENT}\nTeplo,sidorova,sid@example.com,smartupload,download,upload,process,donotping,-1,3600,604800",
        f"Zavod,{SENT}\nTeplo,{SENT}",
    ),
    Code(
        "P10",
        "note",
        Text("один адрес почты у нескольких менеджеров", "several managers have one e-mail"),
        Text("Так можно: это общий почтовый ящик.", "This is allowed: it is a shared mailbox."),
        f"Zavod,{SENT}\nTeplo,petrov,sidorova@example.com,smartupload,download,upload,process,donotping,-1,3600,604800",
        f"Zavod,{SENT}\nTeplo,petrov,petrov@example.ru,smartupload,download,upload,process,donotping,-1,3600,604800",
    ),
    Code(
        "P11",
        "error",
        Text(
            "этот адрес почты есть и в другом кабинете, а видеть друг друга они не должны",
            "this e-mail also stands in another cabinet, and the two must not see each other",
        ),
        Text(
            "Оба кабинета остановлены. Оставьте адрес только в одном из них.",
            "Both cabinets are stopped. Leave the e-mail in one of them only.",
        ),
        "A: Zavod,ivanova,ivanova@example.ru,…\nB: Volga,orlova,ivanova@example.ru,…",
        "A: Zavod,ivanova,ivanova@example.ru,…\nB: Volga,orlova,orlova@example.com,…",
    ),
    Code(
        "P12",
        "error",
        Text(
            "этот логин, клиент или адрес есть и в другом кабинете, а видеть друг друга они не должны",
            "this login, client or address also stands in another cabinet, and the two must not see each other",
        ),
        Text(
            "Оба кабинета остановлены. Оставьте его только в одном из них.",
            "Both cabinets are stopped. Leave it in one of them only.",
        ),
        "A: Zavod,ivanova,ivanova@example.ru,…\nB: Volga,ivanova,orlova@example.com,…",
        "A: Zavod,ivanova,ivanova@example.ru,…\nB: Volga,orlova,orlova@example.com,…",
    ),
)

_ONLINE = (
    Code(
        "O01",
        "error",
        Text("число полей не 8, или запятая внутри значения", "not 8 fields, or a comma inside a value"),
        Text(
            "Нет ли запятой в пароле или названии фирмы? Кавычки её не спасают: измените само значение.",
            "Is there a comma in the password or firm name? Quotes do not help: change the value itself.",
        ),
        "ИП Петров,u10237,Pw,Example-4,online2.example.ru,docs,http,petrov,petrov@example.ru",
        "ИП Петров,u10237,Pw-Example-4,online2.example.ru,docs,http,petrov,petrov@example.ru",
    ),
    Code(
        "O02",
        "error",
        Text("не указана фирма", "the firm is missing"),
        Text("Она подписывает графики. Впишите краткое название.", "Charts are labelled by it. Put in a short name."),
        ",u10234,Pw-Example-1," + ACCESS,
        "ООО Ромашка,u10234,Pw-Example-1," + ACCESS,
    ),
    Code(
        "O03",
        "warning",
        Text("название фирмы длиннее 60 знаков", "the firm name is longer than 60 signs"),
        Text("Сократите его.", "Shorten it."),
        "Общество с ограниченной ответственностью «Ромашка и сыновья, внуки»".replace(",", "")
        + ",u10234,Pw-Example-1,"
        + ACCESS,
        "ООО Ромашка,u10234,Pw-Example-1," + ACCESS,
    ),
    Code(
        "O04",
        "error",
        Text("не указан логин", "the login is missing"),
        Text("Возьмите его из письма дата-центра.", "Take it from the data centre's letter."),
        "ООО Ромашка,,Pw-Example-1," + ACCESS,
        "ООО Ромашка,u10234,Pw-Example-1," + ACCESS,
    ),
    Code(
        "O05",
        "error",
        Text("не указан пароль", "the password is missing"),
        Text("Возьмите его из письма дата-центра.", "Take it from the data centre's letter."),
        "ООО Ромашка,u10234,," + ACCESS,
        "ООО Ромашка,u10234,Pw-Example-1," + ACCESS,
    ),
    Code(
        "O06",
        "error",
        Text("в поле URL не просто имя узла", "the URL field is not a bare host name"),
        Text(
            "Оставьте поддомен.домен.зона; каталог и протокол пишутся в своих полях.",
            "Leave subdomain.domain.zone; the folder and the protocol have their own fields.",
        ),
        "АО Сфера,u10236,Pw-Example-3,https://online1.example.ru,docs,https,ivanova,ivanova@example.ru",
        "АО Сфера,u10236,Pw-Example-3," + ACCESS,
    ),
    Code(
        "O07",
        "error",
        Text("каталог не указан или в нём есть «/»", 'the folder is missing or has a "/" in it'),
        Text(
            "Впишите последнюю часть выданного адреса, без косых черт.",
            "Put in the last part of the issued address, without slashes.",
        ),
        "АО Сфера,u10236,Pw-Example-3,online1.example.ru,/docs/,https,ivanova,ivanova@example.ru",
        "АО Сфера,u10236,Pw-Example-3," + ACCESS,
    ),
    Code(
        "O08",
        "error",
        Text("протокол не http и не https", "the protocol is neither http nor https"),
        Text("Напишите тот, что в выданном адресе.", "Write the one of the issued address."),
        "АО Сфера,u10236,Pw-Example-3,online1.example.ru,docs,http OR https,ivanova,ivanova@example.ru",
        "АО Сфера,u10236,Pw-Example-3," + ACCESS,
    ),
    Code(
        "O09",
        "error",
        Text(
            "тот же узел, каталог и логин с другим паролем (пароли не показываются)",
            "the same host, folder and login with another password (passwords are not shown)",
        ),
        Text("Решите, какая из двух строк верна, и удалите другую.", "Decide which line is right, delete the other."),
        f"ООО Ромашка,u10234,Pw-Example-1,{ACCESS}\nООО Ромашка,u10234,Pw-Example-2,{ACCESS}",
        f"ООО Ромашка,u10234,Pw-Example-1,{ACCESS}\nООО Ромашка,u10235,Pw-Example-2,{ACCESS}",
    ),
    Code(
        "O10",
        "warning",
        Text("точный повтор строки", "an exact repeat of a line"),
        Text("Вторая строка пропущена. Удалите её.", "The second one is dropped. Delete it."),
        f"ООО Ромашка,u10234,Pw-Example-1,{ACCESS}\nООО Ромашка,u10234,Pw-Example-1,{ACCESS}",
        f"ООО Ромашка,u10234,Pw-Example-1,{ACCESS}\nООО Ромашка,u10235,Pw-Example-2,{ACCESS}",
    ),
    Code(
        "O11",
        "warning",
        Text(
            "логин или пароль похож на испорченный в Excel (значение не показывается)",
            "the login or password looks damaged by Excel (the value is not shown)",
        ),
        Text("Сравните с письмом дата-центра.", "Compare with the data centre's letter."),
        "ООО Ромашка,1.2E+11,Pw-Example-1," + ACCESS,
        "ООО Ромашка,u10234,Pw-Example-1," + ACCESS,
    ),
    Code(
        "O12",
        "warning",
        Text("узел не из дата-центра правообладателя", "the host is not one of the data centre's"),
        Text(
            "Если это свой ЦОД или облако, внесите строку с адресом и портом в список manager.",
            "If it is your own data centre or the cloud, put a line with address and port into the manager list.",
        ),
        "ООО Ромашка,u10234,Pw-Example-1,203.0.113.15,docs,https,ivanova,ivanova@example.ru",
        "ООО Ромашка,u10234,Pw-Example-1," + ACCESS,
    ),
)

_ACROSS = (
    Code(
        "X01",
        "warning",
        Text("в филиале больше 500 клиентов потокового сбыта", "more than 500 streaming-sales clients in one branch"),
        Text("Заведите для потокового сбыта отдельный кабинет.", "Give streaming sales a cabinet of its own."),
        "501 фирма в списке online / 501 firms in an online list",
        "500",
    ),
    Code(
        "X02",
        "error",
        Text(
            "такого клиента нет ни в одном списке, а в скрипте или среди присланных файлов он есть",
            "a script or an uploaded file has a client that stands in no list",
        ),
        Text(
            "Отчёты нельзя связать с графиками. Добавьте строку или исправьте имя в скрипте.",
            "Reports cannot be matched to charts. Add a line or correct the name in the script.",
        ),
        "zavod.zip — Zavod1",
        "Zavod.zip — Zavod",
    ),
    Code(
        "X03",
        "error",
        Text(
            "идентификатор дистрибьютора не одно слово из латинских букв и цифр",
            "the dealer id is not one word of Latin letters and digits",
        ),
        Text("Спросите его у оператора СМАРТа.", "Ask the SMART operator for it."),
        "рога и копыта",
        "0599rogaikop",
    ),
    Code(
        "X04",
        "note",
        Text("идентификатор дистрибьютора не начинается с кода", "the dealer id does not begin with the code"),
        Text(
            "По маске сначала код из четырёх знаков. Оставьте так, как выдал оператор.",
            "By the mask a code of four signs comes first. Keep it as the operator issued it.",
        ),
        "rogaikopyta599",
        "0599rogaikop",
    ),
    Code(
        "X05",
        "warning",
        Text(
            "не назван почтовый ящик для оповещений",
            "no mailbox is named for alerts",
        ),
        Text("На какой адрес их слать? Ящик может быть общим.", "Where shall they go? One mailbox may serve all."),
        "mail: {high_priority: sos@example.ru}",
        "mail: {high_priority: sos@example.ru, usage: usage@example.ru}",
    ),
)

CODES: dict[str, Code] = {row.code: row for row in (*_FILE, *_MANAGERS, *_PEOPLE, *_ONLINE, *_ACROSS)}
