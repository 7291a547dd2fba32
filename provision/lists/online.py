"""One line of an online list checked: O01 to O08, O11 and O12, and the row it gives.

A missing or surplus field shifts the password into another column. So the firm, the login and the password are never
shown, and the other values only while their neighbours prove that they are in their own columns.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from provision.lists.columns import COLUMNS
from provision.lists.hosts import DEFAULT_PORTS, Parts, address_of, is_inner, is_name, parts_of
from provision.lists.people import check_email, check_manager
from provision.lists.problems import problem
from provision.lists.split import is_heading, is_tidy
from provision.model import Problem
from provision.rows import ListKind, OnlineAccess, Shared
from provision.text import Text

COUNTS = (8,)
NAMES = COLUMNS["online"]
PROTOCOLS = ("http", "https")
CLOUD = ".te-cloud.ru"

_LONGEST_FIRM = 60
_RECENT = 1 << 16
_MONTHS = "янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_BY_EXCEL = re.compile(
    r"\d+([.,]\d+)?e[+-]\d+|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}-\d\d-\d\d( .*)?|#{3,}|#[^ ]+[!?]"
    rf"|\d{{1,2}}[.\- ]({_MONTHS})[а-яa-z]*([.\- ]\d{{2,4}})?|({_MONTHS})[а-яa-z]*[.\- ]\d{{2,4}}",
    re.IGNORECASE,
)
_BEGINS = frozenset("0123456789#" + _MONTHS + _MONTHS.upper())  # what _BY_EXCEL may begin with; spares most values it


@dataclass(frozen=True, slots=True)
class _Tail:
    """Fields 4 to 8, checked once for all lines that share them."""

    shared: Shared
    problems: tuple[Problem, ...]
    good: bool


class OnlineLines:
    """Checks the lines of one file, one after the other."""

    kind: ClassVar[ListKind] = "online"
    counts: ClassVar[tuple[int, ...]] = COUNTS

    def __init__(self, file: str) -> None:
        self._file = file
        self._tails: dict[tuple[str, ...], _Tail] = {}
        self._clean: dict[str, _Tail] = {}  # those without a problem, by their text

    def quick(self, text: str) -> tuple[str, Shared, None] | None:
        """A line without a problem: what Rows keep of it; it has no block. None: for read() to see."""
        access = text.split(",", 3)
        tail = self._clean.get(access[-1])
        if tail is None or len(access) < 4:
            return None
        firm, login, password, rest = access
        own = text[: -len(rest) - 1]
        if not (firm and login and password and len(firm) <= _LONGEST_FIRM and is_tidy(own)):
            return None
        return None if _damaged(login) or _damaged(password) else (own, tail.shared, None)

    def read(self, line: int, fields: list[str]) -> tuple[OnlineAccess | None, Sequence[Problem]]:
        """The row, or None where the line has an error, and every problem of the line without its place."""
        if len(fields) != COUNTS[0]:
            return None, [_miscounted(fields)]
        firm, login, password, *rest = fields
        if any("," in field for field in fields):
            return None, [problem("O01", detail=Text("запятая внутри значения", "a comma inside a value"))]
        key = tuple(rest)
        tail = self._tails.get(key)
        if tail is None:
            if len(self._tails) >= _RECENT:
                self._tails.clear()
                self._clean.clear()
            tail = self._tails[key] = _check_tail(rest)
            text = ",".join(key)
            if not tail.problems and is_tidy(text):
                self._clean[text] = tail
        found: Sequence[Problem] = tail.problems
        of_access = _check_access(firm, login, password)
        if of_access:
            found = (*of_access, *found)
        if not tail.good or any(one.level == "error" for one in of_access):
            return None, found
        values: Shared = (firm, login, password, *tail.shared, self._file, line)
        return OnlineAccess(*values), found

    @staticmethod
    def is_own(fields: list[str]) -> bool:
        """Whether the line is surely one of this list: the protocol is in its place, or in the one before it."""
        in_place = any(field.lower() in PROTOCOLS for field in fields[5:7])
        return len(fields) >= COUNTS[0] and in_place and not is_heading(fields)


def _miscounted(fields: list[str]) -> Problem:
    """O01. Where fields are missing it names the missing one as far as the others prove it, and shows no value."""
    count = len(fields)
    ru, en = f"найдено {count}", f"{count} found"
    if count > COUNTS[0]:
        return problem("O01", detail=Text(ru, en))
    missing = _missing(fields) if count == COUNTS[0] - 1 else 0
    if missing:
        ru, en = (
            f"{ru}, похоже, нет поля {missing} ({NAMES[missing - 1]})",
            f"{en}, field {missing} ({NAMES[missing - 1]}) seems to be missing",
        )
    elif count == COUNTS[0] - 1 and _fits(["", *fields], 1):
        ru, en = f"{ru}, нет фирмы, логина или пароля", f"{en}, the firm, login or password is missing"
    name = NAMES[missing - 1] if missing else ""
    return problem("O01", number=missing, name=name, detail=Text(ru, en), hint=_COMPARE)


def _missing(fields: list[str]) -> int:
    """The number of the one field that is missing, 0 where several may be; of the first three it is not known which."""
    found = {
        number
        for number in range(1, COUNTS[0] + 1)
        if _fits([*fields[: number - 1], "", *fields[number - 1 :]], number)
    }
    return found.pop() if len(found) == 1 else 0


def _fits(fields: list[str], missing: int) -> bool:
    """Whether all fields but the missing one look like what they are."""
    looks = {
        4: _is_host(fields[3]),
        5: bool(fields[4]) and "." not in fields[4] and fields[4].lower() not in PROTOCOLS,
        6: fields[5].lower() in PROTOCOLS,
        7: "@" not in fields[6] and fields[6].lower() not in PROTOCOLS,
        8: "@" in fields[7],
    }
    return all(fits for number, fits in looks.items() if number != missing)


_COMPARE = Text(
    "Сверьте строку с образцом: фирма, логин, пароль, узел, каталог, протокол, менеджер, почта.",
    "Compare with the pattern: firm, login, password, host, folder, protocol, manager, e-mail.",
)


def _check_access(firm: str, login: str, password: str) -> list[Problem]:
    found: list[Problem] = []
    if not firm:
        found.append(problem("O02", number=1, name="firm"))
    elif len(firm) > _LONGEST_FIRM:
        long = Text(f"{len(firm)} знаков", f"{len(firm)} characters")
        found.append(problem("O03", number=1, name="firm", detail=long))
    for code, number, value in (("O04", 2, login), ("O05", 3, password)):
        if not value:
            found.append(problem(code, number=number, name=NAMES[number - 1]))
        elif _damaged(value):
            found.append(problem("O11", number=number, name=NAMES[number - 1]))
    return found


def _damaged(value: str) -> bool:
    """Whether a spreadsheet took the value for a number or a date, which leaves more than letters and digits."""
    return value[0] in _BEGINS and not value.isalnum() and _BY_EXCEL.fullmatch(value) is not None


def _check_tail(fields: list[str]) -> _Tail:
    host, folder, written, manager, email = fields
    protocol = written.lower() if written.lower() in PROTOCOLS else written
    known = protocol in PROTOCOLS
    pasted = parts_of(host) if known and not _is_host(host) else None
    found = _check_host(host, protocol, folder, pasted)
    found += _check_folder(folder, pasted, shown=known and _is_host(host))
    if not known:
        found.append(problem("O08", number=6, name=NAMES[5]))
    elif protocol != written:
        found.append(problem("O13", number=6, name=NAMES[5], value=written, suggestion=protocol))
    people = check_manager(manager, 7) + check_email(email, 8)
    if not (known and (pasted or _is_host(host))):
        people = [problem(one.code, number=one.field_number, name=one.field_name) for one in people]
    found += people
    good = not any(one.level == "error" for one in found)
    return _Tail((host, folder, protocol, manager, email), tuple(found), good)


def _is_host(host: str) -> bool:
    return is_name(host) or address_of(host) is not None


def _check_host(host: str, protocol: str, folder: str, pasted: Parts | None) -> list[Problem]:
    if _is_host(host):
        if address_of(host) or is_inner(host) or host.lower().endswith(CLOUD):
            return [problem("O12", number=4, name=NAMES[3], value=host if protocol in PROTOCOLS else "")]
        return []
    if pasted is None:
        return [problem("O06", number=4, name=NAMES[3])]
    fits = (
        pasted.scheme in ("", protocol)
        and pasted.port in ("", DEFAULT_PORTS[protocol])
        and folder.strip("/") in ("", pasted.folder or folder.strip("/"))
    )
    split = f"{pasted.host} / {pasted.folder or '—'} / {pasted.scheme or protocol}"
    ru, en = f"то есть узел / каталог / протокол: {split}", f"that is host / folder / protocol: {split}"
    if pasted.port:
        ru, en = f"{ru}; порт {pasted.port} здесь не пишут", f"{en}; the port {pasted.port} has no place here"
    detail = Text(ru, en)
    return [
        problem("O06", number=4, name=NAMES[3], value=host, detail=detail, suggestion=pasted.host if fits else None)
    ]


def _check_folder(folder: str, pasted: Parts | None, *, shown: bool) -> list[Problem]:
    """`shown` says that the field before and after are in order, so this one is no slipped password."""
    bare = folder.strip("/") or (pasted.folder if pasted else "")
    if folder and "/" not in folder:
        return []
    suggestion = bare if bare and "/" not in bare and (shown or not folder) else None
    return [problem("O07", number=5, name=NAMES[4], value=folder if shown else "", suggestion=suggestion)]
