"""rules.yml: series that vmalert records out of stored ones, one set of rules for all cabinets.

vmalert reads and writes past vmauth, so every rule keeps `cabinet` and the other labels of its metric in the contract.
Tried on vmalert 1.79.5.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from provision.collect.folder import HEADER
from provision.stores.contract import CHECK, COMMON_LABELS, SYSINFO

_HOST = ", ".join((*COMMON_LABELS, "host"))
_USER = "cabinet, client, host, user, domain"  # of all managers: who changes hands keeps the past


@dataclass(frozen=True, slots=True)
class Rule:
    """One recorded series: the metric of the contract, the query (MetricsQL), and labels with a fixed value."""

    metric: str
    query: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that are evaluated together every `interval` seconds."""

    name: str
    interval: int
    rules: tuple[Rule, ...]


def _read_off(check: str) -> str:
    """The HTTP code of a check that failed although its page came: the page says so, not a refused sign-in."""
    return f"({_code(check)} == 200 unless {_status(check)} == 1)"


def _code(check: str) -> str:
    return f'max by ({_HOST}) (last_over_time(kodeks_check_http_code{{check="{check}"}}[{CHECK.look_back}]))'


def _status(check: str) -> str:
    return f'max by ({_HOST}) (last_over_time(kodeks_check_status{{check="{check}"}}[{CHECK.look_back}]))'


# State -> what shows it. In maintenance, or not started, a server answers with a code; one that is down with none (0).
# Where the check Maintenance is off, code 503 of the main page shows maintenance.
_STATES: Mapping[str, str] = {
    "down": f"{_status('tcp')} == 0",
    "maintenance": f"{_code('http200')} == 503 or ({_code('Maintenance')} > 0 unless {_status('Maintenance')} == 1)",
    "not_started": f"({_code('http200')} != 503 unless {_status('http200')} == 1) and {_status('tcp')} == 1",
    "need_support": _read_off("support"),
    "no_key": _read_off("key"),
    "server_errors": _read_off("warning"),
    "no_seats": _read_off("limit"),
}


def _requests(days: int) -> str:
    """Database requests of each user in so many days, beside each manager that the installation has now.

    The sum goes over the series of all managers: right after a change of manager nobody seems idle.
    """
    hourly, back = "kodeks_user_db_requests_hour", SYSINFO.look_back
    now = f"max by ({_HOST}, user, domain) (last_over_time({hourly}[{back}])) * 0"
    asked = f"sum by ({_USER}) (sum_over_time({hourly}[{days}d]))"
    return f"{now} + on ({_USER}) group_left () {asked}"


GROUPS: tuple[Group, ...] = (
    Group(
        "smart-states",
        60,
        tuple(Rule("kodeks_abnormal_state_code", query, {"state": state}) for state, query in _STATES.items()),
    ),
    Group(
        "smart-requests",
        SYSINFO.period,
        (
            Rule("kodeks_user_db_requests_60d", _requests(60), {}),
            Rule("kodeks_users_zero_requests_30d", f"sum by ({_HOST}) (({_requests(30)}) ==bool 0)", {}),
        ),
    ),
)


def rules() -> Iterator[Rule]:
    """Every recorded series."""
    return (rule for group in GROUPS for rule in group.rules)


def recording() -> str:
    """rules.yml."""
    groups = [
        {
            "name": group.name,
            "interval": f"{group.interval}s",
            "rules": [
                {"record": rule.metric, "expr": rule.query, **({"labels": dict(rule.labels)} if rule.labels else {})}
                for rule in group.rules
            ],
        }
        for group in GROUPS
    ]
    return HEADER + yaml.safe_dump({"groups": groups}, sort_keys=False, width=1000)
