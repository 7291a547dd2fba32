"""The report form: its page, the command that prints it, and a validator that says what the schema says."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from provision.cli import main
from provision.collect.recording import rules
from provision.model import Problem
from provision.reports.codes import CODES
from provision.reports.form import FORMATS, MADE_HERE, ROWS, SAMPLES, SCHEMA
from provision.reports.parsing import Refused, Report, lines_of, reports_of
from provision.stores.contract import METRICS, RECORDS, SYSINFO, TABLES

DOCS = Path(__file__).parent.parent.parent / "docs"
_formats = FormatChecker(formats=())
for _name, _check in FORMATS.items():
    _formats.checks(_name)(lambda value, check=_check: not isinstance(value, str) or check(value))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=_formats)
HEADER = {"report": 1, "client": "Romashka", "time": "2026-04-16T10:00:00"}
NAMES = [*SAMPLES, *ROWS, "nothing"]
_words = st.sampled_from(
    ["", "ivanov", "auth", "success", "docs", "6.4.5", "6.4.x", "192.0.2.7", "Принят", "a\tb", "\0"]
)
_moments = st.sampled_from(["2026-04-16T10:00:00+03:00", "2026-04-16T10:00", "2026-02-30T10:00:00", "2026-04-16"])
_others: st.SearchStrategy[Any] = st.sampled_from([-3, 0, 1, 5, 99.5, 101, 10**16, True, None, float("nan"), [], {}])
_values = st.one_of(_words, st.text(max_size=5), _moments, _others)


def _line(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """A line of that name with some of its fields, and perhaps one too many, with values that may fit."""
    known = {**SAMPLES, **ROWS}.get(name, {"properties": {}})["properties"]
    fields = {field: _values for field in [*known, "extra"] if field not in ("metric", "row")}
    usual = {field: st.just(part["enum"][0]) if "enum" in part else _values for field, part in known.items()}
    kind = "row" if name in ROWS else "metric"
    usual.pop(kind, None)
    return st.one_of(
        st.fixed_dictionaries({kind: st.just(name), **usual}),
        st.fixed_dictionaries({kind: st.just(name)}, optional=fields),
    )


_lines = st.sampled_from(NAMES).flatmap(_line)


def parsed(*lines: object) -> list[Report | Refused]:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    return list(reports_of(lines_of(io.BytesIO(text.encode()), "f"), "f"))


def test_the_page_is_what_the_command_prints() -> None:
    """docs/report.schema.json is the schema of the code; write it anew with `provision schema report`."""
    printed = CliRunner().invoke(main, ["schema", "report"], catch_exceptions=False).stdout

    assert printed == (DOCS / "report.schema.json").read_text(encoding="utf-8")
    Draft202012Validator.check_schema(json.loads(printed))


def test_the_form_is_the_data_contract() -> None:
    """Every metric of sysinfo is in the form, made from the header, or recorded from the others; so are its tables."""
    of_reports = {metric.name for metric in METRICS if metric.source in (SYSINFO, RECORDS)}
    recorded = {rule.metric for rule in rules()} & of_reports

    assert of_reports == {*SAMPLES, *MADE_HERE, *recorded}
    assert not recorded & set(SAMPLES)
    assert {*ROWS} == {table.name for table in TABLES} - {"online_poll_errors", "alert_events", "clients"}


@given(_lines)
def test_the_validator_says_what_the_schema_says(line: dict[str, Any]) -> None:
    """A line is accepted exactly when JSON Schema accepts it."""
    text = json.dumps(line)
    (found,) = reports_of(
        lines_of(io.BytesIO(f"{json.dumps(HEADER)}\n{text}\n{json.dumps({'end': 1})}".encode()), "f"), "f"
    )
    strict = "NaN" not in text and "Infinity" not in text
    broken = any(isinstance(value, str) and value.endswith("\n") for value in line.values())  # `$` of Python's re

    assert broken or isinstance(found, Report) == (strict and VALIDATOR.is_valid(line))


@given(st.lists(st.one_of(st.binary(max_size=30), _lines.map(lambda one: json.dumps(one).encode())), max_size=8))
def test_any_bytes_are_reports_or_refused(lines: list[bytes]) -> None:
    """Nothing raises; what is not a whole report is refused with at least one problem of a known code."""
    for found in reports_of(lines_of(io.BytesIO(b"\n".join(lines)), "f"), "f"):
        assert isinstance(found, Refused)
        assert found.problems
        assert {one.code for one in found.problems} <= set(CODES)


@pytest.mark.parametrize(
    ("line", "code", "field"),
    [
        ({"metric": "kodeks_licenses_used"}, "R04", "value"),
        ({"metric": "kodeks_licenses_used", "value": "5"}, "R06", "value"),
        ({"metric": "kodeks_licenses_used", "value": True}, "R06", "value"),
        ({"metric": "kodeks_licenses_used", "host": "h", "value": 5}, "R05", "host"),
        ({"metric": "kodeks_user_db_requests_60d", "user": "u", "value": 5}, "R03", "metric"),
        ({"metric": "kodeks_user_docs_saved_hour", "user": "u", "value": -1}, "R06", "value"),
        ({"row": "user_cards"}, "R04", "user_login"),
        ({"row": "clients", "client": "x"}, "R03", "row"),
        ({"row": "connected_users", "user_login": "u", "ip": "300.1.1.1"}, "R06", "ip"),
        ({"row": "search_queries", "ts": "2026-02-30T10:00:00", "query_text": "q", "status": "empty"}, "R06", "ts"),
        ({"row": "software_versions", "component": "ksrv", "version": "6.x"}, "R06", "version"),
        ({"what": 1}, "R02", ""),
    ],
)
def test_a_mistake_has_its_code_and_field(line: dict[str, Any], code: str, field: str) -> None:
    """Line 2 of the file, in both languages, with a hint."""
    (found,) = parsed(HEADER, line, {"end": 1})

    assert isinstance(found, Refused)
    (problem,) = found.problems
    assert isinstance(problem, Problem)
    assert (problem.code, problem.line, problem.field_name) == (code, 2, field)
    assert problem.message.ru != problem.message.en
    assert problem.hint.en


def test_lines_that_are_no_json_are_refused() -> None:
    """Not JSON, not UTF-8, NaN, half a surrogate pair, and a line of more than a megabyte."""
    for raw in (
        b"{",
        b'{"a": "\xff"}',
        b'{"metric": "m", "value": NaN}',
        b'{"row": "\\ud800"}',
        b"1" * (1 << 20) + b"1",
    ):
        text = json.dumps(HEADER).encode() + b"\n" + raw + b'\n{"end": 1}\n'
        found = next(reports_of(lines_of(io.BytesIO(text), "f"), "f"))
        assert isinstance(found, Refused)
        assert found.problems[0].code == "R01"


def test_a_value_twice_is_refused() -> None:
    """One report has one value of a metric and its labels."""
    line = {"metric": "kodeks_licenses_used", "value": 5}
    (found,) = parsed(HEADER, line, {**line, "value": 6}, {"end": 2})

    assert isinstance(found, Refused)
    assert [one.code for one in found.problems] == ["R12"]


@pytest.mark.parametrize(("number", "text"), [(200_001, "x"), (14_000, "x" * 10_000)])
def test_a_report_that_no_memory_holds_is_refused(number: int, text: str) -> None:
    """Too many lines, or too many bytes; the next report of the file is read."""
    row = {"row": "search_queries", "ts": HEADER["time"], "query_text": text, "status": "success"}
    lines: list[dict[str, Any]] = [HEADER, *[row] * number, {"end": number}, HEADER, row, {"end": 1}]
    large, small = reports_of(enumerate(lines, start=1), "f")

    assert isinstance(large, Refused)
    assert [one.code for one in large.problems] == ["R15"]
    assert isinstance(small, Report)


def test_every_code_is_explained() -> None:
    """`check --explain` knows the codes of reports."""
    for code in CODES:
        result = CliRunner().invoke(main, ["--lang", "en", "check", "--explain", code], catch_exceptions=False)
        assert result.stdout.startswith(f"{code}, error: ")
