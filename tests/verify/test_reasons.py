"""`provision verify`: every reason planted once, in real stores, behind the cabinet's own credentials."""

import csv
import io
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from provision.sandbox import Sandbox
from provision.stores import local
from provision.stores.local import MetricsServer
from provision.verify.expectations import Verdict
from provision.verify.reasons import REASONS
from tests.collect.series import Series
from tests.verify.estate import PLANTED, Planted, plant
from tests.world import World

each_planted = pytest.mark.parametrize("planted", PLANTED, ids=lambda one: one.name)


@dataclass(frozen=True, slots=True)
class Stage:
    """An applied estate with everything planted, and what verify says of it."""

    world: World
    answers: tuple[Mapping[str, Any], ...]
    status: int


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, metrics_server: MetricsServer, ground: Path) -> Iterator[Stage]:
    """Applied once for all tests of this file: they only read. Other tests empty the PostgreSQL that they share."""
    folder = tmp_path_factory.mktemp("verify")
    grafana = Sandbox(port=0, data=folder / "sandbox")
    grafana.start()
    users = folder / "auth.yml"
    users.write_text("users:\n- {username: writer, password: Pw-Example-9, url_prefix: 'http://127.0.0.1:1/'}\n")
    (folder / "estate").mkdir()
    with local.postgresql(ground / "verify") as postgres, local.vmauth(users) as proxy:
        world = World(grafana.url, "admin", "admin", folder=folder / "estate", api="auto")
        world.env = {
            "SMART_VMAUTH_FILE": str(users),
            "SMART_VMAUTH_URL": proxy.url,
            "SMART_VMAUTH_RELOAD_KEY": proxy.key,
            "SMART_VM_URL": metrics_server.url,
            "SMART_VM_PASSWORD": metrics_server.login.password,
            "SMART_EVENTS_ADMIN": postgres.conninfo(),
            "SMART_TARGETS_DIR": str(folder / "collection"),
            "SMART_SPOOL": str(folder / "collection"),
        }
        plant(world, Series(metrics_server), postgres, folder / "collection")
        result = world.run("verify", world.volga, "--format", "json")
        yield Stage(world, tuple(json.loads(result.stdout)["lines"]), result.exit_code)
    grafana.close()


def of(stage: Stage, name: str) -> Mapping[str, Any]:
    found = [one for one in stage.answers if name in str(one["client"]) or name in line_of(stage, one)]
    assert len(found) == 1, f"{name}: {found}"
    return found[0]


def line_of(stage: Stage, answer: Mapping[str, Any]) -> str:
    """The list line that the answer is about."""
    if not answer["line"]:
        return ""
    lines = (stage.world.folder / str(answer["file"])).read_text(encoding="utf-8").splitlines()
    return lines[int(answer["line"]) - 1]


@each_planted
def test_a_reason_is_named(stage: Stage, planted: Planted) -> None:
    """The state, the reason, and the file and line that are to be corrected."""
    answer = of(stage, planted.name)

    assert (answer["state"], answer["reason"]) == (planted.verdict.name.lower(), planted.reason)
    assert planted.says in answer["message"]
    assert planted.reason == "unknown-client" or planted.name in line_of(stage, answer)


def test_every_reason_is_planted() -> None:
    """A reason without a line here is one that nobody has seen work; four have tests of their own."""
    assert {one.reason for one in PLANTED} == {"", *REASONS} - {"client", "no-access", "no-store", "suspended"}


def test_nothing_else_is_said_and_the_worst_comes_first(stage: Stage) -> None:
    """An answer a line, no more; exit code 1 while anything is overdue."""
    states = [Verdict[str(one["state"]).upper()] for one in stage.answers]

    assert len(stage.answers) == len(PLANTED)
    assert states == sorted(states)
    assert stage.status == 1


def test_new_lines_are_awaited_until_they_are_due(stage: Stage) -> None:
    """A line that is new has a time by which its data are expected: five minutes for checks, an hour for a poll."""
    for name, seconds in (("fresh.example.ru", 300), ("ООО Новое", 3600)):
        until = datetime.fromisoformat(str(of(stage, name)["until"])).timestamp()
        assert 0 <= until - time.time() + 60 <= seconds + 60
    assert of(stage, "ScriptNone")["until"] is None


def test_the_text_says_what_to_do(stage: Stage) -> None:
    """File and line, reason and hint in Russian; lines that are well are counted, and shown when asked for."""
    words = stage.world.run("--lang", "ru", "verify", stage.world.volga).stdout

    assert "volga_manager_20260417.csv:" in words
    assert REASONS["port-closed"].message.ru in words
    assert REASONS["port-closed"].hint.ru in words
    assert f"Строк: {len(PLANTED)}" in words
    assert "fine.example.ru" not in words
    assert "fine.example.ru" in stage.world.run("verify", stage.world.volga, "--verbose").stdout


def test_other_formats_hold_the_same(stage: Stage) -> None:
    """CSV has a row a line; JUnit has a failure for what is overdue and skips what is awaited. No password is shown."""
    table = stage.world.run("verify", stage.world.volga, "--format", "csv").stdout
    suite = Xml.fromstring(stage.world.run("verify", stage.world.volga, "--format", "junit").stdout)[0]
    overdue = sum(one.verdict < Verdict.WAITING for one in PLANTED)

    assert len(list(csv.reader(io.StringIO(table.lstrip("\ufeff")), delimiter=";"))) == len(PLANTED) + 1
    assert len(suite) == len(PLANTED)
    assert len(suite.findall("testcase/failure")) == overdue == int(suite.attrib["failures"])
    assert len(suite.findall("testcase/skipped")) == sum(one.verdict is Verdict.WAITING for one in PLANTED)
    assert "Pw-Example" not in table + Xml.tostring(suite, encoding="unicode")


def test_one_kind_of_data_can_be_looked_at(stage: Stage) -> None:
    """With --only checks, reports and polls are not missed."""
    result = stage.world.run("verify", stage.world.volga, "--only", "checks", "--format", "json")
    states = {str(one["client"]): one["state"] for one in json.loads(result.stdout)["lines"]}

    assert states["noreport.example.ru:80"] == "fine"
    assert states["closed.example.ru:80"] == "failing"
    assert states["ScriptToken"] == "fine"


def test_an_upload_with_a_name_of_no_list_is_named(stage: Stage) -> None:
    """Once, in a look at all cabinets of its distributor: a look at one of them does not show it."""
    answers = json.loads(stage.world.run("verify", "--format", "json").stdout)["lines"]
    (found,) = [one for one in answers if one["client"] == "SkriptImja"]

    assert (found["state"], found["reason"], found["since"] is not None) == ("wrong", "client", True)
    assert not [one for one in stage.answers if one["client"] == "SkriptImja"]


def test_of_a_suspended_cabinet_nothing_is_expected(stage: Stage) -> None:
    """One answer, at the cabinet's line in tenants.yaml, and exit code 0: its stores are closed on purpose."""
    title = f"title: Дон {stage.world.tag}\n"
    suspended = f"{title}        state: suspended\n"
    stage.world.change("tenants.yaml", title, suspended)
    try:
        result = stage.world.run("verify", stage.world.don, "--format", "json")
    finally:
        stage.world.change("tenants.yaml", suspended, title)
    (answer,) = json.loads(result.stdout)["lines"]

    assert (answer["state"], answer["reason"], answer["line"] > 0) == ("nothing", "suspended", True)
    assert answer["file"].endswith("tenants.yaml")
    assert result.exit_code == 0


def test_a_cabinet_that_the_stores_refuse_is_named(stage: Stage) -> None:
    """Another root secret opens nothing: one answer, at the cabinet's line in tenants.yaml; secrets are not shown."""
    env = {"SMART_SECRET": "another-secret-of-the-operator-9f3Kq7Lm2Xv8Tz4B"}
    result = stage.world.run("verify", stage.world.don, "--format", "json", env=env)
    (answer,) = json.loads(result.stdout)["lines"]

    assert (answer["state"], answer["reason"], answer["line"] > 0) == ("never", "no-access", True)
    assert answer["file"].endswith("tenants.yaml")
    assert result.exit_code == 1


@pytest.mark.parametrize("store", ["vmauth", "PostgreSQL"])
def test_stores_that_do_not_answer_are_named(stage: Stage, store: str) -> None:
    """Not as a refusal: apply would help nothing. One answer a cabinet; who does not answer is asked once."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # accepts, and closes each connection at once
        port = deaf.getsockname()[1]
        asked: list[None] = []

        def hang_up() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = deaf.accept()
                    asked.append(None)
                    connection.close()

        listening = threading.Thread(target=hang_up)
        listening.start()
        env = (
            {"SMART_VMAUTH_URL": f"http://127.0.0.1:{port}"}
            if store == "vmauth"
            else {"SMART_EVENTS_ADMIN": f"host=127.0.0.1 port={port} user=x dbname=x"}
        )
        result = stage.world.run("verify", stage.world.don, "--format", "json", env=env)
        deaf.shutdown(socket.SHUT_RDWR)
    listening.join()
    (answer,) = json.loads(result.stdout)["lines"]

    assert (answer["state"], answer["reason"], result.exit_code) == ("never", "no-store", 1)
    assert store in answer["message"]
    assert asked
