"""How logins and addresses are compared: one set of characters for logins, one canonical form for each sort of address.

Lists, heads and mailboxes use it alike, so that what one of them accepts the others accept, too.
"""

import unicodedata
from functools import lru_cache

import idna

LONGEST = 190  # characters of a login or an e-mail: columns of Grafana 12.4, which answers 500 to more on PostgreSQL
EXTRA_CHARACTERS = "._-@+"  # what a login may have besides letters, digits and single spaces
# Lower-case Cyrillic letters that look like a Latin letter in either case, by Unicode 16's confusables.txt (UTS 39).
_CYRILLIC_LIKE_LATIN = dict(zip("авекмнорстухіѕјьԁԛԝ", "abekmhopctyxisjbdqw", strict=True))
_LOOK_ALIKE = str.maketrans(_CYRILLIC_LIKE_LATIN | {"0": "o", "1": "l", "ё": "e"})


def is_cyrillic(letter: str) -> bool:
    """Whether the character is a Cyrillic letter."""
    return "\u0400" <= letter <= "\u052f"


def is_latin(letter: str) -> bool:
    """Whether the character is one of the 52 Latin letters that logins may have."""
    return letter.isascii() and letter.isalpha()


def foreign_character(login: str) -> str:
    """The first character that no login may have, "" where there is none.

    Allowed are Latin and Russian letters, digits, `. _ - @ +` and single spaces inside; the first is a letter or digit.
    """
    for place, character in enumerate(login):
        letter = is_latin(character) or "а" <= character.lower() <= "я" or character in "ёЁ"
        if letter or (character.isascii() and character.isdigit()):
            continue
        inside = place > 0 and (character in EXTRA_CHARACTERS or (character == " " and login[place - 1] != " "))
        if not inside or (character == " " and place == len(login) - 1):
            return character
    return ""


def mixes_scripts(word: str) -> bool:
    """Whether letters of several scripts are in one word (a login, a label of a domain)."""
    return not word.isascii() and len({_script(letter) for letter in word if letter.isalpha()}) > 1


def _script(letter: str) -> str:
    """The first word of the letter's Unicode name: LATIN, CYRILLIC, GREEK, FULLWIDTH."""
    return unicodedata.name(letter, "?").partition(" ")[0]


def canonical_login(login: str) -> str:
    """The login as it is compared and stored: NFKC, lower case."""
    return login.lower() if login.isascii() else unicodedata.normalize("NFKC", login).lower()


def suffixed(login: str, suffix: str) -> str:
    """The canonical login with its distributor's suffix, added once."""
    login = canonical_login(login)
    return login if login.endswith(suffix) else login + suffix


@lru_cache(maxsize=65536)
def skeleton(login: str) -> str:
    """What two logins have in common that look alike: `сора` (Cyrillic) and `copa`, `ivanov1` and `ivanovl`."""
    return canonical_login(login).translate(_LOOK_ALIKE)


@lru_cache(maxsize=65536)
def canonical_email(email: str) -> str:
    """The address as it is compared and stored: NFKC, lower case, the domain in its ASCII form (xn--)."""
    return deliverable(canonical_login(email))


def deliverable(email: str) -> str:
    """The address with its domain in ASCII, as a mail server needs it; unchanged where the domain has no such form."""
    if email.isascii():
        return email
    local, at, domain = email.rpartition("@")
    try:
        return f"{local}{at}{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError:
        return email
