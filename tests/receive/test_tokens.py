"""`provision token`: the old and the new token side by side, then the old one closed; no token is shown."""

from pathlib import Path

import pytest

from provision import config
from provision.credential import RootSecret
from provision.receive.senders import Senders
from tests.world import SECRET, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An estate; its server is never asked."""
    return World("http://127.0.0.1:1", "admin", "admin", folder=tmp_path, api="auto")


def tokens(world: World) -> set[tuple[int, ...]]:
    """The numbers that each cabinet's distributor has."""
    return {cabinet.tokens for cabinet in config.load(world.folder / "tenants.yaml").cabinets}


def test_old_and_new_are_accepted_until_the_old_one_is_closed(world: World) -> None:
    """The file gets the numbers and keeps everything else, comments included; nothing that is printed is a token."""
    world.change("tenants.yaml", "isolated: true", "isolated: true  # branches are apart")
    before = (world.folder / "tenants.yaml").read_text(encoding="utf-8")
    seen = [tokens(world)]
    said = ""
    for words in (("rotate",), ("rotate",), ("close",)):
        result = world.run("token", *words, f"d{world.tag}")
        assert result.exit_code == 0, result.output
        said += result.output
        seen.append(tokens(world))

    assert seen == [{(1,)}, {(1, 2)}, {(1, 2, 3)}, {(3,)}]
    after = (world.folder / "tenants.yaml").read_text(encoding="utf-8")
    assert after.replace("    tokens: [3]\n", "") == before
    root = RootSecret(SECRET)
    assert not [number for number in range(1, 5) if root.upload_token(f"d{world.tag}", number) in said]


def test_what_cannot_be_renewed_is_said(world: World) -> None:
    """An unknown distributor, and one that has a single token."""
    assert "There is no distributor 'nobody'" in world.run("token", "rotate", "nobody").output
    result = world.run("token", "close", f"d{world.tag}")
    assert (result.exit_code, "nothing to close" in result.output) == (2, True)


def test_a_token_belongs_to_one_distributor_and_number() -> None:
    """No two are equal, and each is plain in an address."""
    root = RootSecret(SECRET)
    made = {root.upload_token(name, number) for name in ("rogaikopyta", "romashka") for number in (1, 2, 12)}

    assert len(made) == 6
    assert all(len(one) == 32 and one.replace("-", "").replace("_", "").isalnum() for one in made)


@pytest.mark.parametrize(("state", "sends"), [("active", True), ("suspended", True), ("absent", False)])
def test_a_suspended_cabinet_is_served_and_an_absent_one_is_not(world: World, state: str, sends: bool) -> None:
    """Neither its clients nor its alert events; the distributor's other cabinet and token are as they were."""
    title = f"title: Дон {world.tag}\n"
    world.change("tenants.yaml", title, f"{title}        state: {state}\n")
    root = RootSecret(SECRET)
    known = Senders(config.load(world.folder / "tenants.yaml").cabinets, root)
    mine = known.of_token(root.upload_token(f"d{world.tag}", 1))

    assert (known.cabinet_of(root.log_token(world.don, 1)) is not None, world.don in known.cabinets) == (sends, sends)
    assert known.cabinet_of(root.log_token(world.volga, 1)) is not None
    assert mine is not None
    assert {one.cabinet.id for one in mine.clients.values()} == {world.volga, *([world.don] if sends else [])}
