"""What a list's file name says: company_kind_date.csv (F01, F03)."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import PurePath

from provision.lists.problems import problem
from provision.model import Problem
from provision.rows import ListKind
from provision.text import Text

_KIND = re.compile(r"(?<![a-z])(managers?|online)(?![a-z])")
_KINDS: dict[str, ListKind] = {"manager": "managers", "managers": "managers", "online": "online"}
_NAME = re.compile(r"(?P<company>[^_].*)_(?P<kind>managers?|online)_(?P<day>[0-9]{8})\.csv")
_DAY = re.compile(r"(?<![0-9])([0-9]{8})(?=\.[^.]*\Z|\Z)")
KAMCHATKA = timezone(timedelta(hours=12))  # where a new day begins first in Russia


@dataclass(frozen=True, slots=True)
class Name:
    """`company` is "" where the name does not follow the rule; kind and day may be known even then."""

    company: str
    kind: ListKind | None
    day: date | None
    problems: tuple[Problem, ...]


def read_name(path: PurePath, today: date | None = None) -> Name:
    """What the name says. Letter case does not matter. Without `today` it is the day of Russia's easternmost clock."""
    name = path.name.lower()
    match = _NAME.fullmatch(name)
    problems = [] if match else [problem("F01", value=path.name)]
    kind = _KIND.search(name)
    digits = match["day"] if match else (found[1] if (found := _DAY.search(name)) else "")
    day = _day(digits) if digits else None
    if digits:
        problems += _check_day(digits, day, today or datetime.now(KAMCHATKA).date())
    company = path.name[: match.end("company")] if match else ""
    return Name(company, _KINDS[kind[1]] if kind else None, day, tuple(problems))


def company_of(path: PurePath) -> str:
    """The company or branch of a list, in lower case, by its name; "" where the name does not follow the rule."""
    return read_name(path).company.lower()


def _day(digits: str) -> date | None:
    """YYYYMMDD, or DDMMYYYY as in 2023: there is no month 20, so the two cannot be confused for years 20xx."""
    year, month, day = digits[:4], digits[4:6], digits[6:]
    if month == "20":
        day, month, year = digits[:2], digits[2:4], digits[4:]
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _check_day(digits: str, day: date | None, today: date) -> list[Problem]:
    if day is None:
        return [problem("F03", value=digits, detail=Text("такого дня нет", "there is no such day"))]
    if day > today:
        detail = Text(f"день ещё не наступил, сегодня {today:%d.%m.%Y}", f"this day is to come, today is {today}")
        return [problem("F03", value=digits, detail=detail)]
    return []
