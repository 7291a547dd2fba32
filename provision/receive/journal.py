"""What the receiver says of itself: a line of JSON an event, and metrics. Neither ever has a token."""

import json
import re
import sys
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECRET = re.compile(r"(?i)(token=|bearer\s+|basic\s+)[^\s&\"']+")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300)
_LONGEST = 500  # characters of a value in the log


def scrubbed(text: str) -> str:
    """The text with `***` for what comes after `token=`, `Bearer` or `Basic`."""
    return _SECRET.sub(r"\1***", text)


class Journal:
    """Log and metrics of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "smart_receiver_requests", "Requests by kind and HTTP status", ["kind", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "smart_receiver_request_seconds", "Duration of requests", ["kind"], registry=self.registry, buckets=_BUCKETS
        )
        self.waiting = Gauge(
            "smart_receiver_waiting", "Files in the spool that wait for a store", ["stage"], registry=self.registry
        )
        self.delivered = Counter(
            "smart_receiver_delivered", "Files that a store has taken", ["stage"], registry=self.registry
        )
        self.failures = Counter(
            "smart_receiver_delivery_failures", "Attempts that failed", ["stage"], registry=self.registry
        )
        self.estate_valid = Gauge(
            "smart_receiver_estate_valid",
            "1: the estate in force is that of the files; 0: the files have mistakes, a former one is in force",
            registry=self.registry,
        )

    def write(self, event: str, **values: object) -> None:
        """One line on standard error."""
        shown = {name: _shown(value) for name, value in values.items()}
        line = json.dumps({"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **shown})
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def metrics(self) -> bytes:
        """All metrics as text, for a scraper."""
        return generate_latest(self.registry)


def _shown(value: object) -> object:
    return scrubbed(value)[:_LONGEST] if isinstance(value, str) else value
