"""One line of a managers list checked: M01 to M24, and the row it gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from provision.lists.columns import COLUMNS
from provision.lists.hosts import (
    DEFAULT_PORTS,
    address_of,
    as_ascii,
    is_inner,
    is_inner_name,
    is_name,
    is_port,
    parts_of,
)
from provision.lists.letters import as_latin, cyrillic, spelled
from provision.lists.people import check_email, check_manager
from provision.lists.problems import NOTHING, problem
from provision.model import Problem
from provision.rows import SMARTUPLOAD, Installation, ListKind, Shared
from provision.text import Text

COUNTS = (9, 11)
NAMES = COLUMNS["managers"]
TRANSPORTS = ("http", "https", SMARTUPLOAD)
STEPS = ("download", "upload", "process")
PINGS = ("ping", "donotping")
CONSTANTS = ("3600", "604800")
WORDS = frozenset((*STEPS, *PINGS, SMARTUPLOAD))  # no other list has them

_LONGEST_NAME = 32
_DEVICES = frozenset(
    ("con", "prn", "aux", "nul", *(f"com{digit}" for digit in range(10)), *(f"lpt{digit}" for digit in range(10)))
)
_MINUSES = "\u2212\u2010\u2011\u2012\u2013\u2014\u2015\ufe63\uff0d"
_PLAIN_MINUS = str.maketrans(dict.fromkeys(_MINUSES, "-"))
_RECENT = 1 << 16  # how many different tails of lines are remembered


@dataclass(frozen=True, slots=True)
class _Tail:
    """Fields 2 to 11, checked once for all lines that share them. `shared` is what a row takes from them."""

    shared: Shared
    transport: str
    problems: tuple[Problem, ...]
    good: bool

    @property
    def polled(self) -> bool:
        return self.transport != SMARTUPLOAD


class ManagerLines:
    """Checks the lines of one file, one after the other."""

    kind: ClassVar[ListKind] = "managers"
    counts: ClassVar[tuple[int, ...]] = COUNTS

    def __init__(self, file: str) -> None:
        self._file = file
        self._tails: dict[tuple[str, ...], _Tail] = {}
        self._clean: dict[str, _Tail] = {}  # those without a problem, by their text

    def quick(self, text: str) -> tuple[str, Shared, bool] | None:
        """A line without a problem: what Rows keep of it, and its block. None: read() must look at it.

        Only the first field is new on most lines of a large list; what follows it was read before.
        """
        host, _, rest = text.partition(",")
        tail = self._clean.get(rest)
        if tail is None or not _is_plain(host, tail.transport):
            return None
        return host, tail.shared, tail.polled

    def read(self, line: int, fields: list[str]) -> tuple[Installation | None, Sequence[Problem]]:
        """The row, or None where the line has an error, and every problem of the line without its place."""
        key = tuple(fields[1:])
        tail = self._tails.get(key)
        if tail is None:
            if len(fields) not in COUNTS or not ManagerLines.is_own(fields):
                return None, [_decimal_comma(fields) or _miscounted(fields)]
            if len(self._tails) >= _RECENT:
                self._tails.clear()
                self._clean.clear()
            tail = self._tails[key] = _check_tail(fields)
            if not tail.problems:
                self._clean[",".join(key)] = tail
        host = fields[0]
        found: Sequence[Problem] = tail.problems
        if not (tail.good and _is_plain(host, tail.transport)):
            found = (*check_host(host, tail.transport), *found)
            if any(one.level == "error" for one in found):
                return None, found
        values: Shared = (host, *tail.shared, self._file, line)
        return Installation(*values), found

    @staticmethod
    def is_own(fields: list[str]) -> bool:
        """Whether the line is surely one of this list: at least two of the words that no other list has."""
        return sum(map(WORDS.__contains__, map(str.lower, fields))) > 1


def _is_plain(host: str, transport: str) -> bool:
    """Whether the first field has no problem; a quick look that spares most lines check_host()."""
    if transport == SMARTUPLOAD:
        return host.isascii() and host.isalpha() and len(host) <= _LONGEST_NAME and host.lower() not in _DEVICES
    name, _, port = host.partition(":")
    return port == DEFAULT_PORTS[transport] and is_name(name) and not is_inner_name(name)


def _check_tail(fields: list[str]) -> _Tail:
    _, manager, email, transport, *constants = fields
    found = check_manager(manager, 2) + check_email(email, 3)
    low = transport.lower()
    if low not in TRANSPORTS:
        latin = as_latin(low)  # "httр" with a Cyrillic letter
        meant = latin if latin in TRANSPORTS else None
        found.append(problem("M10", number=4, name=NAMES[3], value=transport, suggestion=meant))
        low = ""
    elif low != transport:
        found.append(problem("M12", number=4, name=NAMES[3], value=transport, suggestion=low))
    found += _check_steps(constants[:3])
    found += _check_ping(constants[3], low)
    correction, more = _check_correction(constants[4])
    found += more
    if len(fields) == COUNTS[0]:
        found.append(problem("M02"))
    found += [
        problem("M18", number=number, name=NAMES[number - 1], value=was, suggestion=wanted)
        for number, (was, wanted) in enumerate(zip(constants[5:], CONSTANTS, strict=False), 10)
        if was != wanted
    ]
    good = not any(one.level == "error" for one in found)
    return _Tail((manager, email, low, correction), low, tuple(found), good)


def _check_steps(steps: list[str]) -> list[Problem]:
    found = []
    for number, (was, wanted) in enumerate(zip(steps, STEPS, strict=True), 5):
        if was != wanted:
            code = "M12" if was.lower() == wanted else "M11"
            found.append(problem(code, number=number, name=NAMES[number - 1], value=was, suggestion=wanted))
    return found


def _check_ping(ping: str, transport: str) -> list[Problem]:
    """Field 8 follows from the transport; where that is unknown ("") either word will do."""
    low = ping.lower()
    wanted = "" if not transport else PINGS[transport == SMARTUPLOAD]
    if low == wanted or (not wanted and low in PINGS):
        return [problem("M12", number=8, name=NAMES[7], value=ping, suggestion=low)] if low != ping else []
    return [problem("M13", number=8, name=NAMES[7], value=ping, suggestion=wanted or None)]


def _check_correction(value: str) -> tuple[int, list[Problem]]:
    """The number, 0 where it is none, and what is wrong with it."""
    plain = value.translate(_PLAIN_MINUS).removeprefix("+")
    digits = plain.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 4:
        return 0, [problem("M14", number=9, name=NAMES[8], value=value)]
    number = int(plain)
    found = []
    if plain != value:
        found.append(problem("M15", number=9, name=NAMES[8], value=value, suggestion=plain))
    if not -2 <= number <= 8:
        found.append(problem("M16", number=9, name=NAMES[8], value=value))
    if number == 0:
        found.append(problem("M17", number=9, name=NAMES[8]))
    return number, found


def check_host(host: str, transport: str) -> list[Problem]:
    """What is wrong with the first field. `transport` is "" where field 4 is unknown: then its own look decides."""
    if not host:
        return [problem("M03", number=1, name="client" if transport == SMARTUPLOAD else "address")]
    looks_addressed = "://" in host or "." in host or is_port(host.rpartition(":")[2])
    if transport == SMARTUPLOAD or (not transport and not looks_addressed):
        return _check_client(host)
    return _check_address(host, transport)


def _check_address(value: str, transport: str) -> list[Problem]:
    def said(code: str, suggestion: str | None = None, hint: Text | None = None) -> list[Problem]:
        return [problem(code, number=1, name="address", value=value, suggestion=suggestion, hint=hint)]

    if "/" in value or "\\" in value:
        return said("M04", _cleaned(value, transport))
    host, colon, port = value.rpartition(":")
    if not colon or not port or value.endswith("]"):
        bare = value.rstrip(":")
        if is_name(bare) or address_of(bare):
            return said("M08") if is_inner(bare) else said("M05")
        return said("M07", hint=_in_latin(bare)) if "." in bare or not transport else said("M19")
    if not is_port(port):
        return said("M06")
    if is_inner(host):
        return said("M08")
    if not is_name(host) and address_of(host) is None:
        return said("M07", hint=_in_latin(host))
    other = DEFAULT_PORTS["https" if transport == "http" else "http"]
    return said("M09") if transport and port == other else []


def _in_latin(host: str) -> Text | None:
    """A hint for Cyrillic letters in a host name: the right letters or the xn-- form; None without such letters."""
    places = cyrillic(host)
    if not places:
        return None
    name = as_ascii(host) or as_latin(host)
    where = f"{places[0]}"
    ru, en = f"Русская буква, знак {where}.", f"There is a Cyrillic letter, character {where}."
    if name and is_name(name):
        return Text(f"{ru} Может быть, {name}?", f"{en} Perhaps {name}?")
    return Text(ru, en)


def _cleaned(value: str, transport: str) -> str | None:
    """`address:port` out of a URL, with the usual port where it has none; None where host or port remain in doubt."""
    parts = parts_of(value.replace("\\", "/"))
    if parts is None or is_inner(parts.host):
        return None
    protocols = {parts.scheme, transport} & DEFAULT_PORTS.keys()
    port = parts.port or (DEFAULT_PORTS[protocols.pop()] if len(protocols) == 1 else "")
    return f"{parts.host}:{port}" if port else None


def _check_client(value: str) -> list[Problem]:
    def said(code: str, suggestion: str | None = None, detail: Text = NOTHING) -> Problem:
        return problem(code, number=1, name="client", value=value, suggestion=suggestion, detail=detail)

    host, colon, port = value.rpartition(":")
    if "://" in value or (colon and host and is_port(port)) or address_of(value):
        return [said("M19")]
    if cyrillic(value):
        latin = spelled(value)
        fits = not any(one.level == "error" for one in _check_client(latin))
        return [said("M20", latin if fits else None)]
    wrong = next((one for one in value if not (one.isascii() and (one.isalnum() or one in "._-"))), None)
    if wrong is not None:
        name = Text("пробел", "a space") if wrong == " " else Text(f"знак {wrong}", f"the character {wrong}")
        return [said("M21", detail=name)]
    if not value[0].isalpha():
        return [said("M21", detail=Text("первый знак не буква", "the first character is no letter"))]
    if value.endswith(".") or value.partition(".")[0].lower() in _DEVICES:
        return [said("M24")]
    found = [said("M23")] if len(value) > _LONGEST_NAME else []
    return found if value.isalpha() else [*found, said("M22")]


def _decimal_comma(fields: list[str]) -> Problem | None:
    """M14 for a correction such as `2,5`, whose comma makes two fields of it; None for any other line."""
    if len(fields) - 1 not in COUNTS or not ManagerLines.is_own(fields):
        return None
    whole, rest, *constants = fields[8:]
    digits = whole.lstrip("+-" + _MINUSES)
    if not (digits.isdigit() and rest.isdigit() and len(digits) < 3 and len(rest) < 3) or tuple(constants) not in (
        (),
        CONSTANTS,
    ):
        return None
    return problem("M14", number=9, name=NAMES[8], value=f"{whole},{rest}")


def _miscounted(fields: list[str]) -> Problem:
    """M01. It shows no value, for the line may be an online one, and names fields only when it surely is not."""
    count = len(fields)
    ru, en = f"найдено {count}", f"{count} found"
    if not ManagerLines.is_own(fields):
        ru, en = f"{ru}, строка не из этого списка", f"{en}, the line is not one of this list"
    else:
        guess = gap(fields)
        if guess and guess[0] == "missing":
            ru, en = (
                f"{ru}, похоже, нет поля {guess[1]} ({NAMES[guess[1] - 1]})",
                (f"{en}, field {guess[1]} ({NAMES[guess[1] - 1]}) seems to be missing"),
            )
        elif guess:
            ru, en = f"{ru}, похоже, лишнее поле {guess[1]}", f"{en}, field {guess[1]} seems to be too many"
    return problem("M01", detail=Text(ru, en))


def gap(fields: list[str]) -> tuple[str, int] | None:
    """("missing" or "extra", field number) where one field less or more would make the line fit, None elsewhere."""
    tries: list[tuple[int, str, int]] = []
    for number in range(1, len(fields) + 2):
        if len(fields) + 1 in COUNTS:
            tries.append((_fit([*fields[: number - 1], "", *fields[number - 1 :]]), "missing", number))
        if len(fields) - 1 in COUNTS and number <= len(fields):
            tries.append((_fit([*fields[: number - 1], *fields[number:]]), "extra", number))
    best = max(tries, default=None, key=lambda one: one[0])
    return (best[1], best[2]) if best and best[0] >= len(WORDS) - 1 else None


def _fit(fields: list[str]) -> int:
    """How many fields are where they belong."""
    patterns = (None, None, None, TRANSPORTS, *((step,) for step in STEPS), PINGS, None, *((one,) for one in CONSTANTS))
    known = sum(bool(words) and value.lower() in words for value, words in zip(fields, patterns, strict=False) if words)
    at = fields[2]
    number = fields[8].lstrip("-" + _MINUSES)
    filled = bool(fields[0]) and "@" not in fields[0], bool(fields[1]) and "@" not in fields[1]
    return known + sum(filled) + ("@" in at) + (number.isdigit() and len(number) < 3)
