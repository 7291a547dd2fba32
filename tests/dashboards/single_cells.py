"""The figures of a sheet asked one by one, each at the end of its own period: what the tables are compared with.

Until version 0.1 the sheets were made of these queries, a panel each.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dashboards._queries import host_total, pick

_DAY = 86400
_READ = tuple(f"{monthrange(2026, month)[1] - 1}d" for month in range(1, 13))
_TOTALS = {
    "Документы": "kodeks_user_docs_covered_mtd",
    "Сохранено": "kodeks_user_docs_saved_mtd",
    "Печать": "kodeks_user_docs_printed_mtd",
    "Активность": "kodeks_user_activity_mtd",
}
_LEFT = {"Документы": "docs", "Поиск": "search", "Печать": "print", "Выгрузка": "upload"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure: the column, the row from 0, and its query (PromQL or SQL) with the moment to ask it at."""

    column: str
    row: int
    query: str
    at: datetime


def cells(slug: str, year: int, zone: ZoneInfo, host: str, client: str) -> Iterator[Cell]:
    """Every cell of the sheet of that year; the installation and the client are the chosen ones."""
    length = 3 if slug == "quarterly-analytics" else 1
    for row, last in enumerate(range(length, 13, length)):
        months = tuple(range(last, last - length, -1))
        at = _end(year, last, zone)
        if slug == "billing-online-prolongation":
            for column, kind in _LEFT.items():
                yield Cell(column, row, _rest(kind, client, last), at)
            continue
        for column, metric in _TOTALS.items():
            yield from _pair(column, row, _chosen(metric, host), months, at, _total)
        yield from _pair("kAssist", row, _chosen("kodeks_user_kassist_requests_30d", host), months, at, _last_total)
        yield Cell("Отказы", row, _refused(host, at, length, zone), at)
        yield Cell("Отказы ±%", row, _refused_change(host, at, length, zone), at)


def _chosen(metric: str, host: str) -> str:
    return pick(metric, host=host)


def _pair(
    column: str,
    row: int,
    selector: str,
    months: Sequence[int],
    at: datetime,
    read: Callable[[str, Sequence[int], int], str],
) -> Iterator[Cell]:
    before = tuple((month - 1 - len(months)) % 12 + 1 for month in months)
    now = read(selector, months, 0)
    yield Cell(column, row, now, at)
    yield Cell(f"{column} ±%", row, f"{now} / {read(selector, before, len(months))} * 100 - 100", at)


def _total(selector: str, months: Sequence[int], passed: int) -> str:
    return _sum(lambda window, at: f"max by (host, user) (max_over_time({selector}[{window}]{at}))", months, passed)


def _last_total(selector: str, months: Sequence[int], passed: int) -> str:
    return _sum(lambda window, at: f"last_over_time(({host_total(selector)})[{window}:1h]{at})", months, passed)


def _sum(read: Callable[[str, str], str], months: Sequence[int], passed: int) -> str:
    parts = (read(_READ[month - 1], _at(passed + number)) for number, month in enumerate(months))
    return f"sum({', '.join(parts)}) by (host)"


def _at(passed: int) -> str:
    """The moment at which the last `passed` months began, back from the end of a month."""
    if not passed:
        return ""
    lengths = (f"days_in_month(end() - {(15 + 30 * back) * _DAY})" for back in range(passed))
    return f" @ (end() - {_DAY} * ({' + '.join(lengths)}))"


def _rest(kind: str, client: str, month: int) -> str:
    selector = pick("kodeks_online_billing_left", kind=kind, client=client)
    return f"sum by (client) (min by (client, user) (last_over_time({selector}[{_READ[month - 1]}])))"


def _refused(host: str, at: datetime, length: int, zone: ZoneInfo) -> str:
    return f"""
SELECT count(*) {_refusals(host, _began(at, length, zone), at)}
HAVING count(*) > 0
"""


def _refused_change(host: str, at: datetime, length: int, zone: ZoneInfo) -> str:
    began = _began(at, length, zone)
    before = _began(began - timedelta(milliseconds=1), length, zone)
    now, earlier = (f"count(*) FILTER (WHERE ts {sign} '{began.isoformat()}')" for sign in (">=", "<"))
    return f"""
SELECT {now} / ({earlier} / 100.0) - 100 {_refusals(host, before, at)}
HAVING {now} > 0 AND {earlier} > 0
"""


def _refusals(host: str, since: datetime, until: datetime) -> str:
    return f"""FROM core.login_rejections
WHERE ts BETWEEN '{since.isoformat()}' AND '{until.isoformat()}' AND reason = 'no_seats' AND host = '{host}'"""


def _end(year: int, month: int, zone: ZoneInfo) -> datetime:
    """The last millisecond of a month."""
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone) - timedelta(milliseconds=1)


def _began(at: datetime, length: int, zone: ZoneInfo) -> datetime:
    """When the period began that ends with `at`."""
    local = at.astimezone(zone)
    months = local.year * 12 + local.month - length
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=zone)
