"""One text in the two languages of the program; and text from outside, made safe for a terminal and a spreadsheet."""

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


def visible(text: str) -> str:
    """The text with � for each character that would steer a terminal or break the line."""
    return text if text.isprintable() else "".join(one if one.isprintable() else "�" for one in text)


def shortened(value: str) -> str:
    """The visible value, cut to LONGEST characters."""
    return visible(value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…")


def cell(value: str) -> str:
    """The value for a cell of a spreadsheet: visible, and never a formula."""
    value = visible(value)
    return f"'{value}" if value.startswith(_FORMULA) else value
