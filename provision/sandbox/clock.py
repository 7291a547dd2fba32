"""The time as Grafana writes it."""

from datetime import UTC, datetime


def now() -> str:
    """`2026-02-03T04:05:06Z`."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
