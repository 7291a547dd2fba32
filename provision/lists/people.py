"""The manager and the e-mail of a line, the same in both kinds of list: P01 and P03 to P08."""

import re
from functools import lru_cache, partial

from email_validator import EmailNotValidError, validate_email

from provision.lists.letters import as_latin, cyrillic, is_cyrillic, spelled
from provision.lists.problems import printable, problem
from provision.model import Problem
from provision.text import Text

_SAMPLE_MANAGER = re.compile(r"(manager|менеджер)[ _-]?(name|имя)?[ _-]?\d*", re.IGNORECASE)
_SAMPLE_EMAILS = frozenset({"email@email.com", "email@email.mail", "email", "e-mail", "почта"})
_SAMPLE_DOMAIN = "@postbox.com"
_BETWEEN = re.compile(r"[/;|,]|\s(?:и|and|или|or)\s|\s&")


def check_manager(manager: str, number: int) -> list[Problem]:
    """What is wrong with the login in that field."""
    said = partial(problem, number=number, name="manager")
    if not manager:
        return [said("P01")]
    if _SAMPLE_MANAGER.fullmatch(manager):
        return [said("P03", value=manager)]
    if _BETWEEN.search(manager):
        return [said("P07", value=manager)]
    if cyrillic(manager) or len(manager.split()) > 1:
        latin = printable(spelled("".join(manager.split())).lower())
        hint = Text(f"Надёжнее логин латиницей без пробелов, например {latin}.", f"Safer: a Latin login, like {latin}.")
        return [said("P04", value=manager, hint=hint)]
    return []


def check_email(email: str, number: int) -> list[Problem]:
    """What is wrong with the e-mail in that field."""
    said = partial(problem, number=number, name="email")
    if not email:
        return [said("P05")]
    low = email.lower()
    if low in _SAMPLE_EMAILS or low.endswith(_SAMPLE_DOMAIN):
        return [said("P03", value=email)]
    if low.count("@") > 1 or (_BETWEEN.search(email) and "@" in email):
        return [said("P07", value=email)]
    found = [place for place in cyrillic(email) if not _in_cyrillic_domain(email, place)]
    if found:
        suggestion = as_latin(email)
        detail = Text(f"знак {found[0]}", f"sign {found[0]}")
        fits = suggestion is not None and is_email(suggestion)
        return [said("P08", value=email, detail=detail, suggestion=suggestion if fits else None)]
    return [] if is_email(email) else [said("P06", value=email)]


def _in_cyrillic_domain(email: str, place: int) -> bool:
    """Whether the letter at that place belongs to a domain like ромашка.рф, where it is no slip."""
    at = email.find("@")
    return 0 <= at < place - 1 and all(map(is_cyrillic, email[email.rfind(".") + 1 :])) and _one_script(email[at + 1 :])


def _one_script(domain: str) -> bool:
    """Whether no label of the domain mixes Latin and Cyrillic letters."""
    return all(
        len({is_cyrillic(letter) for letter in label if letter.isalpha()}) < 2 for label in domain.split(".") if label
    )


@lru_cache(maxsize=65536)
def is_email(email: str) -> bool:
    """Whether the syntax is right; the mail server is not asked."""
    try:
        validate_email(email, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return False
    return True
