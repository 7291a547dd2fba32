"""Alert events: what Grafana's webhook sends, as rows of core.alert_events.

Grafana (12.4) sends each alert again while it lasts, with the same `startsAt` and the same `fingerprint` of its labels;
an alert that ended has an `endsAt`.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from provision.receive.refusal import Refusal
from provision.stores.alert_events import AlertEvent

_PRIORITIES, _SEVERITIES = ("K1", "K2", "K3", "K4", "K5"), ("info", "critical")
_LONGEST = 2000  # characters of a text
_MOST = 10_000


def parse(body: bytes) -> list[AlertEvent]:
    """The events of one request. Raises Refusal (422) for what Grafana does not send."""
    try:
        alerts = json.loads(body)["alerts"]
        if not isinstance(alerts, list) or len(alerts) > _MOST:
            raise ValueError
        return [_event(one) for one in alerts]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise Refusal(422, "", "the body is no notification of Grafana") from None


def _event(alert: Mapping[str, Any]) -> AlertEvent:
    labels, texts = alert["labels"], alert.get("annotations") or {}
    priority, severity = labels.get("priority"), labels.get("severity")
    return AlertEvent(
        started_at=_moment(alert["startsAt"]),
        ended_at=_moment(alert["endsAt"]) if alert["status"] == "resolved" else None,
        client=_text(labels.get("client")) or "",
        manager=_text(labels.get("manager")) or "",
        priority=priority if priority in _PRIORITIES else _PRIORITIES[-1],
        severity=severity if severity in _SEVERITIES else _SEVERITIES[0],
        alertname=_text(labels["alertname"]) or "",
        text=_text(texts.get("summary") or texts.get("description")),
        clientname=_text(labels.get("clientname")),
        regnum=_text(labels.get("regnum")),
        catalog=_text(labels.get("catalog")),
        url=_text(labels.get("url")),
        user_login=_text(labels.get("user")),
        filename=_text(labels.get("filename") or labels.get("file")),
        fingerprint=str(alert["fingerprint"])[:64],
    )


def _moment(text: str) -> datetime:
    """A time with its zone, in UTC."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError
    return found.astimezone(UTC)


def _text(value: object) -> str | None:
    return str(value).replace("\0", "")[:_LONGEST] if value else None
