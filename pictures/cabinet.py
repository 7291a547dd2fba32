"""The made-up company on the Grafana: stores with sample data on this machine, and the cabinet of the example lists."""

import os
import secrets
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from psycopg.conninfo import conninfo_to_dict

_ROOT = Path(__file__).parent.parent
_TITLE = "Ромашка для картинок"
_DAYS = 396  # thirteen months: a sheet of a year is full
# Without the probes and the recorder, whose results would be real data among the made-up ones.
_STORES = ("SMART_VM_", "SMART_VMAUTH_", "SMART_EVENTS_")
_ESTATE = """
stores:
  metrics: {{kind: victoriametrics, url: "{vmauth}"}}
  events: {{kind: postgresql, address: "{events}", sslmode: disable}}
profiles:
  company: {{dashboards: ["*"]}}
distributors:
  pictures:
    title: {title}
    cabinets:
      pictures:
        profile: company
        timezone: Europe/Samara
        language: ru-RU
        title: {title}
        lists: {{managers: [{lists}/romashka_manager_20261103.csv], online: [{lists}/romashka_online_20261103.csv]}}
        mail: {{high_priority: sos@example.ru, usage: usage@example.ru}}
        heads: [{{login: pictures.head, email: pictures.head@example.ru, name: Анна Ромашкина}}]
"""


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the cabinet; `role` says who it is in words for file names."""

    role: str
    login: str
    password: str


@dataclass(frozen=True, slots=True)
class Cabinet:
    """The Grafana's address, the number of the cabinet's org, and the two people who look."""

    url: str
    org: int
    people: tuple[Person, Person]


@contextmanager
def cabinet(url: str, folder: Path) -> Iterator[Cabinet]:
    """The cabinet with its data, while the stores run. Raises CalledProcessError when a command of ours fails."""
    data = folder / "stack"
    engines = ("metrics", "vmauth", "events", "exporter", "recorder")
    ports = [word for name in engines for word in (f"--{name}-port", "0")]
    _provision("stack", "start", "--data", str(data), *ports)
    try:
        known = dict(one.partition("=")[::2] for one in shlex.split((data / "env").read_text(encoding="utf-8")))
        stores = {name: value for name, value in known.items() if name.startswith(_STORES)}
        environment = {"SMART_SECRET": _secret(folder / "secret"), **stores, "GRAFANA_URL": url}
        estate = folder / "tenants.yaml"
        events = conninfo_to_dict(environment["SMART_EVENTS_ADMIN"])
        text = _ESTATE.format(
            vmauth=environment["SMART_VMAUTH_URL"],
            events=f"{events['host']}:{events['port']}",
            title=_TITLE,
            lists=_ROOT / "lists",
        )
        estate.write_text(text, encoding="utf-8")
        _provision("-f", str(estate), "apply", "--yes", "--handover", str(folder / "handover"), **environment)
        _provision("-f", str(estate), "sample-data", "--yes", "--days", str(_DAYS), **environment)
        yield _opened(url)
    finally:
        _provision("stack", "stop", "--data", str(data))


def _secret(path: Path) -> str:
    """The root secret of the cabinet: the same in every run, else its mark would be refused."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(36), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def _provision(*words: str, **environment: str) -> None:
    code = "from provision.cli import main; main(prog_name='provision')"
    subprocess.run([sys.executable, "-c", code, *words], check=True, cwd=_ROOT, env={**os.environ, **environment})


def _opened(url: str) -> Cabinet:
    """The cabinet's org, whose manager with the most clients and whose head get new passwords."""
    with requests.Session() as session:
        session.auth = (os.environ["GRAFANA_USER"], os.environ["GRAFANA_PASSWORD"])

        def ask(method: str, path: str, **body: str) -> dict[str, int]:
            answer = session.request(method, url + path, json=body or None, timeout=30)
            answer.raise_for_status()
            return dict(answer.json())

        org = ask("GET", f"/api/orgs/name/{_TITLE}")["id"]
        people = []
        for role, login in (("manager", "ivanova"), ("head", "pictures.head")):
            password = secrets.token_urlsafe(18)
            user = ask("GET", f"/api/users/lookup?loginOrEmail={login}")["id"]
            ask("PUT", f"/api/admin/users/{user}/password", password=password)
            people.append(Person(role, login, password))
        return Cabinet(url, org, (people[0], people[1]))
