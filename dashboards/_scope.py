"""Scope: all that a dashboard or an alert rule may know of its cabinet."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a cabinet's dashboards and rules depend on, and nothing that names the cabinet.

    Cabinets of equal scope share one rendering, so that every field added here multiplies the work.
    """

    timezone: str  # IANA name: decides where a day and a month begin
    language: str  # of dates only ("ru-RU" writes 31.12.2026, others 2026-12-31); the words are Russian
    week_start: str  # "monday", "sunday", "saturday"; "" leaves it to the preferences of the org
    slugs: tuple[str, ...]  # dashboards the cabinet gets: links lead to these alone
    has_installations: bool  # some of its clients run the software themselves
    has_online: bool  # some of its clients use online accesses
    has_polled: bool  # SMART itself checks some of its installations
    runbooks: str = ""  # address under which docs/alerts is published, "" where it is not: mails link to its pages

    @property
    def day(self) -> str:
        """Grafana's unit for a day, written as the language does."""
        return f"time:{'DD.MM.YYYY' if self.language.startswith('ru') else 'YYYY-MM-DD'}"

    @property
    def minute(self) -> str:
        """Grafana's unit for a moment within a year, in a narrow column."""
        return f"time:{'DD.MM' if self.language.startswith('ru') else 'MM-DD'} HH:mm"

    @property
    def moment(self) -> str:
        """Grafana's unit for a moment, written as the language does."""
        return f"{self.day} HH:mm:ss"
