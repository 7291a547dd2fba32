"""Two cabinets whose installations are in other zones: corrections -1 (Moscow) and 2; and reports of them."""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from click.testing import CliRunner, Result

from provision.cli import main
from provision.credential import RootSecret
from provision.stores.access import Access
from provision.stores.cluster import Cluster
from provision.stores.local import EventsServer, MetricsServer
from tests.collect.series import Series
from tests.stores.world import fence_rows
from tests.world import SECRET

ROOT = RootSecret(SECRET)
IMPORTER = "Pw-Importer-7"
ESTATE = """\
stores:
  metrics: {{kind: victoriametrics, url: "http://127.0.0.1:8427"}}
  events: {{kind: postgresql, address: "127.0.0.1:5432", sslmode: disable}}
profiles:
  company: {{dashboards: ["*"]}}
distributors:
  romashka:
    title: ООО «Ромашка»
    cabinets:
      {tag}-volga:
        profile: company
        title: Волга
        timezone: Europe/Moscow
        lists: {{managers: [volga_manager_20260417.csv]}}
        mail: {{high_priority: sos@example.ru, usage: usage@example.ru}}
  kopyta:
    title: ООО «Копыта»
    cabinets:
      {tag}-ural:
        profile: company
        title: Урал
        timezone: Asia/Yekaterinburg
        lists: {{managers: [ural_manager_20260417.csv]}}
        mail: {{high_priority: sos-ural@example.ru, usage: usage-ural@example.ru}}
"""
_LINE = "{client},{who},{who}@example.ru,smartupload,download,upload,process,donotping,{zone},3600,604800\n"


@dataclass(frozen=True, slots=True)
class Estate:
    """The estate in `folder`, its stores, and what a command of an importer is given of them."""

    folder: Path
    tag: str
    env: Mapping[str, str]
    metrics: MetricsServer
    events: EventsServer

    @property
    def volga(self) -> str:
        """Romashka, Moscow time (correction -1)."""
        return f"{self.tag}-volga"

    @property
    def ural(self) -> str:
        """Kopyta, UTC+6 (correction 2), in a cabinet of UTC+5."""
        return f"{self.tag}-ural"

    def run(self, *words: str, stdin: bytes = b"", lang: str = "en") -> Result:
        """`provision …` on this estate."""
        arguments = ["--lang", lang, "-f", str(self.folder / "tenants.yaml"), *words]
        return CliRunner(env=dict(self.env)).invoke(main, arguments, input=stdin, catch_exceptions=False)

    def write(self, name: str, *reports: str) -> str:
        """A file of reports; its path."""
        path = self.folder / name
        path.write_text("".join(reports), encoding="utf-8")
        return str(path)

    def rows(self, cabinet: str, query: str) -> list[tuple[Any, ...]]:
        """What an administrator reads in the cabinet's database, times in UTC."""
        with psycopg.connect(self.events.conninfo(ROOT.database_name(cabinet)), autocommit=True) as connection:
            connection.execute("SET timezone = 'UTC'")
            return connection.execute(query.encode()).fetchall()

    def change(self, cabinet: str, statement: str) -> None:
        """What an administrator changes in the cabinet's database."""
        with psycopg.connect(self.events.conninfo(ROOT.database_name(cabinet)), autocommit=True) as connection:
            connection.execute(statement.encode())

    def samples(self, cabinet: str, metric: str, **labels: str) -> dict[tuple[str, ...], dict[float, list[float]]]:
        """Every raw sample of a metric: by its other labels' values, unix seconds -> values."""
        Series(self.metrics).flush()
        inner = ",".join(f'{name}="{value}"' for name, value in {"cabinet": cabinet, **labels}.items())
        answer = self.metrics.ask(f"/api/v1/export?match[]={metric}{{{inner}}}&start=946684800&end=4102444800")
        found: dict[tuple[str, ...], dict[float, list[float]]] = {}
        for line in answer.text.splitlines():
            series = json.loads(line)
            known = ("__name__", "cabinet", "client", "host", "manager")
            key = tuple(value for name, value in sorted(series["metric"].items()) if name not in known)
            points = found.setdefault(key, {})
            for time, value in zip(series["timestamps"], series["values"], strict=True):
                points.setdefault(time / 1000, []).append(value)
        return found


def applied(folder: Path, metrics: MetricsServer, events: EventsServer) -> Estate:
    """Lists, databases with the registry of clients, and a role of the importer."""
    tag = f"t{secrets.token_hex(4)}"
    (folder / "tenants.yaml").write_text(ESTATE.format(tag=tag), encoding="utf-8")
    for name, client, zone in (("volga", "Romashka", -1), ("ural", "Kopyta", 2)):
        line = _LINE.format(client=client, who=f"{name}{tag}", zone=zone)
        (folder / f"{name}_manager_20260417.csv").write_text(line, encoding="utf-8")
    cluster = Cluster(events.conninfo())
    fence_rows(cluster, ROOT, [Access(f"{tag}-volga"), Access(f"{tag}-ural")])
    with cluster.connect() as admin:
        admin.execute(f"CREATE ROLE importer LOGIN PASSWORD '{IMPORTER}' IN ROLE reports_writer".encode())
    env = {
        "SMART_VM_URL": metrics.url,
        "SMART_VM_PASSWORD": metrics.login.password,
        "SMART_VM_KEY": metrics.key,
        "SMART_EVENTS_WRITER": events.conninfo(user="importer", password=IMPORTER),
    }
    return Estate(folder, tag, env, metrics, events)


def report(client: str, time: datetime | str, lines: Iterable[Mapping[str, Any]] = (), **header: Any) -> str:
    """A whole report in the documented form; a naive time is the local time of the client's server."""
    written = time if isinstance(time, str) else time.strftime("%Y-%m-%dT%H:%M:%S")
    body = list(lines)
    whole = [{"report": 1, "client": client, "time": written, **header}, *body, {"end": len(body)}]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in whole)


def used(value: float) -> Mapping[str, Any]:
    """The line of seats in use."""
    return {"metric": "kodeks_licenses_used", "value": value}
