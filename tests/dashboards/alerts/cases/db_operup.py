"""Errors of databases by their code, and the age of update files."""

from tests.dashboards.alerts.history import DAY, HOST, HOUR, Case, Series, hourly, reports

_HOURS = range(HOUR, DAY + 1, HOUR)
_TEXT = "Invalid protect string"
_OPERUP = "KodeksDBOperUpToOld"


def _error(code: str, count: float, ago: int = HOUR, text: str = _TEXT) -> Series:
    return Series("kodeks_db_errors", {**HOST, "error": text, "code": code}, {ago: count, ago + HOUR: count})


def _family(alert: str, code: str, *others: str) -> list[Case]:
    """Errors of one code, which the alert is about, and of other codes."""
    labels = {**HOST, "error": _TEXT} | ({"code": code} if code else {})
    counted = {name: value for name, value in labels.items() if name != "error"}
    late = 2 * DAY - 1
    return [
        Case(alert, "one database", [reports(*_HOURS), _error(code, 1)], [labels], values=[1]),
        Case(alert, "not in the last report", [reports(*_HOURS), _error(code, 1, ago=2 * HOUR)]),
        *(Case(alert, f"the code {other!r}", [reports(*_HOURS), _error(other, 20)]) for other in others),
        Case(alert, "a report of just under two days ago", [reports(late), _error(code, 1, ago=late)], [labels]),
        Case(alert, "a report of two days ago", [reports(2 * DAY), _error(code, 1, ago=2 * DAY)]),
        Case(alert, "no errors", [reports(*_HOURS)]),
        Case(f"{alert}Count", "eleven databases", [reports(*_HOURS), _error(code, 11)], [counted], values=[11]),
        Case(f"{alert}Count", "ten databases", [reports(*_HOURS), _error(code, 10)]),
        Case(
            f"{alert}Count",
            "eleven databases with two texts",
            [reports(*_HOURS), _error(code, 6), _error(code, 5, text="Another")],
            [counted],
            values=[11],
        ),
        *(Case(f"{alert}Count", f"the code {other!r}", [reports(*_HOURS), _error(other, 11)]) for other in others),
        Case(f"{alert}Count", "not in the last report", [reports(*_HOURS), _error(code, 11, ago=2 * HOUR)]),
    ]


def _file(name: str, age: float, ago: int = HOUR) -> Series:
    return Series("kodeks_operup_file_age_seconds", {**HOST, "file": name}, {ago: age, ago + HOUR: age - HOUR})


def _files(count: int, age: float) -> list[Series]:
    return [_file(f"{number}.opd", age) for number in range(count)]


CASES = [
    *_family("KodeksDBerrorsNoCode", "", "2007", "3011"),
    *_family("KodeksDBerrorsNoCode", "1", "11"),
    *_family("KodeksDBerrorsCode2007", "2007", "", "1", "20071"),
    *_family("KodeksDBerrorsCodeXXX", "3011", "", "1", "2007"),
    Case(
        _OPERUP,
        "a second over three days, since ten minutes",
        [reports(*_HOURS), _file("docs.opd", 3 * DAY + 1), _file("norms.opd", HOUR)],
        [{**HOST, "filename": "docs.opd"}],
        values=[3 + 1 / DAY],
    ),
    Case(_OPERUP, "exactly three days", [reports(*_HOURS), _file("docs.opd", 3 * DAY)]),
    Case(_OPERUP, "the file is gone", [reports(*_HOURS), _file("docs.opd", 9 * DAY, ago=2 * HOUR)]),
    Case(
        _OPERUP,
        "a report five minutes ago brought it",
        [reports(300), Series("kodeks_operup_file_age_seconds", {**HOST, "file": "docs.opd"}, {300: 9 * DAY})],
    ),
    Case(
        _OPERUP,
        "no report for just under two days",
        [reports(2 * DAY - 1), _file("a", 9 * DAY, 2 * DAY - 1)],
        [{**HOST, "filename": "a"}],
    ),
    Case(_OPERUP, "no report for two days", [reports(2 * DAY), _file("a", 9 * DAY, 2 * DAY)]),
    Case(
        _OPERUP,
        "silent when reports are missing",
        [reports(*hourly(1, since=3 * DAY, until=2 * DAY + HOUR)), _file("a", 9 * DAY, 2 * DAY + HOUR)],
    ),
    Case(f"{_OPERUP}Count", "six files", [reports(*_HOURS), *_files(6, 4 * DAY)], [HOST], values=[6]),
    Case(f"{_OPERUP}Count", "five files", [reports(*_HOURS), *_files(5, 4 * DAY)]),
    Case(f"{_OPERUP}Count", "six files of three days", [reports(*_HOURS), *_files(6, 3 * DAY)]),
]
