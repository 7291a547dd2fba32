"""What one code means, for a person; and the pages docs/codes.md and docs/codes.ru.md, made from the same table."""

from provision.errors import UsageError
from provision.lists.codes import CODES, Code
from provision.text import Lang, Text

LEVELS = {
    "error": Text("ошибка", "error"),
    "warning": Text("предупреждение", "warning"),
    "note": Text("замечание", "note"),
}
PAGES: dict[Lang, str] = {"en": "codes.md", "ru": "codes.ru.md"}
_EXAMPLE = Text("Например", "For example")
_BETTER = Text("Как надо", "As it should be")


def explain(code: str, lang: Lang) -> str:
    """What the code says and what to do, with an example; several lines. Letter case does not matter.

    Raises UsageError for a code that does not exist.
    """
    row = CODES.get(code.upper())
    if row is None:
        ru, en = f"Нет такого кода: {code}", f"There is no such code: {code}"
        some = "F06, M05, P11, O01, X01"
        raise UsageError(Text(ru, en), Text(f"Коды стоят в сообщениях: {some}.", f"Messages bear codes: {some}."))
    lines = [f"{row.code}, {LEVELS[row.level].say(lang)}: {row.wrong.say(lang)}.", row.hint.say(lang)]
    for title, example in ((_EXAMPLE, row.example), (_BETTER, row.better)):
        if example:
            lines += [f"{title.say(lang)}:", *(f"  {line}" for line in example.splitlines())]
    return "\n".join(lines)


_HEAD = Text(
    "# Коды сообщений о списках\n\nСтраница сделана из таблицы в `provision/lists/codes.py`: "
    "`python -m provision.lists docs`.\n\n"
    "Ошибка: строка (при кодах F — весь файл) не используется. Предупреждение: строка используется с указанной "
    "поправкой или её стоит проверить глазами. Замечание: так можно, сказано один раз.",
    "# Codes of messages about lists\n\nThis page is made from the table in `provision/lists/codes.py`: "
    "`python -m provision.lists docs`.\n\n"
    "Error: the line (with F codes the file) is not used. Warning: the line is used after the stated repair, or wants "
    "a human look. Note: allowed, said once.",
)
_SECTIONS = {
    "F": Text("Файл", "File"),
    "M": Text("Строки списка установок", "Lines of a managers list"),
    "P": Text("Люди", "People"),
    "O": Text("Строки списка онлайн-доступов", "Lines of an online list"),
    "X": Text("Между файлами", "Across files"),
}


def page(lang: Lang) -> str:
    """The whole of docs/codes.md ("en") or docs/codes.ru.md ("ru")."""
    parts = [_HEAD.say(lang)]
    for letter, title in _SECTIONS.items():
        parts.append(f"## {title.say(lang)}")
        parts += [_section(row, lang) for row in CODES.values() if row.code[0] == letter]
    return "\n\n".join(parts) + "\n"


def _section(row: Code, lang: Lang) -> str:
    wrong = row.wrong.say(lang)
    parts = [f"### {row.code} · {LEVELS[row.level].say(lang)}", f"{wrong[0].upper()}{wrong[1:]}. {row.hint.say(lang)}"]
    for title, example in ((_EXAMPLE, row.example), (_BETTER, row.better)):
        if example:
            parts.append(f"{title.say(lang)}:\n\n```\n{example}\n```")
    return "\n\n".join(parts)
