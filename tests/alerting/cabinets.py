"""Cabinets as the estate would give them, for what needs no server."""

from typing import Any

from provision.model import Cabinet, EventsStore, MetricsStore, Person


def make_cabinet(**more: Any) -> Cabinet:
    """A cabinet with two mailboxes and two managers; `more` replaces fields."""
    fields: dict[str, Any] = {
        "id": "volga",
        "profile": "branch",
        "distributor": "rogaikopyta",
        "realm": "rogaikopyta",
        "title": "Волга",
        "timezone": "Asia/Omsk",
        "language": "ru-RU",
        "week_start": "monday",
        "folder": "SMART",
        "dashboards": ("*",),
        "home": "kodeks-analytics",
        "people": (Person("orlova", "orlova@example.ru", "Viewer", "tenants.yaml:9", head=True),),
        "mail": {"high_priority": "sos@example.ru", "usage": "usage@example.ru"},
        "metrics": MetricsStore("http://127.0.0.1:8427"),
        "events": EventsStore("127.0.0.1:5432"),
        "generation": 1,
        "origin": "tenants.yaml:5",
        "managers": (("ivanova", "ivanova@example.ru"), ("petrov", "petrov@example.ru")),
    }
    return Cabinet(**{**fields, **more})
