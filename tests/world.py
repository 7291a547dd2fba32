"""A small estate of its own on the server under test, and a second hand that edits things behind our back."""

import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from click.testing import CliRunner, Result

from provision.cli import main
from provision.server_settings import SERVER_SETTINGS

SECRET = "only for tests: otter plinth wrangle mosaic dune"
_ZONE = "-1,3600,604800"

# A server as it comes has settings that drift lists: the tests of other things accept them all.
ACCEPTED = {setting.name: "this is a test" for setting in SERVER_SETTINGS}

ESTATE = """\
defaults: {{timezone: Europe/Samara, language: ru-RU, editors: trusted}}
accepted_settings: {accepted}
stores:
  metrics: {{kind: victoriametrics, url: "http://127.0.0.1:8427"}}
  events: {{kind: postgresql, address: "127.0.0.1:5432", sslmode: disable}}
profiles:
  company: {{dashboards: ["*"], home: kodeks-analytics}}
distributors:
  d{tag}:
    title: ООО «Рога {tag}»
    isolated: true
    cabinets:
      {tag}-volga:
        profile: company
        title: Волга {tag}
        lists: {{managers: [volga_manager_20260417.csv], online: [volga_online_20260417.csv]}}
        mail: {{high_priority: sos@example.ru, usage: usage@example.ru}}
        heads: [{{login: orlova{tag}, email: orlova{tag}@example.ru, role: Editor}}]
      {tag}-don:
        profile: company
        title: Дон {tag}
        lists: {{managers: [don_manager_20260417.csv]}}
        mail: {{high_priority: sos-don@example.ru, usage: usage-don@example.ru}}
"""


@contextmanager
def on_server(url: str, folder: Path, *, api: str = "auto", env: Mapping[str, str] | None = None) -> Iterator["World"]:
    """An estate of two cabinets, not yet applied, for the server under test; what it makes there is removed at the end.

    The login is that of $GRAFANA_USER and $GRAFANA_PASSWORD, admin/admin without them.
    """
    user, password = os.environ.get("GRAFANA_USER", "admin"), os.environ.get("GRAFANA_PASSWORD", "admin")
    world = World(url, user, password, folder=folder, api=api, env=dict(env or {}))
    yield world
    world.remove()


@dataclass
class World:
    """Two cabinets, `volga` and `don`, with names that nobody else on the server has."""

    url: str
    user: str
    password: str
    folder: Path
    api: str
    tag: str = field(default_factory=lambda: f"t{secrets.token_hex(4)}")
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.http = requests.Session()
        self.http.auth = (self.user, self.password)
        self.write("tenants.yaml", ESTATE.format(tag=self.tag, accepted=json.dumps(ACCEPTED)))
        self.write("volga_manager_20260417.csv", self.manager_line("ivanova", f"{self.tag}a.example.ru:80"))
        self.write(
            "volga_online_20260417.csv",
            f"ООО Ромашка,{self.tag}1,Pw-Example-1,online1.example.ru,docs,https,{self.login('ivanova')},"
            f"{self.login('ivanova')}@example.ru\n",
        )
        self.write("don_manager_20260417.csv", self.manager_line("petrov", f"{self.tag}b.example.ru:80"))

    @property
    def volga(self) -> str:
        return f"{self.tag}-volga"

    @property
    def don(self) -> str:
        return f"{self.tag}-don"

    def login(self, name: str) -> str:
        """A manager's login, unlike any other test's."""
        return f"{name}{self.tag}"

    def manager_line(self, manager: str, address: str) -> str:
        login = self.login(manager)
        return f"{address},{login},{login}@example.ru,http,download,upload,process,ping,{_ZONE}\n"

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        """Replaces a text that must be in the file."""
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def run(self, *words: str, env: Mapping[str, str] | None = None) -> Result:
        """`provision --lang en …` on this estate; server options are added where they belong."""
        extra = ["--api", self.api] if words[0] in ("plan", "apply", "drift", "new", "audit") else []
        if words[0] in ("apply", "new"):
            extra += ["--handover", str(self.folder / "handover"), "--backup", str(self.folder / "backup")]
        settings = {
            "GRAFANA_URL": self.url,
            "GRAFANA_USER": self.user,
            "GRAFANA_PASSWORD": self.password,
            "SMART_SECRET": SECRET,
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            **self.env,
            **(env or {}),
        }
        arguments = ["--lang", "en", "-f", str(self.folder / "tenants.yaml"), *words, *extra]
        return CliRunner(env=settings).invoke(main, arguments, catch_exceptions=False)

    def apply(self, *words: str, status: int = 0) -> Result:
        """An apply that must end so."""
        result = self.run("apply", "--yes", *words)
        assert result.exit_code == status, result.output
        return result

    def plan(self, *words: str) -> dict[str, Any]:
        """The plan as JSON."""
        result = self.run("plan", "--format", "json", *words)
        return dict(json.loads(result.stdout))

    def ask(
        self, method: str, path: str, body: object = None, *, org: int | None = None, status: int | None = None
    ) -> Any:
        """What the second hand gets from the server; any answer that is not 2xx must be the `status` expected."""
        headers = {} if org is None else {"X-Grafana-Org-Id": str(org)}
        answer = self.http.request(method, f"{self.url}{path}", json=body, headers=headers, timeout=60)
        assert answer.status_code == status if status else answer.ok, f"{path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def org(self, cabinet: str) -> int:
        """The number of the org with the cabinet's mark, whatever its name is."""
        for org in self.ask("GET", "/api/orgs?perpage=1000"):
            if self.ask("GET", f"/api/orgs/{org['id']}")["address"]["address1"].startswith(f"smart cabinet={cabinet} "):
                return int(org["id"])
        raise AssertionError(f"no org has the mark of {cabinet}")

    def orgs(self) -> list[str]:
        """Names of all orgs of this world."""
        return sorted(org["name"] for org in self.ask("GET", "/api/orgs?perpage=1000") if self.tag in org["name"])

    def member(self, org: int, login: str) -> dict[str, Any]:
        """One member of an org."""
        found = [row for row in self.ask("GET", "/api/org/users", org=org) if row["login"] == login]
        assert found, f"{login} is no member of org {org}"
        return dict(found[0])

    def writes(self) -> int:
        """Requests that were no reads, as the server itself has counted them so far."""
        counted = self.http.get(f"{self.url}/sandbox/requests", timeout=60)
        if counted.ok:
            return int(counted.json()["writes"])
        text = self.http.get(f"{self.url}/metrics", timeout=60).text  # a Grafana's own
        rows = re.findall(r"^grafana_http_request_duration_seconds_count\{(.*)\} (\d+)$", text, re.MULTILINE)
        return sum(
            int(number) for labels, number in rows if 'method="GET"' not in labels and 'handler="/login' not in labels
        )

    def remove(self) -> None:
        """Takes this world's orgs and users away."""
        for org in self.ask("GET", "/api/orgs?perpage=1000"):
            if self.tag in org["name"]:
                self.ask("DELETE", f"/api/orgs/{org['id']}")
        for user in self.ask("GET", "/api/users?perpage=1000"):
            if self.tag in user["login"]:
                self.ask("DELETE", f"/api/admin/users/{user['id']}")
