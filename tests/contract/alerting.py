"""Alerting objects as tests write them, and the wait of a fresh org."""

import time
from typing import Any

from tests.contract.caller import Caller

POLICIES = "/api/v1/provisioning/policies"
POINTS = "/api/v1/provisioning/contact-points"
TEMPLATES = "/api/v1/provisioning/templates"
TIMINGS = "/api/v1/provisioning/mute-timings"
RULES = "/api/v1/provisioning/alert-rules"
STATES = "/api/prometheus/grafana/api/v1/rules"
LONGEST_WAIT = 90  # seconds; a real server synchronises once a minute


def synchronised(admin: Caller, org: int) -> int:
    """The org, once the server has given it its notification settings."""
    end = time.monotonic() + LONGEST_WAIT
    while admin.ask("GET", POLICIES, org=org).status_code != 200:
        assert time.monotonic() < end, f"org {org} got no notification settings in {LONGEST_WAIT} s"
        time.sleep(0.2)
    return org


def point(uid: str, name: str, **settings: str) -> dict[str, Any]:
    """A contact point of type email."""
    return {"uid": uid, "name": name, "type": "email", "settings": {"addresses": "a@example.ru", **settings}}


def rule(uid: str, title: str, **more: Any) -> dict[str, Any]:
    """A rule that needs no data source."""
    model = {
        "type": "math",
        "expression": "1 == 1",
        "refId": "A",
        "datasource": {"type": "__expr__", "uid": "__expr__"},
    }
    query = {"refId": "A", "datasourceUid": "__expr__", "model": model}
    states = {"noDataState": "OK", "execErrState": "KeepLast", "for": "90m"}
    return {"uid": uid, "title": title, "condition": "A", "data": [query], **states, **more}


def group_path(folder: str, group: str) -> str:
    """The address of a rule group."""
    return f"/api/v1/provisioning/folder/{folder}/rule-groups/{group}"
