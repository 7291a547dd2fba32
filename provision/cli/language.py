"""The language of everything that is printed: --lang, else SMART_LANG, else the locale's; Russian or English."""

import gettext
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import click

from provision.text import Lang, Text

_LANGUAGES: tuple[Lang, ...] = get_args(Lang)
_WORDS = Path(__file__).with_name("locale")  # what click says; click asks gettext's default domain
_VALUE_NAMES = ((click.STRING, "текст"), (click.INT, "число"), (click.FLOAT, "число"),
                (click.IntRange, "число"), (click.FloatRange, "число"))  # fmt: skip


def language(arguments: Sequence[str] | None = None) -> Lang:
    """The language that these arguments (by default the command line's) and the environment ask for."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for at, word in enumerate(words):
        name, _sign, value = word.partition("=")
        if name == "--lang":
            value = value or "".join(words[at + 1 : at + 2])
            return "ru" if value == "ru" else "en"
    if (chosen := os.environ.get("SMART_LANG", "")) in _LANGUAGES:
        return "ru" if chosen == "ru" else "en"
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "ru" if locale.lower().startswith("ru") else "en"


def _(russian: str, english: str) -> str:
    """A help text. It is made when the program starts, before click reads --lang: hence language()."""
    return Text(russian, english).say(language())


def translate_click(lang: Lang) -> None:
    """Click's own words are in that language from now on."""
    gettext.bindtextdomain("messages", str(_WORDS))
    os.environ["LANGUAGE"] = lang  # where gettext looks first


def name_variable(error: click.BadParameter) -> None:
    """Puts the option's environment variable into the language of the message; click (8.4) writes it in English."""
    if error.param_hint is None and error.param is not None:
        words = gettext.gettext("env var: {var}").format(var="")
        error.param_hint = error.param.get_error_hint(error.ctx).replace("(env var: ", f"({words}")


translate_click(language())  # types of values ask for their names when they are made
if language() == "ru":
    for _kind, _name in _VALUE_NAMES:
        _kind.name = _name
