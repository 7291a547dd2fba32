"""Evidence of one cabinet: four queries with its own credentials, so its fence is tried at the same time."""

from collections.abc import Collection, Mapping
from typing import Any

from provision.stores.polls import PAUSED
from provision.stores.reading import CabinetReader
from provision.verify.expectations import Access, Client, Evidence, Heard

_Row = tuple[Mapping[str, str], float]


def _heard(metric: str, window: str, *labels: str) -> str:
    """First and last time, and last value, of a metric's samples within the window, as one query."""
    by = ", ".join(labels)
    return ", ".join(
        (
            f'label_set(min by ({by}) (tfirst_over_time({metric}[{window}])), "what", "{metric} first")',
            f'label_set(max by ({by}) (tlast_over_time({metric}[{window}])), "what", "{metric} last")',
            f'label_set(max by ({by}) (last_over_time({metric}[{window}])), "what", "{metric} value")',
        )
    )


_STATUS, _CODE, _PROTOCOL = "kodeks_check_status", "kodeks_check_http_code", "kodeks_check_ip_protocol"
_SYSINFO, _SMARTSTATUS = "kodeks_sysinfo_timestamp_seconds", "kodeks_smartstatus_timestamp_seconds"
_REFUSED, _UP = "kodeks_upload_refused", "kodeks_online_up"
# How far back each looks: a line that has been silent for longer counts as one that never sent.
_CHECKS = (
    f"union({_heard(_STATUS, '2d', 'host', 'manager', 'check')}"
    f', label_set(max by (host, manager, check) (last_over_time({_CODE}[10m])), "what", "{_CODE}")'
    f', label_set(max by (host, manager) (last_over_time({_PROTOCOL}[10m])), "what", "{_PROTOCOL}"))'
)
_REPORTS = (
    f"union({_heard(_SYSINFO, '14d', 'host', 'manager')}, {_heard(_SMARTSTATUS, '14d', 'host', 'manager')}"
    f', label_set(max by (host, reason) (tlast_over_time({_REFUSED}[14d])), "what", "{_REFUSED}"))'
)
_POLLS = f"union({_heard(_UP, '14d', 'user', 'server', 'catalog', 'manager')})"
_PAUSED = "paused"
_ROWS = f"""
SELECT 'client', host, user_login, server, catalog,
  extract(epoch FROM registered_at)::float8, CASE WHEN active_to IS NULL THEN '' ELSE 'closed' END
FROM core.clients
UNION ALL
SELECT * FROM (
  SELECT DISTINCT ON (user_login, server, catalog)
    'error', NULL::text, user_login, server, catalog, extract(epoch FROM ts)::float8,
    CASE WHEN detail = '{PAUSED}' THEN '{_PAUSED}' ELSE error_class END
  FROM core.online_poll_errors
  WHERE ts > now() - interval '2 days'
  ORDER BY user_login, server, catalog, ts DESC
) AS newest
"""  # noqa: S608 - our own text


def gather(reader: CabinetReader, now: float, targets: Collection[Client] | None) -> Evidence:
    """What the stores have of the cabinet now. Raises StoreError when they refuse it or show it another's data."""
    checks, reports = reader.numbers(_CHECKS, now), reader.numbers(_REPORTS, now)
    polls, rows = reader.numbers(_POLLS, now), reader.rows(_ROWS)
    return Evidence(
        now=now,
        checks=_nested(_times(checks, _STATUS, "host", "manager", "check")),
        codes=_nested({_key(labels, "host", "manager", "check"): value for labels, value in _only(checks, _CODE)}),
        protocols={_client(labels): value for labels, value in _only(checks, _PROTOCOL)},
        reports=_by_client(reports, _SYSINFO),
        statuses=_by_client(reports, _SMARTSTATUS),
        refused=_latest_refusals(reports),
        polls=_polls(polls),
        registered={_subject(row): row[5] for row in rows if row[0] == "client" and not row[6]},
        closed={_subject(row) for row in rows if row[0] == "client" and row[6]},
        poll_errors={_access(row): (row[5], row[6]) for row in rows if row[0] == "error"},
        targets=targets,
    )


def _only(rows: Collection[_Row], what: str) -> list[_Row]:
    return [row for row in rows if row[0].get("what") == what]


def _key(labels: Mapping[str, str], *names: str) -> tuple[str, ...]:
    return tuple(labels.get(name, "") for name in names)


def _client(labels: Mapping[str, str]) -> Client:
    return labels.get("host", ""), labels.get("manager", "")


def _times(rows: Collection[_Row], metric: str, *names: str) -> dict[tuple[str, ...], Heard]:
    """By those labels, what was heard of the metric."""
    first, last, value = (
        {_key(labels, *names): found for labels, found in _only(rows, f"{metric} {what}")}
        for what in ("first", "last", "value")
    )
    return {key: Heard(first[key], last[key], value[key]) for key in first.keys() & last.keys() & value.keys()}


def _by_client(rows: Collection[_Row], metric: str) -> dict[Client, Heard]:
    return {(host, manager): heard for (host, manager), heard in _times(rows, metric, "host", "manager").items()}


def _nested(found: Mapping[tuple[str, ...], Any]) -> dict[Client, dict[str, Any]]:
    nested: dict[Client, dict[str, Any]] = {}
    for (host, manager, check), value in found.items():
        nested.setdefault((host, manager), {})[check] = value
    return nested


def _latest_refusals(rows: Collection[_Row]) -> dict[str, tuple[float, str]]:
    found: dict[str, tuple[float, str]] = {}
    for labels, at in _only(rows, _REFUSED):
        host = labels.get("host", "")
        found[host] = max(found.get(host, (0.0, "")), (at, labels.get("reason", "")))
    return found


def _polls(rows: Collection[_Row]) -> dict[Access, dict[str, Heard]]:
    polls: dict[Access, dict[str, Heard]] = {}
    for (user, server, catalog, manager), heard in _times(rows, _UP, "user", "server", "catalog", "manager").items():
        polls.setdefault((user, server, catalog), {})[manager] = heard
    return polls


def _subject(row: tuple[Any, ...]) -> str | Access:
    return row[1] if row[1] is not None else _access(row)


def _access(row: tuple[Any, ...]) -> Access:
    return str(row[2]), str(row[3]), str(row[4])
