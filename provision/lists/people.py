"""The manager and the e-mail of a line, the same in both kinds of list: P01, P03 to P08, P13, P14, P16."""

import re
from functools import lru_cache, partial

from email_validator import EmailNotValidError, validate_email

from provision.identity import LONGEST, canonical_email, foreign_character, is_cyrillic, mixes_scripts
from provision.lists.letters import as_latin, cyrillic, spelled
from provision.lists.problems import problem
from provision.model import Problem
from provision.text import Text, shortened

_SAMPLE_MANAGER = re.compile(r"(manager|менеджер)[ _-]?(name|имя)?[ _-]?\d*", re.IGNORECASE)
_SAMPLE_EMAILS = frozenset({"email@email.com", "email@email.mail", "email", "e-mail", "почта"})
_SAMPLE_DOMAIN = "@postbox.com"
_BETWEEN = re.compile(r"[/\\;|,&]|\s(?:и|and|или|or)\s")
# A name has capital letters: "Anna Ivanova" is one person, "ivanova petrov" are two logins.
_LOGINS = re.compile(r"[a-z][a-z0-9._-]+(?:\s+[a-z][a-z0-9._-]+)+")
_WRAPPED = re.compile(r"(?:mailto:|[^<>]*<)?([^<>\s]+?)>?\.?", re.IGNORECASE)
_REPEATED = re.compile(r"([@.])\1+")


def check_manager(manager: str, number: int) -> list[Problem]:
    """What is wrong with the login in that field."""
    said = partial(problem, number=number, name="manager")
    if not manager:
        return [said("P01")]
    if _SAMPLE_MANAGER.fullmatch(manager):
        return [said("P03", value=manager)]
    if _BETWEEN.search(manager) or _LOGINS.fullmatch(manager):
        return [said("P07", value=manager)]
    if len(manager) > LONGEST:
        return [said("P16", value=manager)]
    if any(map(mixes_scripts, manager.split())):
        latin = as_latin(manager)
        return [said("P14", value=manager, suggestion=latin if latin and not foreign_character(latin) else None)]
    if wrong := foreign_character(manager):
        return [said("P13", value=manager, detail=_character(wrong))]
    if cyrillic(manager) or " " in manager:
        latin = shortened(spelled("".join(manager.split())).lower())
        hint = Text(f"Надёжнее логин латиницей без пробелов, например {latin}.", f"Safer: a Latin login, like {latin}.")
        return [said("P04", value=manager, hint=hint)]
    return []


def _character(wrong: str) -> Text:
    """The character itself and its number, as most wrong ones cannot be seen."""
    number = f"U+{ord(wrong):04X}"
    ru, en = (f"знак {wrong} ({number})", f"the character {wrong} ({number})")
    return Text(ru, en) if wrong.isprintable() and wrong != " " else Text(f"знак {number}", f"the character {number}")


def check_email(email: str, number: int) -> list[Problem]:
    """What is wrong with the e-mail in that field."""
    said = partial(problem, number=number, name="email")
    if not email:
        return [said("P05")]
    low = email.lower()
    if low in _SAMPLE_EMAILS or low.endswith(_SAMPLE_DOMAIN):
        return [said("P03", value=email)]
    if bare := _unwrapped(email):
        return [said("P06", value=email, suggestion=bare)]
    if low.count("@") > 1 or (_BETWEEN.search(email) and "@" in email):
        return [said("P07", value=email)]
    found = [place for place in cyrillic(email) if not _in_cyrillic_domain(email, place)]
    if not found:
        found = [email.index(label) + 1 for label in email.split("@")[-1].split(".") if mixes_scripts(label)]
    if found:
        latin = as_latin(email)
        detail = Text(f"знак {found[0]}", f"character {found[0]}")
        fits = latin is not None and is_email(latin)
        return [said("P08", value=email, detail=detail, suggestion=latin if fits else None)]
    if not is_email(email):
        return [said("P06", value=email)]
    return [said("P16", value=email)] if len(canonical_email(email)) > LONGEST else []


def _unwrapped(email: str) -> str:
    """The address inside `mailto:a@b.ru`, `Name <a@b.ru>`, `a@@b..ru` or before a final dot; "" where there is none."""
    match = _WRAPPED.fullmatch(email)
    bare = _REPEATED.sub(r"\1", match[1] if match else email)
    return bare if bare != email and "@" in bare and is_email(bare) else ""


def _in_cyrillic_domain(email: str, place: int) -> bool:
    """Whether the letter at that place belongs to a domain like ромашка.рф, where it is no mistake."""
    at = email.find("@")
    labels = email[at + 1 :].split(".")
    return 0 <= at < place - 1 and all(map(is_cyrillic, labels[-1])) and not any(map(mixes_scripts, labels))


@lru_cache(maxsize=65536)
def is_email(email: str) -> bool:
    """Whether the syntax is right; the mail server is not asked."""
    try:
        validate_email(email, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return False
    return True
