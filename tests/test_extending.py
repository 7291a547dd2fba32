"""What may be added is added in its one place, and nowhere else: in a copy of the two packages, which is then run."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from provision.credential import RootSecret
from provision.sandbox import Sandbox
from provision.stores.local import EventsServer, MetricsServer
from tests.reports.estate import report
from tests.stores.conftest import ground, metrics_server, postgres
from tests.world import SECRET, World

__all__ = ["ground", "metrics_server", "postgres"]

ROOT = Path(__file__).parent.parent

DASHBOARD = '''
"""Мой дашборд: one panel."""

from dashboards import kodeks_analytics
from dashboards._scope import Scope

NEEDS = ("installations",)


def build(scope: Scope):
    whole = kodeks_analytics.build(scope)
    whole.title = "Мой дашборд"
    return whole
'''

ALERTS = '''
"""Мои оповещения: one alert."""

from dataclasses import replace

from dashboards.alerts import network


def alerts(scope):
    return [replace(network.alerts(scope)[0], name="MyAlert", counts=None)]
'''

COMMAND = '''
"""hello: a command."""

import click


@click.command(help="Hello.")
def hello():
    click.echo("hello")
'''

KIND = '''
"""The city in an org's address."""

from provision.kinds.base import One
from provision.text import Text


class CityKind(One):
    name = "city"
    title = Text("город", "city")

    def desired(self, cabinet):
        return [self.resource(cabinet, "city", {"city": "Самара"}, cabinet.origin)]

    def read(self, context):
        city = context.org.address.get("city", "")
        return [self.seen(context, "city", {"city": city})] if city else []

    def create(self, context, new):
        address = {**context.org.address, "city": new.spec["city"]}
        self.run.server.request("PUT", f"/api/orgs/{context.org.number}/address", json=address)

    def update(self, context, old, new):
        self.create(context, new)
'''


BATCH = '''
"""Every cabinet's clients in one file."""

import json
from pathlib import Path

from provision.kinds.base import Batch
from provision.model import Ref, Resource
from provision.text import Text

BOOK = Path("phone_book.json")


class PhoneBookKind(Batch):
    name = "phone book"
    title = Text("телефонная книга", "phone book")

    @staticmethod
    def is_configured(run):
        return True

    def desired(self, cabinets):
        present = [one for one in cabinets if one.state != "absent"]
        return self._state({one.id: sorted(row.client for row in one.installations) for one in present})

    def read(self, cabinets):
        return self._state(self._book())

    def write(self, changes):
        book = self._book()
        for change in changes:
            book.pop(change.ref.cabinet, None)
            if change.after:
                book[change.ref.cabinet] = change.after.spec["clients"]
        BOOK.write_text(json.dumps(book), encoding="utf-8")

    def _state(self, book):
        refs = {Ref(cabinet, self.name, "clients"): clients for cabinet, clients in book.items()}
        return {ref: Resource(ref, {"clients": clients}, str(BOOK)) for ref, clients in refs.items()}

    def _book(self):
        return json.loads(BOOK.read_text(encoding="utf-8")) if BOOK.exists() else {}
'''

ROW = """\
    Watched(
        "shelf",
        Text("полка", "shelf"),
        "/api/folders",
        _LISTED,
        lambda row: str(row["uid"]),
        lambda row: {"title": str(row["title"])},
    ),
"""

NUMBERS = '''
"""Mimir: its gateway sets the tenant."""

from provision.stores.number_stores.base import NumberStore


class Mimir(NumberStore):
    __slots__ = ()
    kind = "mimir"

    def base_path(self, cabinet, root):
        return "/prometheus"

    @classmethod
    def data_source(cls, vmauth, credential):
        whole = super().data_source(vmauth, credential)
        return {**whole, "jsonData": {**whole["jsonData"], "prometheusType": "Mimir"}}
'''

ROWS = '''
"""TimescaleDB: PostgreSQL with a setting of its own."""

from provision.json_schema import about, choice
from provision.stores.row_stores.postgresql import PostgreSQL


class TimescaleDB(PostgreSQL):
    __slots__ = ()
    kind = "timescaledb"
    settings = {**PostgreSQL.settings, "license": choice(about("Лицензия", "License"), "apache", "timescale")}

    def data_source(self, credential, database):
        whole = super().data_source(credential, database)
        return {**whole, "jsonData": {**whole["jsonData"], "timescaledb": True}}
'''


LIST_FORMAT = '''
"""Lists as our CRM exports them: `crm`, manager, e-mail, address, transport, tz_correction, ping, a note."""

from provision.lists.managers import CONSTANTS, STEPS, ManagerLines


class CrmLines(ManagerLines):
    counts = (8,)

    @staticmethod
    def is_own(fields):
        return fields[0] == "crm"

    def quick(self, text):
        return None

    def read(self, line, fields):
        _, manager, email, address, transport, zone, ping, _ = fields
        return super().read(line, [address, manager, email, transport, *STEPS, ping, zone, *CONSTANTS])
'''

METRIC = """\
    Metric(
        "kodeks_open_tickets",
        "tickets",
        SYSINFO,
        (*_HOST, "priority"),
        Text("открытые обращения", "open tickets"),
    ),
"""

TABLE = """\
    Table(
        "tickets",
        Text("обращения", "tickets"),
        _columns(
            "ts timestamp with time zone!",
            *("cabinet text!", "client text!", "manager text!", "host text!", "subject text!"),
        ),
        "ts",
        key=("cabinet", "host", "ts"),
    ),
"""

MIGRATION = """
CREATE TABLE core.tickets (
    ts timestamptz NOT NULL, cabinet text NOT NULL, client text NOT NULL, manager text NOT NULL, host text NOT NULL,
    subject text NOT NULL, UNIQUE NULLS NOT DISTINCT (cabinet, host, ts)
);
CREATE INDEX tickets_ts ON core.tickets (ts);
"""


def project(folder: Path) -> Path:
    """A copy of the two packages, to be changed."""
    for package in ("provision", "dashboards"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def enlist(project: Path, imported: str, kind: str) -> None:
    """Adds the kind's import, and its line at the end of KINDS."""
    file = project / "provision" / "kinds" / "__init__.py"
    text = file.read_text(encoding="utf-8")
    start = text.index("KINDS: tuple[type[Kind], ...] = (")
    end = text.index("\n)", start)
    text = f"{text[:end]}\n    {kind},{text[end:]}"
    file.write_text(
        text.replace("from provision.kinds.base", f"{imported}\nfrom provision.kinds.base", 1), encoding="utf-8"
    )


def enter(project: Path, package: str, module: str, text: str, store: str, before: str) -> None:
    """Adds the module to that package of stores, and its class to the package's table."""
    folder = project / "provision" / "stores" / package
    (folder / f"{module}.py").write_text(text, encoding="utf-8")
    table = folder / "__init__.py"
    code = table.read_text(encoding="utf-8")
    assert f"({before}" in code
    imported = f"from provision.stores.{package}.{module} import {store}\n"
    code = code.replace(f"({before}", f"({store}, {before}").replace("from provision", f"{imported}from provision", 1)
    table.write_text(code, encoding="utf-8")


def run(project: Path, world: World, *words: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """The copy's `provision` on the world's estate."""
    ours = {"GRAFANA_URL": world.url, "GRAFANA_PASSWORD": "admin", "SMART_SECRET": SECRET, "PYTHONPATH": str(project)}
    ours |= env
    code = "import provision, sys; assert provision.__file__.startswith(sys.argv.pop()); provision.cli.main()"
    command = [sys.executable, "-c", code.replace("import provision,", "import provision.cli,")]
    command += ["--lang", "en", "-f", str(world.folder / "tenants.yaml"), *words, str(project)]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=120, env={**os.environ, **ours}, cwd=project
    )
    assert done.returncode in (0, 3), done.stderr
    return done


def world_on(sandbox: Sandbox, folder: Path) -> World:
    folder.mkdir()
    return World(sandbox.url, "admin", "admin", folder=folder, api="auto")


def test_a_dashboard_is_one_new_file(sandbox: Sandbox, tmp_path: Path) -> None:
    """Dropped into dashboards/, it is planned for every cabinet whose patterns fit, under the uid of its file."""
    copy, world = project(tmp_path / "project"), world_on(sandbox, tmp_path / "estate")
    (copy / "dashboards" / "my_own.py").write_text(DASHBOARD, encoding="utf-8")
    plan = json.loads(run(copy, world, "plan", "--format", "json").stdout)
    (one, other) = (change for change in plan["changes"] if change["key"] == "smart-my-own")
    assert {one["cabinet"], other["cabinet"]} == {world.volga, world.don}
    assert one["origin"] == "dashboards/my_own.py"
    assert one["after"]["spec"]["title"] == "Мой дашборд"


def test_a_group_of_alerts_is_one_new_file(sandbox: Sandbox, tmp_path: Path) -> None:
    """Dropped into dashboards/alerts/, its rules are planned for every cabinet whose data can make them fire."""
    copy, world = project(tmp_path / "project"), world_on(sandbox, tmp_path / "estate")
    (copy / "dashboards" / "alerts" / "my_group.py").write_text(ALERTS, encoding="utf-8")
    plan = json.loads(run(copy, world, "plan", "--format", "json").stdout)
    (one, other) = (change for change in plan["changes"] if change["key"] == "smart-my-group")
    assert {one["cabinet"], other["cabinet"]} == {world.volga, world.don}
    assert one["origin"] == "dashboards/alerts/my_group.py"


def test_a_command_and_an_output_format_are_a_function_and_its_line(sandbox: Sandbox, tmp_path: Path) -> None:
    """A command's line is in cli/commands.py; a format's is in a table of render/ and in the options of a command."""
    copy, world = project(tmp_path / "project"), world_on(sandbox, tmp_path / "estate")
    cli, render = copy / "provision" / "cli", copy / "provision" / "render" / "__init__.py"
    (cli / "hello.py").write_text(COMMAND, encoding="utf-8")
    line = '        Entry("hello", "hello", "Привет.", "Hello."),'
    edit(cli / "commands.py", '        Entry("rotate",', f'{line}\n        Entry("rotate",')
    edit(render, '"markdown": plan_markdown', '"markdown": plan_markdown, "words": plan_text')
    edit(cli / "deploy.py", '@format_option("text", "json", "markdown")', '@format_option("text", "json", "words")')
    assert run(copy, world, "hello").stdout == "hello\n"
    assert "  hello        Hello." in run(copy, world, "--help").stdout
    assert run(copy, world, "plan", "--format", "words").stdout == run(copy, world, "plan").stdout


def edit(file: Path, old: str, new: str) -> None:
    """Replaces each occurrence of a text that must be in the file."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_kind_of_resource_is_one_new_file_and_its_line(sandbox: Sandbox, tmp_path: Path) -> None:
    """With the file and its line in KINDS it is planned, written, read back and named in the reader's language."""
    copy, world = project(tmp_path / "project"), world_on(sandbox, tmp_path / "estate")
    (copy / "provision" / "kinds" / "city.py").write_text(KIND, encoding="utf-8")
    enlist(copy, "from provision.kinds.city import CityKind", "CityKind")
    handover = ("--handover", str(tmp_path / "handover"))
    run(copy, world, "apply", "--yes", *handover)
    assert world.ask("GET", f"/api/orgs/{world.org(world.volga)}")["address"]["city"] == "Самара"
    assert json.loads(run(copy, world, "drift", "--format", "json").stdout)["changes"] == []
    org = world.org(world.don)
    address = world.ask("GET", f"/api/orgs/{org}")["address"]
    world.ask("PUT", f"/api/orgs/{org}/address", {**address, "city": "Омск"})
    drift = run(copy, world, "--lang", "ru", "drift")
    assert "город" in drift.stdout
    assert drift.returncode == 3


def test_a_file_for_an_engine_is_one_new_file_and_its_line(sandbox: Sandbox, tmp_path: Path) -> None:
    """A Batch kind sees the estate with its list rows: planned, written in one go, and its file's edit is drift."""
    copy, world = project(tmp_path / "project"), world_on(sandbox, tmp_path / "estate")
    (copy / "provision" / "kinds" / "below" / "phone_book.py").write_text(BATCH, encoding="utf-8")
    enlist(copy, "from provision.kinds.below.phone_book import PhoneBookKind", "PhoneBookKind")
    book = copy / "phone_book.json"
    run(copy, world, "apply", "--yes", "--handover", str(tmp_path / "handover"))
    clients = {cabinet: [f"{world.tag}{letter}.example.ru:80"] for cabinet, letter in zip(
        (world.volga, world.don), "ab", strict=True)}  # fmt: skip
    assert json.loads(book.read_text(encoding="utf-8")) == clients
    assert json.loads(run(copy, world, "drift", "--format", "json").stdout)["changes"] == []
    book.write_text(json.dumps({**clients, world.don: []}), encoding="utf-8")
    (change,) = json.loads(run(copy, world, "drift", "--format", "json").stdout)["changes"]
    assert (change["cabinet"], change["kind"], change["action"]) == (world.don, "phone book", "update")


def test_a_thing_to_watch_is_one_row(sandbox: Sandbox, tmp_path: Path) -> None:
    """With a row in WATCHED drift lists it, in the reader's language."""
    copy, world = project(tmp_path / "project"), world_on(sandbox, tmp_path / "estate")
    table = copy / "provision" / "kinds" / "watched.py"
    text = table.read_text(encoding="utf-8")
    head = "WATCHED: tuple[Watched, ...] = (\n"
    assert head in text
    table.write_text(text.replace(head, head + ROW), encoding="utf-8")
    run(copy, world, "apply", "--yes", "--handover", str(tmp_path / "handover"))
    world.ask("POST", "/api/folders", {"uid": "attic", "title": "Attic"}, org=world.org(world.volga))
    listed = json.loads(run(copy, world, "drift", "--format", "json").stdout)["unmanaged"]
    assert (world.volga, "shelf", "attic") in {(one["cabinet"], one["kind"], one["key"]) for one in listed}
    assert "полка" in run(copy, world, "--lang", "ru", "drift").stdout


def test_a_profile_of_cabinets_is_a_block_of_data(sandbox: Sandbox, tmp_path: Path) -> None:
    """A new block under `profiles` is all it takes."""
    world = world_on(sandbox, tmp_path / "estate")
    world.change(
        "tenants.yaml", "profiles:\n", "profiles:\n  heads-only: {dashboards: [for-managers], home: for-managers}\n"
    )
    world.change("tenants.yaml", "profile: company\n        title: Дон", "profile: heads-only\n        title: Дон")
    world.apply()
    found = world.ask("GET", "/api/search?type=dash-db", org=world.org(world.don))
    assert [row["uid"] for row in found] == ["smart-for-managers"]


def test_a_store_of_another_kind_is_one_class_and_its_line(sandbox: Sandbox, tmp_path: Path) -> None:
    """tenants.yaml may then name the kind with its settings, and Grafana gets the data source of that class."""
    copy, world = project(tmp_path / "project"), world_on(sandbox, tmp_path / "estate")
    enter(copy, "number_stores", "mimir", NUMBERS, "Mimir", "VictoriaMetrics,")
    enter(copy, "row_stores", "timescaledb", ROWS, "TimescaleDB", "PostgreSQL,")
    world.change("tenants.yaml", "kind: victoriametrics,", "kind: mimir,")
    world.change("tenants.yaml", "kind: postgresql,", "kind: timescaledb, license: apache,")
    assert world.run("check").exit_code == 1
    run(copy, world, "check")
    run(copy, world, "apply", "--yes", "--handover", str(tmp_path / "handover"))
    found = {
        uid: world.ask("GET", f"/api/datasources/uid/{uid}", org=world.org(world.volga))["jsonData"]
        for uid in ("smart-metrics", "smart-events")
    }
    assert found["smart-metrics"]["prometheusType"] == "Mimir"
    assert found["smart-events"]["timescaledb"] is True
    assert json.loads(run(copy, world, "drift", "--format", "json").stdout)["changes"] == []


def test_a_list_format_is_one_reader_and_its_line(sandbox: Sandbox, tmp_path: Path) -> None:
    """Its lines are recognised by their content, checked like all others, and become rows of the cabinet."""
    copy, world = project(tmp_path / "project"), world_on(sandbox, tmp_path / "estate")
    (copy / "provision" / "lists" / "crm.py").write_text(LIST_FORMAT, encoding="utf-8")
    readers = copy / "provision" / "lists" / "readers.py"
    edit(
        readers,
        "from provision.lists.managers",
        "from provision.lists.crm import CrmLines\nfrom provision.lists.managers",
    )
    edit(readers, "(ManagerLines, OnlineLines)", "(ManagerLines, OnlineLines, CrmLines)")
    login = world.login("orlova")
    lines = [f"crm,{login},{login}@example.ru,{world.tag}{place}.example.ru:80,http,-1,ping,note\n" for place in "xy"]
    world.write("volga_manager_20260417.csv", "".join(lines))
    assert world.run("check").exit_code == 1
    run(copy, world, "check")
    plan = json.loads(run(copy, world, "plan", "--format", "json").stdout)
    assert (world.volga, login) in {(one["cabinet"], one["key"]) for one in plan["changes"]}
    world.write("volga_manager_20260417.csv", lines[0] + lines[1].replace(",http,", ",HTTP,"))
    assert "M12" in run(copy, world, "check").stdout


def test_a_metric_of_reports_is_one_entry_of_the_contract(sandbox: Sandbox, tmp_path: Path) -> None:
    """Then the form of reports has it: the schema shows it, and a report with it is valid."""
    copy, world = project(tmp_path / "project"), world_on(sandbox, tmp_path / "estate")
    head = "METRICS: tuple[Metric, ...] = (\n"
    edit(copy / "provision" / "stores" / "contract.py", head, head + METRIC)
    schema = json.loads(run(copy, world, "schema", "report").stdout)
    assert set(schema["$defs"]["kodeks_open_tickets"]["properties"]) == {"metric", "priority", "value"}
    file = tmp_path / "report.ndjson"
    line = {"metric": "kodeks_open_tickets", "priority": "high", "value": 3}
    file.write_text(report(f"{world.tag}a.example.ru:80", datetime.now(UTC), [line]), encoding="utf-8")
    assert "1 samples" in run(copy, world, "import", "--check", str(file)).stdout
    assert world.run("import", "--check", str(file)).exit_code == 1


def test_a_table_is_one_entry_of_the_contract_and_its_migration(
    sandbox: Sandbox, tmp_path: Path, postgres: EventsServer, metrics_server: MetricsServer
) -> None:
    """Apply makes it and opens it to the cabinet; with its name in the form, reports fill it."""
    copy, world = project(tmp_path / "project"), world_on(sandbox, tmp_path / "estate")
    stores = copy / "provision" / "stores"
    head = "TABLES: tuple[Table, ...] = (\n"
    edit(stores / "contract.py", head, head + TABLE)
    (stores / "migrations" / "9000_tickets.sql").write_text(MIGRATION, encoding="utf-8")
    edit(copy / "provision" / "reports" / "form.py", '"asrp_uploads"),\n', '"asrp_uploads", "tickets"),\n')
    env = {"SMART_EVENTS_ADMIN": postgres.conninfo(), "SMART_VM_URL": metrics_server.url}
    env |= {"SMART_VM_KEY": metrics_server.key, "SMART_VM_PASSWORD": metrics_server.login.password}
    run(copy, world, "apply", "--yes", "--handover", str(tmp_path / "handover"), **env)
    file, now = tmp_path / "report.ndjson", datetime.now(UTC)
    line = {"row": "tickets", "ts": now.isoformat(), "subject": "Не открывается"}
    file.write_text(report(f"{world.tag}a.example.ru:80", now, [line]), encoding="utf-8")
    run(copy, world, "import", str(file), **env)

    root = RootSecret(SECRET)
    reader = root.credential("events", world.volga, 1)
    conninfo = postgres.conninfo(root.database_name(world.volga), reader.name, reader.password)
    with psycopg.connect(conninfo) as connection:
        assert connection.execute("SELECT host, subject FROM core.tickets").fetchall() == [
            (f"{world.tag}a.example.ru:80", "Не открывается")
        ]
    assert json.loads(run(copy, world, "drift", "--format", "json", **env).stdout)["changes"] == []
