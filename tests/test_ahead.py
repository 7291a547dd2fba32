"""What a plan reads of each org while the lists are read: once, of our orgs alone, and nothing once it is late."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from provision.credential import RootSecret
from provision.directory import Directory
from provision.grafana import Connection, Grafana
from tests.world import SECRET, World, on_server


@pytest.fixture
def world(grafana_url: str, tmp_path: Path) -> Iterator[World]:
    """An estate of two cabinets, applied."""
    with on_server(grafana_url, tmp_path) as world:
        world.apply()
        yield world


@pytest.fixture
def directory(world: World) -> Directory:
    return Directory(Grafana(Connection(world.url, world.user, world.password)), RootSecret(SECRET))


def server(directory: Directory) -> Grafana:
    return directory._server


def titles(world: World) -> tuple[str, str]:
    return f"Волга {world.tag}", f"Дон {world.tag}"


@pytest.mark.parametrize("heads", [False, True])
def test_each_answer_is_used_once(world: World, directory: Directory, heads: bool) -> None:
    directory.read_ahead(titles(world), Event(), heads_of=lambda _org: heads)
    number, before = world.org(world.volga), server(directory).sent
    org = directory.org(number, world.volga)
    assert org.is_ours
    sources = org.get("/api/datasources")
    assert [source["uid"] for source in sources] == ["smart-events", "smart-metrics"]
    read = [org.get(f"/api/datasources/uid/{source['uid']}") for source in sources]
    read += [org.get("/api/org/users"), org.get("/api/org/preferences"), list(org.apis_list("folder"))]
    assert server(directory).sent == before
    assert len(list(org.apis_list("dashboard", heads=True))) > 20
    assert server(directory).sent == before + (0 if heads else 1)

    sources = org.get("/api/datasources")  # from here on each is a request, and the answers are the same
    again = [org.get(f"/api/datasources/uid/{source['uid']}") for source in sources]
    again += [org.get("/api/org/users"), org.get("/api/org/preferences"), list(org.apis_list("folder"))]
    for one in (*read[2], *again[2]):
        one.pop("lastSeenAt", None), one.pop("lastSeenAtAge", None)
    assert again == read
    assert server(directory).sent >= before + 6


def test_a_later_org_object_asks_anew(world: World, directory: Directory) -> None:
    """Apply binds each org again: what the plan read is not used for writing."""
    directory.read_ahead(titles(world), Event(), heads_of=lambda _org: True)
    number = world.org(world.volga)
    directory.org(number, world.volga)
    before = server(directory).sent
    directory.org(number, world.volga).get("/api/org/preferences")
    assert server(directory).sent == before + 2


def test_of_foreign_orgs_only_the_mark_is_read(world: World, directory: Directory) -> None:
    """Also where one claims to be a cabinet of ours: its key does not fit."""
    number = world.http.post(f"{world.url}/api/orgs", json={"name": f"Чужая {world.tag}"}, timeout=60).json()["orgId"]
    claim = {"address1": f"smart cabinet={world.volga} key=0123456789abcdef"}
    world.http.put(f"{world.url}/api/orgs/{number}/address", json=claim, timeout=60).raise_for_status()
    try:
        directory = Directory(server(directory), RootSecret(SECRET))
        directory.read_ahead((*titles(world), f"Чужая {world.tag}"), Event(), heads_of=lambda _org: True)
        assert set(directory._answers.get(number, {})) <= {("/api/org", "")}
        assert len(directory._answers[world.org(world.don)]) == 8
    finally:
        world.http.delete(f"{world.url}/api/orgs/{number}", timeout=60).raise_for_status()


def test_nothing_is_asked_after_the_event(world: World, directory: Directory) -> None:
    before, late = server(directory).sent, Event()
    late.set()
    directory.read_ahead(titles(world), late, heads_of=lambda _org: True)
    assert server(directory).sent == before


def test_what_cannot_be_read_is_left_to_the_plan(world: World, directory: Directory) -> None:
    """The server is gone meanwhile: reading ahead raises nothing."""
    server(directory)._transport.gone = RuntimeError("gone")  # type: ignore[assignment]
    directory.read_ahead(titles(world), Event(), heads_of=lambda _org: True)
    assert directory._answers == {}


def test_of_other_estates_nothing_is_read(world: World, directory: Directory) -> None:
    """One secret may serve several estates."""
    directory.read_ahead(titles(world)[:1], Event(), heads_of=lambda _org: True)
    assert set(directory._answers) == {world.org(world.volga)}
