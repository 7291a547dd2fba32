"""Problems made from the table of codes: problem(), and what may be shown of a value."""

from provision.lists.codes import CODES
from provision.model import Problem
from provision.text import Text

LONGEST = 80  # signs of a value in a message; a line may have millions


def printable(value: str) -> str:
    """The value on one line, without signs that would steer a terminal, cut to LONGEST signs."""
    cut = value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"
    return "".join(sign if sign.isprintable() else "�" for sign in cut)


def problem(
    code: str,
    *,
    number: int = 0,
    name: str = "",
    value: str = "",
    mended: str | None = None,
    detail: Text | None = None,
    hint: Text | None = None,
    file: str = "",
    line: int = 0,
    cabinet: str = "",
    stops: bool | None = None,
) -> Problem:
    """The problem of that code. `number` and `name` are the field's; an `F` error stops the whole file.

    `detail` follows what is wrong; without it the value does. `hint` replaces the one of the table. Give no password.
    """
    row = CODES[code]
    value = printable(value)
    if detail is None and value:
        detail = Text(f"«{value}»", f'"{value}"')
    message = Text(f"{row.wrong.ru}: {detail.ru}", f"{row.wrong.en}: {detail.en}") if detail else row.wrong
    advice = hint or row.hint
    if mended is not None:
        ru, en = ("Должно быть", "It should be") if row.level == "error" else ("Прочитано как", "Read as")
        advice = Text(f"{advice.ru} {ru}: «{printable(mended)}».", f'{advice.en} {en}: "{printable(mended)}".')
    return Problem(
        code=code,
        level=row.level,
        message=message,
        hint=advice,
        file=file,
        line=line,
        field_number=number,
        field_name=name,
        value=value,
        mended=mended,
        cabinet=cabinet,
        stops=row.level == "error" and code[0] == "F" if stops is None else stops,
    )
