"""Problems made from the table of codes: problem(), and what may be shown of a value."""

from provision.lists.codes import CODES
from provision.model import Problem
from provision.text import Text

NOTHING = Text("", "")
LONGEST = 80  # signs of a value in a message; a line may have millions


def visible(text: str) -> str:
    """The text without the signs that would steer a terminal or break the line."""
    return text if text.isprintable() else "".join(sign if sign.isprintable() else "�" for sign in text)


def printable(value: str) -> str:
    """The visible value, cut to LONGEST signs."""
    return visible(value if len(value) <= LONGEST else value[: LONGEST - 1] + "…")


def problem(
    code: str,
    *,
    number: int = 0,
    name: str = "",
    value: str = "",
    suggestion: str | None = None,
    detail: Text = NOTHING,
    hint: Text | None = None,
    file: str = "",
    line: int = 0,
    cabinet: str = "",
    blocks_cabinet: bool | None = None,
) -> Problem:
    """The problem of that code. `number` and `name` are the field's; an `F` error stops the whole file.

    What is wrong is followed by the value in quotation marks and then by `detail`. `hint` replaces the table's.
    Never give a password: all of it is shown.
    """
    row = CODES[code]
    value = printable(value)
    quoted = Text(f"«{value}»", f'"{value}"') if value else NOTHING
    message = Text(_message(row.wrong.ru, quoted.ru, detail.ru), _message(row.wrong.en, quoted.en, detail.en))
    advice = hint or row.hint
    if suggestion is not None:
        ru, en = ("Предлагается", "Suggested") if row.level == "error" else ("Прочитано как", "Read as")
        advice = Text(f"{advice.ru} {ru}: «{printable(suggestion)}».", f'{advice.en} {en}: "{printable(suggestion)}".')
    return Problem(
        code=code,
        level=row.level,
        message=message,
        hint=Text(visible(advice.ru), visible(advice.en)),
        file=file,
        line=line,
        field_number=number,
        field_name=name,
        value=value,
        suggestion=suggestion,
        cabinet=cabinet,
        blocks_cabinet=row.level == "error" and code[0] == "F" if blocks_cabinet is None else blocks_cabinet,
        summary=row.wrong,
    )


def _message(wrong: str, *more: str) -> str:
    """`wrong: value, detail`."""
    said = ", ".join(filter(None, more))
    return visible(f"{wrong}: {said}") if said else wrong
