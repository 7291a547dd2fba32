"""What one code means, for a person; and the pages docs/codes.md and docs/codes.ru.md, made from the same table."""

import difflib
from collections.abc import Iterator, Mapping

from provision.errors import UsageError
from provision.lists.codes import CODES
from provision.lists.letters import as_latin
from provision.lists.repair import ALWAYS, SURE
from provision.model import LEVELS, Code
from provision.text import Lang, Text

PAGES: dict[Lang, str] = {"en": "codes.md", "ru": "codes.ru.md"}
_EXAMPLE = Text("Например", "For example")
_BETTER = Text("Как надо", "As it should be")
_FILE_LEFT_OUT = Text("Файл не используется, пока это не исправлено.", "The file is not used until this is corrected.")
_LINE_LEFT_OUT = Text("Строка не используется, пока это не исправлено.", "The line is not used until it is corrected.")
_CABINET_WAITS = Text("Кабинет ждёт, пока это не исправлено.", "The cabinet is refused until this is corrected.")
_LINE_USED = Text("Строка используется.", "The line is used.")
_MENDED = Text(
    "Исправит программа: provision check ФАЙЛ --repaired ПАПКА.",
    "The program corrects it: provision check FILE --repaired DIR.",
)
_OFTEN_MENDED = Text(
    "Если смысл однозначен, исправит программа: provision check ФАЙЛ --repaired ПАПКА.",
    "Where only one thing can be meant, the program corrects it: provision check FILE --repaired DIR.",
)


def explain(code: str, lang: Lang, codes: Mapping[str, Code] = CODES) -> str:
    """What the code means, what follows, what to do, and an example; several lines. Letter case does not matter.

    Raises UsageError for a code that is not one of `codes`, naming those that are like it.
    """
    latin = as_latin(code.strip().upper()) or code  # М05 with a Russian letter is M05
    row = codes.get(f"{latin[:1]}{latin[1:]:0>2}")  # and so is M5
    if row is None:
        raise UsageError(Text(f"Нет такого кода: {code}", f"There is no such code: {code}"), _alike(latin, codes))
    lines = [f"{row.code}, {LEVELS[row.level].say(lang)}: {row.wrong.say(lang)}.", row.hint.say(lang)]
    lines += [said.say(lang) for said in _what_follows(row)]
    for title, example in ((_EXAMPLE, row.example), (_BETTER, row.better)):
        if example:
            lines += [f"{title.say(lang)}:", *(f"  {line}" for line in example.splitlines())]
    return "\n".join(lines)


def _alike(code: str, codes: Mapping[str, Code]) -> Text:
    """The codes that may be meant: those like it, else those of its letter, else the first of each letter."""
    found = sorted(difflib.get_close_matches(code, codes)) or [one for one in codes if code[:1] == one[0]]
    if found:
        return Text(f"Похожие: {', '.join(found)}", f"Similar: {', '.join(found)}")
    found = [next(one for one in codes if one[0] == letter) for letter in dict.fromkeys(one[0] for one in codes)]
    return Text(f"Коды стоят в сообщениях: {', '.join(found)} …", f"Messages have codes: {', '.join(found)} …")


def _what_follows(row: Code) -> Iterator[Text]:
    """What a problem of a list leads to, and whether the program can put it right."""
    if row.blocks_cabinet and row.code[0] != "F":
        yield _CABINET_WAITS
    elif row.code[0] in "FMPO" and row.code in CODES:
        left_out = _FILE_LEFT_OUT if row.code[0] == "F" else _LINE_LEFT_OUT
        if row.level == "error":
            yield left_out
        elif row.code[0] != "F":
            yield _LINE_USED
    if row.code in ALWAYS:
        yield _MENDED
    elif row.code in SURE:
        yield _OFTEN_MENDED


_HEAD = Text(
    "# Коды сообщений о списках\n\nТо же об одном коде скажет команда `provision check --explain M05`. "
    "Страница сделана из таблицы в `provision/lists/codes.py`: `python -m provision.lists docs`.\n\n"
    "Ошибка: строка (при кодах F — весь файл) не используется. Предупреждение: строка используется с указанной "
    "поправкой или её стоит проверить глазами. Замечание: так можно, сказано один раз.",
    "# Codes of messages about lists\n\n`provision check --explain M05` says the same of one code. "
    "This page is made from the table in `provision/lists/codes.py`: `python -m provision.lists docs`.\n\n"
    "Error: the line (with F codes the file) is not used. Warning: the line is used after the stated repair, or needs "
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
