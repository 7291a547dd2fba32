"""`provision poll` on real stores and a fake server: what is written, pauses, limits, and no secret anywhere."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from provision.cli import main
from provision.stores.local import EventsServer, MetricsServer
from provision.stores.polls import PAUSED
from tests.poll.product import Product, most_at_once, product
from tests.reports.estate import ROOT, Estate, applied
from tests.reports.plugin import example, install, run
from tests.world import SECRET

PASSWORDS = {"u1": "Pw-Example-1", "u2": "Pw-Example-2"}
GROUP = "provision.account_readers"


@dataclass(frozen=True, slots=True)
class Online:
    """An estate with online accesses whose servers are all the fake one, reached as a proxy."""

    estate: Estate
    packages: Path
    env: Mapping[str, str]
    product: type[Product]

    def lines(self, *accesses: tuple[str, str, str]) -> None:
        """The list: login, password, folder."""
        text = "".join(
            f"ООО Ромашка,{login},{password},online1.example.ru,{folder},http,ivanova,ivanova@example.ru\n"
            for login, password, folder in accesses
        )
        (self.estate.folder / "volga_online_20260417.csv").write_text(text, encoding="utf-8")

    def process(self) -> "subprocess.CompletedProcess[str]":
        """`provision poll` in a process of its own."""
        result = run(self.packages, self.estate.folder, self.env, "poll")
        self._show_no_secret(result.stdout + result.stderr)
        return result

    def poll(self, *words: str) -> str:
        """What `provision poll` prints in this process."""
        arguments = ["--lang", "en", "-f", str(self.estate.folder / "tenants.yaml"), "poll", *words]
        result = CliRunner(env=dict(self.env)).invoke(main, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        self._show_no_secret(result.output)
        return result.output

    def _show_no_secret(self, text: str) -> None:
        for secret in (*PASSWORDS.values(), "Pw-Wrong-9", SECRET):
            assert secret not in text

    def up(self) -> dict[str, float]:
        """The last kodeks_online_up by login."""
        found = self.estate.samples(self.estate.volga, "kodeks_online_up")
        return {user: points[max(points)][-1] for (_catalog, _server, user), points in found.items()}

    def quotas(self, metric: str) -> dict[str, float]:
        """The last value of a metric of quotas by kind."""
        found = self.estate.samples(self.estate.volga, metric)
        return {kind: points[max(points)][-1] for (_catalog, kind, _server, _user), points in found.items()}

    def errors(self) -> list[tuple[str, str]]:
        """Class and detail of the failed polls, in their order."""
        query = "SELECT error_class, detail FROM core.online_poll_errors ORDER BY ts"
        return [(one, two) for one, two in self.estate.rows(self.estate.volga, query)]


@pytest.fixture
def online(tmp_path: Path, metrics_server: MetricsServer, empty: EventsServer) -> Iterator[Online]:
    """With the account reader of the guide installed, and a server that knows two logins."""
    estate = applied(tmp_path, metrics_server, empty)
    text = (tmp_path / "tenants.yaml").read_text(encoding="utf-8")
    lists = "lists: {managers: [volga_manager_20260417.csv]"
    assert lists in text
    (tmp_path / "tenants.yaml").write_text(
        text.replace(lists, f"{lists}, online: [volga_online_20260417.csv]"), encoding="utf-8"
    )
    packages = tmp_path / "packages"
    install(packages, "made_up_account", example("python", 1), GROUP, "MadeUpAccount")
    with product(**PASSWORDS) as (host, kind):
        env = {**estate.env, "SMART_SECRET": SECRET, "SMART_POLL_PROXY": f"http://{host}"}
        yield Online(estate, packages, env, kind)


def test_accesses_are_polled_and_written(online: Online) -> None:
    """Up or not, quotas by the reader of the guide, one row an error; the server is asked under the list's name."""
    online.lines(("u1", "Pw-Example-1", "docs"), ("u2", "Pw-Wrong-9", "docs"), ("u3", "Pw-Example-1", "broken"))

    result = online.process()

    assert (result.returncode, result.stderr) == (0, "")
    assert "Accesses polled: 3; signed in: 1 (page read: 1), failed: 2, paused: 0." in result.stdout
    assert "volga_online_20260417.csv:2: online1.example.ru/docs: LoginPasswordError" in result.stdout
    assert online.up() == {"u1": 1, "u2": 0, "u3": 0}
    assert {one for one, _ in online.errors()} == {"LoginPasswordError", "OtherErrorCode400+"}
    assert online.quotas("kodeks_online_billing_left") == {"docs": 120, "search": 0, "print": 150, "upload": 7}
    assert online.quotas("kodeks_online_billing_limit") == {"docs": 300, "search": 300, "print": 150, "upload": 50}
    assert set(online.product.hosts) == {"online1.example.ru"}


SEARCHES = """
from datetime import UTC, datetime
from provision.poll.accounts import Account, Search

class Searches:
    name = "searches"

    def recognises(self, home):
        return "Made-up" in home

    def account(self, home, fetch):
        moment = datetime(2026, 4, 16, 10, tzinfo=UTC)
        return Account(searches=[Search(moment, "гост 7", "empty", "i"), Search(moment, "снип", "success")])
"""


def test_searches_of_an_account_are_stored_once(online: Online) -> None:
    """A reader that returns the same searches at each poll; the rows say whose they are."""
    install(online.packages, "aaa_searches", SEARCHES, GROUP, "Searches")
    online.lines(("u1", "Pw-Example-1", "docs"))

    results = [online.process() for _ in range(2)]

    assert [result.returncode for result in results] == [0, 0]
    query = "SELECT scope, client, manager, host, catalog, user_login, query_text, status, search_type"
    assert online.estate.rows(online.estate.volga, f"{query} FROM core.search_queries ORDER BY query_text") == [
        ("online", "ООО Ромашка", "ivanova", "online1.example.ru", "docs", "u1", "гост 7", "empty", "i"),
        ("online", "ООО Ромашка", "ivanova", "online1.example.ru", "docs", "u1", "снип", "success", None),
    ]


def test_five_refusals_in_a_row_pause_the_access_until_its_password_changes(online: Online) -> None:
    """The count outlives the process; a paused access is not asked and shown as failing."""
    online.lines(("u1", "Pw-Wrong-9", "docs"))
    for _ in range(5):
        online.poll()
    asked = len(online.product.seen)

    paused = online.process()
    untouched = len(online.product.seen) == asked
    online.lines(("u1", "Pw-Example-1", "docs"))
    again = online.poll()

    assert "failed: 0, paused: 1" in paused.stdout
    assert untouched
    assert online.errors() == [
        *[("LoginPasswordError", "the sign-in page came again")] * 5,
        ("LoginPasswordError", PAUSED),
    ]
    assert "signed in: 1" in again
    assert online.up() == {"u1": 1}
    assert online.estate.rows(online.estate.volga, "SELECT count(*) FROM core.poll_states") == [(0,)]


def test_a_server_that_is_down_pauses_nobody(online: Online) -> None:
    """Only refused sign-ins count; a success between them begins anew."""
    online.lines(("u1", "Pw-Example-1", "broken"))
    for _ in range(6):
        assert "failed: 1, paused: 0" in online.poll()


def test_what_is_no_proxy_is_refused_before_anything_counts_as_failing(online: Online) -> None:
    """A typing error in the proxy's address is no failure of the accesses; the address may hold a password."""
    online.lines(("u1", "Pw-Example-1", "docs"))
    arguments = ["--lang", "en", "-f", str(online.estate.folder / "tenants.yaml"), "poll"]
    for proxy in ("proxy.example.ru:3128", "socks5://u:Pw-Wrong-9@proxy.example.ru:1080", "http://"):
        result = CliRunner(env={**online.env, "SMART_POLL_PROXY": proxy}).invoke(main, arguments)
        assert (result.exit_code, "SMART_POLL_PROXY" in result.output) == (2, True)
        assert "Pw-Wrong-9" not in result.output
    assert (online.up(), online.errors()) == ({}, [])


def test_a_server_gets_few_polls_at_a_time(online: Online) -> None:
    """No more than --per-server, however many accesses it has; an access on two lines is polled once."""
    accesses = [(f"u{number}", "Pw-Wrong-9", "docs") for number in range(20)]
    online.lines(*accesses, accesses[0])

    result = online.poll("--per-server", "2", "--spread", "1s")

    assert "Accesses polled: 20;" in result
    assert most_at_once(online.product) <= 2


def test_it_polls_again_and_again_and_ends_on_a_signal(online: Online) -> None:
    """--every: a round follows a round with the lists as they are then; SIGTERM ends it; no argument is a password."""
    online.lines(("u1", "Pw-Wrong-9", "docs"))
    with polling(online) as process:
        lines = [next_line(process) for _ in range(2)]
        arguments = Path(f"/proc/{process.pid}/cmdline").read_text(encoding="utf-8")
        online.lines(("u1", "Pw-Example-1", "docs"))
        while "signed in: 1" not in lines[-1]:
            lines.append(next_line(process))

    assert process.returncode == 0
    assert "Pw-" not in "".join(lines) + arguments


def test_lists_that_are_broken_for_a_while_do_not_end_it(online: Online) -> None:
    """An error of one round is printed, and the next round tries again."""
    online.lines(("u1", "Pw-Example-1", "docs"))
    tenants = online.estate.folder / "tenants.yaml"
    whole = tenants.read_text(encoding="utf-8")
    tenants.write_text("cabinets: [", encoding="utf-8")
    with polling(online) as process:
        first = line = next_line(process)
        tenants.write_text(whole, encoding="utf-8")
        while "signed in: 1" not in line:
            line = next_line(process)

    assert first.startswith("Error: ")


@contextmanager
def polling(online: Online) -> "Iterator[subprocess.Popen[str]]":
    """`provision poll --every 1s` in a process of its own, ended by SIGTERM."""
    code = "from provision.cli import main; main(prog_name='provision')"
    words = ["--lang", "en", "-f", str(online.estate.folder / "tenants.yaml"), "poll", "--every", "1s"]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(online.packages), "PYTHONUNBUFFERED": "1", **online.env}
    command = [sys.executable, "-c", code, *words]
    with subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)


def next_line(process: "subprocess.Popen[str]") -> str:
    """What it prints next."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "it ended"
    return line


def test_no_password_is_stored(online: Online) -> None:
    """Neither store has one, also not in the state of a refused access."""
    online.lines(("u1", "Pw-Wrong-9", "docs"), ("u2", "Pw-Example-2", "docs"))
    online.poll()

    with psycopg.connect(online.estate.events.conninfo(ROOT.database_name(online.estate.volga))) as session:
        tables = [row[0] for row in session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'core'")]
        rows = [str(session.execute(f"SELECT * FROM core.{table}".encode()).fetchall()) for table in tables]
    answer = online.estate.metrics.ask(f'/api/v1/export?match[]={{cabinet="{online.estate.volga}"}}')

    assert "Pw-" not in "".join(rows) + answer.text
    assert "u1" in "".join(rows)
