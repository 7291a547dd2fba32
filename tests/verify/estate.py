"""A cabinet whose lines each have one thing wrong with their data, or nothing."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from provision.collect.folder import CollectionFolder
from provision.collect.targets import dump, file_of, parse
from provision.collect.unknown import note_unknown
from provision.credential import RootSecret
from provision.stores.local import EventsServer
from provision.stores.polls import PAUSED
from provision.verify.expectations import Verdict
from tests.collect.series import Series
from tests.world import SECRET, World

MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class Planted:
    """One line, by the client's name in it: what verify is to say. `says` is a part of the message."""

    name: str
    verdict: Verdict
    reason: str = ""
    says: str = ""


PLANTED = (
    # polled
    Planted("fine.example.ru", Verdict.FINE),
    Planted("listerror.example.ru", Verdict.NEVER, "list-error", "M06"),
    Planted("notregistered.example.ru", Verdict.NEVER, "not-in-registry"),
    Planted("nottargeted.example.ru", Verdict.NEVER, "not-in-targets"),
    Planted("noprobes.example.ru", Verdict.NEVER, "no-probes"),
    Planted("stopped.example.ru", Verdict.LATE, "no-probes"),
    Planted("fresh.example.ru", Verdict.WAITING, "no-probes"),
    Planted("unresolved.example.ru", Verdict.FAILING, "unresolved"),
    Planted("closed.example.ru", Verdict.FAILING, "port-closed"),
    Planted("silent.example.ru", Verdict.FAILING, "no-answer"),
    Planted("broken.example.ru", Verdict.FAILING, "http-code", "500"),
    Planted("nologin.example.ru", Verdict.FAILING, "sign-in-refused"),
    Planted("noreport.example.ru", Verdict.NEVER, "no-report"),
    Planted("reportlate.example.ru", Verdict.LATE, "no-report"),
    Planted("othermanager.example.ru", Verdict.WRONG, "wrong-manager", "sidorova"),
    Planted("shifted.example.ru", Verdict.WRONG, "time-zone", "2"),
    # by script
    Planted("ScriptFine", Verdict.FINE),
    Planted("ScriptNone", Verdict.WAITING, "no-upload"),
    Planted("ScriptStopped", Verdict.LATE, "upload-stopped"),
    Planted("ScriptStatusStopped", Verdict.LATE, "upload-stopped"),
    Planted("ScriptToken", Verdict.NEVER, "token"),
    Planted("ScriptClock", Verdict.WRONG, "clock"),
    Planted("ScriptPage", Verdict.NEVER, "status"),
    Planted("ScriptZip", Verdict.LATE, "zip"),
    Planted("ScriptReader", Verdict.LATE, "reader"),
    Planted("ScriptReport", Verdict.LATE, "report"),
    Planted("ScriptManager", Verdict.WRONG, "wrong-manager", "sidorova"),
    Planted("AirGapped", Verdict.NOTHING),
    # online
    Planted("ООО Исправно", Verdict.FINE),
    Planted("ООО Пароль", Verdict.FAILING, "poll-error", "LoginPasswordError"),
    Planted("ООО Пауза", Verdict.FAILING, "poll-paused"),
    Planted("ООО Тишина", Verdict.NEVER, "not-polled"),
    Planted("ООО Новое", Verdict.WAITING, "not-polled"),
    # in no list
    Planted("Stranger", Verdict.WRONG, "unknown-client"),
)


def plant(world: World, series: Series, postgres: EventsServer, folder: Path) -> None:
    """Lists, apply, and then the data: every line has been known for three hours but for the new ones."""
    _write_lists(world)
    world.apply(status=1)  # lines of the lists have errors
    _Planting(world, series, postgres, folder).all()


def _write_lists(world: World) -> None:
    login = world.login("ivanova")
    who = f"{login},{login}@example.ru"
    polled = [
        f"{one.name}:{99999 if 'listerror' in one.name else 80},{who},http,download,upload,process,ping,-1,3600,604800"
        for one in PLANTED
        if one.name.endswith(".example.ru")
    ]
    scripts = [
        f"{one.name},{who},smartupload,download,upload,process,donotping,-1,3600,604800"
        for one in PLANTED
        if one.name.startswith(("Script", "Air"))
    ]
    world.write("volga_manager_20260417.csv", "\n".join([*polled, "", *scripts]) + "\n")
    online = [
        f"{one.name},u{number},Pw-Example-{number},online1.example.ru,docs,https,{who}"
        for number, one in enumerate(PLANTED)
        if one.name.startswith("ООО")
    ]
    world.write("volga_online_20260417.csv", "\n".join(online) + "\n")
    world.change("tenants.yaml", "        title: Волга", "        air_gapped: [AirGapped]\n        title: Волга")


class _Planting:
    def __init__(self, world: World, series: Series, postgres: EventsServer, folder: Path) -> None:
        self.world, self.series, self.postgres = world, series, postgres
        self.folder, self.now = CollectionFolder(folder), time.time()
        self.manager = world.login("ivanova")

    def all(self) -> None:
        self.registry()
        self.targets()
        self.polled()
        self.scripts()
        self.online()

    def database(self) -> str:
        """The connection string of the database with the cabinet's rows."""
        return self.postgres.conninfo(RootSecret(SECRET).database_name(self.world.volga))

    def registry(self) -> None:
        with psycopg.connect(self.database(), autocommit=True) as connection:
            connection.execute("UPDATE core.clients SET registered_at = now() - interval '3 hours'")
            fresh = "UPDATE core.clients SET registered_at = now() WHERE client LIKE 'fresh%' OR client = 'ООО Новое'"
            connection.execute(fresh)
            connection.execute("UPDATE core.clients SET active_to = now() WHERE client LIKE 'notregistered%'")

    def targets(self) -> None:
        name = file_of(self.world.volga)
        text, _ = self.folder.read(name) or ("", 0)
        kept = [one for one in parse(self.world.volga, text) or [] if "nottargeted" not in one["labels"]["host"]]
        self.folder.write(name, dump(self.world.volga, kept))

    def put(self, name: str, host: str, samples: Mapping[float, float], manager: str = "", **more: str) -> None:
        """Samples by their age in seconds."""
        labels = {"cabinet": self.world.volga, "client": host, "host": host, "manager": manager or self.manager, **more}
        self.series.put(name, labels, {self.now - age: value for age, value in samples.items()})

    def checks(
        self, host: str, *, tcp: int = 1, page: int = 200, protocol: int = 4, age: float = 30, **more: int
    ) -> None:
        """One round of checks; the page's HTTP code decides http200."""
        host = f"{host}.example.ru:80"
        for check, value in {"icmp": 1, "tcp": tcp, "http200": int(page == 200), **more}.items():
            self.put("kodeks_check_status", host, {age: value, age + HOUR: value}, check=check)
        self.put("kodeks_check_http_code", host, {age: page}, check="http200")
        self.put("kodeks_check_ip_protocol", host, {age: protocol}, check="tcp")

    def report(self, host: str, age: float = 600, *, hours: int = 0, manager: str = "") -> None:
        """A report received `age` seconds ago, with another one a day before; its time is `hours` ahead."""
        inside = {one: self.now - one - 60 + hours * HOUR for one in (age, age + 24 * HOUR)}
        self.put("kodeks_sysinfo_timestamp_seconds", host, inside, manager)

    def status(self, host: str, age: float) -> None:
        self.put("kodeks_smartstatus_timestamp_seconds", host, {age: self.now - age, age + 24 * HOUR: 0})

    def refuse(self, host: str, reason: str) -> None:
        self.put("kodeks_upload_refused", host, {300: 1}, reason=reason)

    def polled(self) -> None:
        up = ("fine", "notregistered", "noreport", "reportlate", "shifted")
        for host in up:
            self.checks(host)
        self.checks("stopped", age=HOUR)
        self.checks("unresolved", tcp=0, page=0, protocol=0)
        self.checks("closed", tcp=0, page=0)
        self.checks("silent", page=0)
        self.checks("broken", page=500)
        self.checks("nologin", auth=0)
        reporting = ("fine", "notregistered", "nottargeted", "noprobes", "stopped", "unresolved", "closed", "silent")
        for host in (*reporting, "broken", "nologin", "othermanager"):
            self.report(f"{host}.example.ru:80")
        self.report("reportlate.example.ru:80", 5 * HOUR)
        self.report("shifted.example.ru:80", hours=3)
        self.put("kodeks_check_status", "othermanager.example.ru:80", {30: 1}, "sidorova", check="tcp")

    def scripts(self) -> None:
        self.report("ScriptFine")
        self.report("ScriptStopped", 5 * HOUR)
        self.report("ScriptStatusStopped")
        self.status("ScriptStatusStopped", 2 * HOUR)
        self.report("ScriptClock")
        for host, reason in (("ScriptToken", "token"), ("ScriptClock", "clock"), ("ScriptPage", "status")):
            self.refuse(host, reason)
        note_unknown(self.folder.path, {}, f"d{self.world.tag}", "SkriptImja", self.now - 300)
        for host, reason in (("ScriptZip", "zip"), ("ScriptReader", "reader"), ("ScriptReport", "report")):
            self.report(host, 5 * HOUR)
            self.refuse(host, reason)
        self.report("ScriptManager", manager="sidorova")
        self.report("Stranger")

    def online(self) -> None:
        users = {one.name: f"u{number}" for number, one in enumerate(PLANTED)}
        for firm, value in (("ООО Исправно", 1), ("ООО Пароль", 0), ("ООО Пауза", 0)):
            labels = {"client": firm, "user": users[firm], "server": "online1.example.ru", "catalog": "docs"}
            labels |= {"cabinet": self.world.volga, "manager": self.manager}
            self.series.put("kodeks_online_up", labels, {self.now - 600: value})
        with psycopg.connect(self.database(), autocommit=True) as connection:
            for firm, detail in (("ООО Пароль", "HTTP 401"), ("ООО Пауза", PAUSED)):
                connection.execute(
                    "INSERT INTO core.online_poll_errors (ts, cabinet, client, manager, server, catalog, user_login,"
                    " error_class, detail) VALUES (now() - interval '10 minutes', %s, %s, %s, 'online1.example.ru',"
                    " 'docs', %s, 'LoginPasswordError', %s)",
                    [self.world.volga, firm, self.manager, users[firm], detail],
                )
