"""Problems of lists made from the table of codes."""

from provision.lists.codes import CODES
from provision.model import Contest, Problem
from provision.text import Text, harmless, shortened

NOTHING = Text("", "")


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
    elsewhere: str = "",
    contest: Contest | None = None,
) -> Problem:
    """The problem of that code. `number` and `name` are the field's. Severity comes from the table.

    The message is what is wrong, the value in quotation marks, then `detail`. `hint` replaces the table's hint.
    Never give a password: all of it is shown.
    """
    row = CODES[code]
    value = shortened(value)
    quoted = Text(f"«{value}»", f'"{value}"') if value else NOTHING
    message = Text(_message(row.wrong.ru, quoted.ru, detail.ru), _message(row.wrong.en, quoted.en, detail.en))
    advice = hint or row.hint
    if suggestion is not None:
        ru, en = ("Предлагается", "Suggested") if row.level == "error" else ("Прочитано как", "Read as")
        advice = Text(f"{advice.ru} {ru}: «{shortened(suggestion)}».", f'{advice.en} {en}: "{shortened(suggestion)}".')
    return Problem(
        code=code,
        level=row.level,
        message=message,
        hint=Text(harmless(advice.ru), harmless(advice.en)),
        file=file,
        line=line,
        field_number=number,
        field_name=name,
        value=value,
        suggestion=suggestion,
        cabinet=cabinet,
        blocks_cabinet=row.blocks_cabinet,
        summary=row.wrong,
        elsewhere=elsewhere,
        contest=contest,
    )


def _message(wrong: str, *more: str) -> str:
    """`wrong: value, detail`."""
    said = ", ".join(filter(None, more))
    return harmless(f"{wrong}: {said}") if said else wrong
