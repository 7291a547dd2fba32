"""One text in the two languages of the program; both stand together where the text is used."""

from typing import Literal, NamedTuple

Lang = Literal["ru", "en"]


class Text(NamedTuple):
    """A sentence in Russian and in English. `Text(f"{n} строк", f"{n} lines").say("ru")`."""

    ru: str
    en: str

    def say(self, lang: Lang) -> str:
        """The text in that language."""
        return self.ru if lang == "ru" else self.en

    def __str__(self) -> str:
        return self.en
