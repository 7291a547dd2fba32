"""A report as samples and rows of the data contract, with what the list line says of its installation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from provision.model import Cabinet, Installation
from provision.reports.form import REPORTED, UNKNOWN_DOMAIN
from provision.reports.moments import in_utc, within_month, zone_of
from provision.reports.parsing import Json, Report
from provision.stores.registry import hosting
from provision.stores.writing import Sample, labels_of, sample

_IN_UTC = ("ts", "server_time")


@dataclass(frozen=True, slots=True)
class Dated:
    """A report of a known installation. `time` is the one inside the report, `received_at` when it came, both UTC."""

    report: Report
    cabinet: Cabinet
    installation: Installation
    time: datetime
    received_at: datetime

    @property
    def host(self) -> str:
        return self.installation.host

    @property
    def owner(self) -> Mapping[str, str]:
        """The labels, and columns, that say whose it is. The manager is that of the first list line."""
        return labels_of(self.cabinet.id, self.installation)


def samples(dated: Dated, *, newest: bool) -> Iterator[Sample]:
    """Its numbers, at the time of the report. A sparse metric has no sample where the value is 0.

    The sample of kodeks_sysinfo_timestamp_seconds has the time of receipt, its value is the time inside the report; a
    report that is not the `newest` of its installation has none.
    """
    client = zone_of(dated.installation.tz_correction)
    time, in_month = dated.time, within_month(dated.time, client, ZoneInfo(dated.cabinet.timezone))
    for line in dated.report.samples:
        name, value = line["metric"], line["value"]
        if value or not REPORTED[name].sparse:
            moment = in_month if name.endswith("_mtd") else time
            yield sample(name, {**dated.owner, **_labels(name, line)}, moment, value)
    header = dated.report.header
    if "legal_name" in header or "regnum" in header:
        known = {label: header[label] for label in ("legal_name", "regnum") if label in header}
        labels = {**dated.owner, **known, "kind": hosting(dated.installation)}
        yield sample("kodeks_installation_info", labels, time, 1)
    if newest:
        inside = round(time.timestamp(), 3)
        yield sample("kodeks_sysinfo_timestamp_seconds", dated.owner, dated.received_at, inside)


def rows(dated: Dated) -> dict[str, list[dict[str, Any]]]:
    """Its rows by table, with the columns that the form leaves out."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in dated.report.rows:
        values = {name: value for name, value in line.items() if name != "row"}
        for column in _IN_UTC:
            if values.get(column):
                values[column] = in_utc(values[column], dated.installation.tz_correction)
        found.setdefault(line["row"], []).append({**dated.owner, **values, **_added(line, dated)})
    return found


def _labels(name: str, line: Json) -> dict[str, str]:
    wanted = [label for label in REPORTED[name].labels if label != "host"]
    return {label: line.get(label, UNKNOWN_DOMAIN) for label in wanted}


def _added(line: Json, dated: Dated) -> dict[str, Any]:
    """The columns that follow from the header and the list line."""
    table, legal_name = line["row"], dated.report.header.get("legal_name")
    if table == "search_queries":
        return {"scope": "installation", "report_ts": dated.time, "legal_name": legal_name}
    if table == "connected_users":
        return {"report_ts": dated.time, "domain": line.get("domain", UNKNOWN_DOMAIN)}
    if table == "user_cards":
        return {"updated_at": dated.time, "domain": line.get("domain", UNKNOWN_DOMAIN)}
    if table == "software_versions":
        parts = [int(part) for part in line["version"].split(".")]
        return {"legal_name": legal_name, "version_parts": parts, "first_seen": dated.time, "last_seen": dated.time}
    if table == "login_rejections":
        return {"domain": line.get("domain", UNKNOWN_DOMAIN)}
    return {"dealer": dated.cabinet.dealer or dated.cabinet.distributor}
