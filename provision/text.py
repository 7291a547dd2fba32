"""One text in the two languages of the program; and text from outside, made safe for a terminal and a spreadsheet."""

import json
from typing import Literal, NamedTuple

Lang = Literal["ru", "en"]
LONGEST = 80  # characters of a value in a message; a line of a list may have millions
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that Excel computes


class Text(NamedTuple):
    """A sentence in Russian and in English. `Text(f"{n} строк", f"{n} lines").say("ru")`."""

    ru: str
    en: str

    def say(self, lang: Lang) -> str:
        """The text in that language."""
        return self.ru if lang == "ru" else self.en

    def __str__(self) -> str:
        return self.en


def harmless(text: str) -> str:
    r"""The text on one line, with what could steer a terminal or deceive the eye written out: `\u001b`, `\n`, `\u202e`.

    These are control, format and unassigned characters, lone surrogates, line separators, and spaces other than the
    ordinary one. JSON keeps its value.
    """
    return text if text.isprintable() else "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text)


def shortened(value: str) -> str:
    """The value, cut to LONGEST characters and made harmless."""
    return harmless(value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…")


def cell(value: str) -> str:
    """The value for a cell of a spreadsheet: harmless, and never a formula."""
    value = harmless(value)
    return f"'{value}" if value.startswith(_FORMULA) else value
