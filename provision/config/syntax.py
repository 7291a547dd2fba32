"""What can be wrong with a file before its content is looked at, in words: pairs of message and hint."""

from provision.text import Text

Words = tuple[Text, Text]

_QUOTE = Text("Возьмите всё значение в кавычки.", "Put the whole value in quotes.")

NOT_UTF8: Words = (
    Text("файл не в кодировке UTF-8", "the file is not in UTF-8"),
    Text("Сохраните его как UTF-8.", "Save it as UTF-8."),
)
CONTROL: Words = (
    Text("невидимый управляющий знак", "an invisible control character"),
    Text("Удалите его.", "Delete it."),
)
EMPTY: Words = (
    Text("файл пуст", "the file is empty"),
    Text("Образец запишет provision init ПАПКА.", "provision init FOLDER writes an example."),
)
SECOND: Words = (
    Text("после «---» начинается второй документ", "a second document starts after `---`"),
    Text("Оставьте в файле один документ.", "Keep one document in the file."),
)
ALIAS: Words = (
    Text("ссылки YAML (*имя) здесь не действуют", "YAML aliases (*name) are not used here"),
    Text(
        "Текст со звёздочкой в начале возьмите в кавычки; общие настройки пишут в defaults и profiles.",
        "Quote a text that starts with `*`; write what cabinets share in defaults and profiles.",
    ),
)
TAG: Words = (
    Text("метки YAML (!имя) здесь не действуют", "YAML tags (!name) are not used here"),
    Text("Удалите метку; текст с «!» в начале возьмите в кавычки.", "Delete it; quote a text that starts with `!`."),
)
TOO_DEEP: Words = (
    Text("слишком много уровней вложенности", "too many levels"),
    Text("Проверьте скобки и отступы.", "Check brackets and indentation."),
)
COMPLEX_KEY: Words = (
    Text("ключом может быть только слово", "only a word can be a key"),
    Text("Проверьте знаки ?, [ и { в начале строки.", "Look for ?, [ or { at the start of the line."),
)

TAB: Words = (
    Text("табуляция на месте отступа", "a tab where indentation is"),
    Text("Ставьте пробелы.", "Use spaces."),
)

_PARSER: tuple[tuple[str, Text, Text], ...] = (
    (
        "mapping values are not allowed",
        Text("двоеточие не на своём месте", "a colon where none may be"),
        Text(
            "Текст с двоеточием возьмите в кавычки; проверьте отступ и двоеточие строкой выше.",
            "Quote a text that holds a colon; check the indentation, and the colon in the line above.",
        ),
    ),
    (
        "could not find expected ':'",
        Text("после ключа нет двоеточия", "no colon after the key"),
        Text("Пишите «ключ: значение», с пробелом после двоеточия.", "Write `key: value`, a space after the colon."),
    ),
    (
        "'-' indicator",
        Text("ключ среди пунктов списка", "a key among the items of a list"),
        Text("Проверьте отступ и дефис в начале строки.", "Check the indentation and the hyphen at its start."),
    ),
    (
        "end of stream",
        Text("кавычка открыта и не закрыта", "a quote is opened and never closed"),
        Text("Закройте кавычку.", "Close it."),
    ),
    (
        "alphabetic or numeric character",
        Text("с «*» и «&» текст без кавычек начинаться не может", "a text without quotes cannot start with `*` or `&`"),
        _QUOTE,
    ),
    (
        "cannot start any token",
        Text(
            "с этого знака текст без кавычек начинаться не может",
            "text without quotes cannot start with this character",
        ),
        _QUOTE,
    ),
    (
        "expected ',' or",
        Text("скобка не закрыта, или между значениями нет запятой", "a bracket is not closed, or a comma is missing"),
        Text("Проверьте скобки и запятые.", "Check brackets and commas."),
    ),
    (
        "node content",
        Text("здесь должно быть значение, а его нет", "a value is missing here"),
        Text("Проверьте скобки, запятые и тире по соседству.", "Check brackets, commas and hyphens around it."),
    ),
    (
        "directive",
        Text("строка начинается с «%»", "a line starts with `%`"),
        Text("Таких строк в файле не бывает: удалите её.", "There are no such lines in this file: delete it."),
    ),
    (
        "expected key",
        Text("строка не продолжает раздел, в котором стоит", "the line does not continue its section"),
        Text(
            "Отступ должен быть как у соседних ключей; кавычки внутри кавычек замените на «ёлочки».",
            "Indent it like the keys around it; inside double quotes use other quotes.",
        ),
    ),
)


def explain(problem: str, character: str) -> Words:
    """Message and hint for the parser's complaint about that character; with its own words where the table has none."""
    if character == "\t" or "found a tab" in problem:
        return TAB
    for fragment, message, hint in _PARSER:
        if fragment in problem:
            return message, hint
    return (
        Text("не читается как YAML", f"cannot be read as YAML ({problem})"),
        Text("Проверьте отступы, кавычки и двоеточия.", "Check indentation, quotes and colons."),
    )
