"""What can be wrong with a report: the codes R01 to R15. A report with one of them is not imported at all.

Messages name the file, the line and the field, never a value: reports hold what people search for.
"""

from provision.model import Code, Problem
from provision.text import Text

_FORM = Text("Форма отчёта: provision schema report, docs/readers.md.", "The form: provision schema report.")
CODES: dict[str, Code] = {
    row.code: row
    for row in (
        Code("R01", "error", Text("строка не JSON в UTF-8", "the line is not JSON in UTF-8"), _FORM),
        Code(
            "R02",
            "error",
            Text("строка ни на что не похожа", "the line is of no known kind"),
            Text(
                "Строка начинается с report, metric, row или end.",
                "A line is an object with report, metric, row or end.",
            ),
        ),
        Code(
            "R03",
            "error",
            Text("такой метрики или таблицы в форме нет", "the form has no such metric or table"),
            Text("Все имена печатает provision schema report.", "provision schema report prints all names."),
        ),
        Code("R04", "error", Text("нет обязательного поля", "a required field is missing"), _FORM),
        Code(
            "R05",
            "error",
            Text("лишнее поле", "the form has no such field"),
            Text(
                "Кабинет, менеджера, установку программа берёт из списка.",
                "Cabinet, manager and host are taken from the list.",
            ),
        ),
        Code("R06", "error", Text("недопустимое значение", "the value is not allowed"), _FORM),
        Code(
            "R07",
            "error",
            Text(
                "строка стоит до начала отчёта или после конца",
                "the line is not between the start and the end of a report",
            ),
            Text('Отчёт начинается строкой {"report": 1, …}.', 'A report starts with the line {"report": 1, …}.'),
        ),
        Code(
            "R08",
            "error",
            Text("отчёт неполный: строк не столько, сколько в строке end, или её нет", "the report is incomplete"),
            Text(
                "Файл оборвался или собран не до конца: пришлите его заново целиком.",
                "The line end is missing or counts other lines: the file was cut off. Send it again, whole.",
            ),
        ),
        Code(
            "R09",
            "error",
            Text("такого клиента нет в списках", "no list has this client"),
            Text(
                "Имя должно быть тем же, что в первом поле строки списка; назвать его можно ключом --client.",
                "The name must be that of field 1 of the list line; --client names it.",
            ),
        ),
        Code(
            "R10",
            "error",
            Text("клиент с таким именем есть в нескольких кабинетах", "several cabinets have a client of this name"),
            Text("Назовите кабинет: --cabinet.", "Name the cabinet: --cabinet."),
        ),
        Code(
            "R11",
            "error",
            Text(
                "время отчёта больше чем на сутки в будущем или старше 13 месяцев",
                "the time of the report is more than a day in the future or older than 13 months",
            ),
            Text("Проверьте часы сервера клиента.", "Check the clock of the client's server."),
        ),
        Code(
            "R12",
            "error",
            Text("то же число с теми же метками уже было в этом отчёте", "the report has this number already"),
            Text("В одном отчёте у ряда одно значение.", "A report has one value for a metric and its labels."),
        ),
        Code(
            "R13",
            "error",
            Text("разборщик не смог прочитать файл", "the reader could not read the file"),
            Text(
                "Файл сохранён; его строение без данных покажет provision import --inspect.",
                "The file is kept; provision import --inspect prints its structure without data.",
            ),
        ),
        Code(
            "R14",
            "error",
            Text("архив не распаковывается", "the zip archive cannot be unpacked"),
            Text("Проверьте файл и пришлите его заново.", "Check the file and send it again."),
        ),
        Code(
            "R15",
            "error",
            Text(
                "отчёт слишком велик: больше 200 000 строк или 128 МБ",
                "the report is too large: over 200,000 lines or 128 MB",
            ),
            Text(
                "Разделите его на отчёты за разное время; о настоящем таком отчёте сообщите разработчикам.",
                "Divide it into reports of different times; if a real one is so large, tell the maintainers.",
            ),
        ),
    )
}


def problem(code: str, file: str, line: int, *, field: str = "", what: Text | None = None) -> Problem:
    """The problem of that code at a place. `what` is added to the message: what is expected there."""
    row = CODES[code]
    message = row.wrong
    if what:
        message = Text(f"{message.ru}: {what.ru}", f"{message.en}: {what.en}")
    return Problem(code, row.level, message, row.hint, file=file, line=line, field_name=field, summary=row.wrong)
