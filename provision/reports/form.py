"""The report form: what one report of an installation says, as NDJSON, a JSON object a line. SCHEMA describes a line.

    {"report": 1, "client": "Romashka", "time": "2026-04-16T10:00:00"}          the first line
    {"metric": "kodeks_licenses_used", "value": 5}                              a number
    {"row": "connected_users", "user_login": "ivanov", "ip": "192.0.2.7"}       a row of a table
    {"end": 2}                                                                  the last line: how many came between

Metrics and tables are those of the data contract. What follows from the list line is not in the form: cabinet, manager,
host, kind of hosting. A time without an offset to UTC is the local time of the client's server.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from ipaddress import ip_address
from typing import Any
from uuid import UUID

import fastjsonschema

from provision.collect.recording import rules
from provision.stores.contract import METRICS, RECORDS, SYSINFO, TABLES, Column, Metric, Table
from provision.text import Text

Schema = dict[str, Any]
VERSION = 1
MADE_HERE = ("kodeks_installation_info", "kodeks_sysinfo_timestamp_seconds")  # from the header and the list line
RECORDED = frozenset(rule.metric for rule in rules())  # by vmalert, from the hourly values of the reports
REPORTED: Mapping[str, Metric] = {
    metric.name: metric
    for metric in METRICS
    if metric.source in (SYSINFO, RECORDS) and metric.name not in (*MADE_HERE, *RECORDED)
}
UNKNOWN_DOMAIN = "НеОпределён"  # as the service shows it
# Columns that the importer fills.
_FILLED = frozenset(
    (
        *("id", "cabinet", "client", "manager", "host", "scope", "report_ts", "updated_at", "legal_name"),
        *("version_parts", "first_seen", "last_seen", "dealer"),
    )
)
_ROW_TABLES = (
    *("search_queries", "connected_users", "user_cards", "software_versions", "login_rejections", "asrp_uploads"),
)
_LARGEST = 10**15
_CHOICES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("kodeks_user_login_rejected_hour", "reason"): ("no_seats", "auth", "unknown"),
    ("kodeks_kassist_links_hour", "kind"): ("unique_added", "added", "not_found", "checked_active"),
    ("search_queries", "search_type"): ("i", "a"),
    ("search_queries", "status"): ("success", "empty", "error"),
    ("login_rejections", "reason"): ("no_seats", "auth", "unknown"),
    ("asrp_uploads", "state"): ("Принят", "Повтор"),
    ("asrp_uploads", "response"): ("ok", "warning"),
}
_WORD = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[^\\u0000-\\u001f\\u007f]*$"}
_TEXT = {"type": "string", "maxLength": 10000, "pattern": "^[^\\u0000]*$"}
_MOMENT = {
    "type": "string",
    "format": "moment",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?$",
}
_KINDS: Mapping[str, Schema] = {
    "timestamp with time zone": _MOMENT,
    "inet": {"type": "string", "format": "ip"},
    "uuid": {"type": "string", "format": "uuid"},
    "numeric(10,3)": {"type": "number", "minimum": 0, "maximum": 999999},
    "text": _TEXT,
}
_KEYS = ("user_login", "component", "version", "build", "catalog", "domain")  # short texts that identify something
_HEADER: Schema = {
    "type": "object",
    "description": "The first line of a report",
    "properties": {
        "report": {"const": VERSION},
        "client": _WORD,
        "time": _MOMENT,
        "legal_name": _WORD,
        "regnum": _WORD,
    },
    "required": ["report", "client", "time"],
    "additionalProperties": False,
}
_END: Schema = {
    "type": "object",
    "description": "The last line of a report: the number of lines between the first and this one",
    "properties": {"end": {"type": "integer", "minimum": 0}},
    "required": ["end"],
    "additionalProperties": False,
}


def _value(metric: Metric) -> Schema:
    if metric.unit == "state":
        return {"type": "integer", "enum": [-1, 0, 1]}
    if metric.unit == "percent":
        return {"type": "number", "minimum": 0, "maximum": 100}
    counted = metric.name.endswith(("_mtd", "_hour", "_30d", "_60d", "_seconds"))
    return {"type": "number", "minimum": 0 if counted else -_LARGEST, "maximum": _LARGEST}


def _sample(metric: Metric) -> Schema:
    labels = [label for label in metric.labels if label != "host"]
    properties: Schema = {"metric": {"const": metric.name}}
    properties |= {label: _choice(metric.name, label) or _WORD for label in labels}
    properties["value"] = _value(metric)
    required = ["metric", *(label for label in labels if label != "domain"), "value"]
    return _closed(f"{metric.meaning.ru} / {metric.meaning.en}", properties, required)


def _row(table: Table) -> Schema:
    columns = [column for column in table.columns if column.name not in _FILLED]
    properties: Schema = {"row": {"const": table.name}}
    properties |= {column.name: _choice(table.name, column.name) or _column(column) for column in columns}
    required = ["row", *(column.name for column in columns if column.required and column.name != "build")]
    if table.name == "software_versions":
        properties["version"] = {**_WORD, "pattern": "^[0-9]{1,9}(\\.[0-9]{1,9}){0,7}$"}
    return _closed(f"{table.meaning.ru} / {table.meaning.en}", properties, required)


def _column(column: Column) -> Schema:
    return _WORD if column.name in _KEYS else _KINDS[column.kind]


def _choice(owner: str, name: str) -> Schema | None:
    words = _CHOICES.get((owner, name))
    return {"type": "string", "enum": list(words)} if words else None


def _closed(about: str, properties: Schema, required: list[str]) -> Schema:
    return {
        "type": "object",
        "description": about,
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


SAMPLES: Mapping[str, Schema] = {name: _sample(metric) for name, metric in REPORTED.items()}
ROWS: Mapping[str, Schema] = {table.name: _row(table) for table in TABLES if table.name in _ROW_TABLES}
SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "One line of a report / Строка отчёта",
    "oneOf": [{"$ref": f"#/$defs/{name}"} for name in ("report", *SAMPLES, *ROWS, "end")],
    "$defs": {"report": _HEADER, **SAMPLES, **ROWS, "end": _END},
}


def moment(text: str) -> datetime:
    """The time that the form writes; without an offset it is naive. Raises ValueError."""
    found = datetime.fromisoformat(text)
    if not 2000 <= found.year <= 2100:
        raise ValueError(text)
    return found


def _holds(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def check(value: str) -> bool:
        try:
            parse(value)
        except ValueError:
            return False
        return True

    return check


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "moment": _holds(moment),
    "ip": _holds(ip_address),
    "uuid": _holds(UUID),
}
EXPECTED: Mapping[str, Text] = {
    "moment": Text("время вида 2026-04-16T10:00:00, можно со сдвигом +03:00 или Z", "a time as 2026-04-16T10:00:00"),
    "ip": Text("адрес IP", "an IP address"),
    "uuid": Text("UUID", "a UUID"),
}


@cache
def checker(kind: str, name: str) -> Callable[[Any], Any]:
    """What raises fastjsonschema's JsonSchemaValueException for a line that is not one of this kind and name.

    `kind` is `report`, `metric`, `row` or `end`; `name` is that of the metric or table, "" for the others. Raises
    KeyError for a metric or table that the form does not have.
    """
    schema = {"report": _HEADER, "end": _END}[kind] if not name else (SAMPLES if kind == "metric" else ROWS)[name]
    return fastjsonschema.compile(schema, formats=dict(FORMATS))
