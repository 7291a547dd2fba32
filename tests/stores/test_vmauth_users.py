"""vmauth's user file: what is written, kept, seen as drift and in force; against the real vmauth."""

import os
import stat
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from provision.credential import RootSecret
from provision.errors import StoreError
from provision.stores import local
from provision.stores.access import Access
from provision.stores.local import MetricsServer, VmauthServer
from provision.stores.number_stores import VictoriaMetrics
from provision.stores.vmauth_client import VmauthClient
from provision.stores.vmauth_users import NOBODY, UserFile
from provision.stores.wire import Login
from tests.stores.world import BOTH, URAL, VOLGA, plant_series, seen, user_changes, write_users


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the user file will be."""
    return tmp_path / "auth.yml"


@pytest.fixture
def proxy(path: Path, metrics_server: MetricsServer, root: RootSecret) -> Iterator[VmauthServer]:
    """A vmauth with the users of both cabinets."""
    write_users(path, metrics_server, root)
    with local.vmauth(path) as server:
        yield server


def users(path: Path) -> dict[str, dict[str, object]]:
    """What the file says, by user name."""
    return {user["username"]: user for user in yaml.safe_load(path.read_text())["users"]}


def rewrite(path: Path, user: str, **changed: object) -> None:
    """Changes one user by hand."""
    content = yaml.safe_load(path.read_text())
    for entry in content["users"]:
        if entry["username"] == user:
            entry.update(changed)
    path.write_text(yaml.dump(content))


def test_a_second_apply_finds_nothing_to_do(path: Path, metrics_server: MetricsServer, root: RootSecret) -> None:
    """Right after an apply the plan is empty, and an apply without changes leaves the file alone."""
    file = write_users(path, metrics_server, root)
    written = path.stat()
    file.apply([])

    assert user_changes(file) == ()
    assert path.stat().st_mtime_ns == written.st_mtime_ns
    assert path.stat().st_ino == written.st_ino


def test_the_file_is_private_and_leaves_nothing_beside_it(
    path: Path, metrics_server: MetricsServer, root: RootSecret
) -> None:
    """Mode 0600, also over an old file that was readable by all; no temporary file stays."""
    path.write_text("users: []\n")
    path.chmod(0o644)
    write_users(path, metrics_server, root)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(entry.name for entry in path.parent.iterdir()) == [".auth.yml.lock", "auth.yml"]


def test_a_link_to_the_file_stays_a_link(path: Path, metrics_server: MetricsServer, root: RootSecret) -> None:
    """The file a link points to is replaced, not the link."""
    real = path.with_name("real.yml")
    path.symlink_to(real)
    write_users(path, metrics_server, root)

    assert path.is_symlink()
    assert root.credential("metrics", "volga", 1).name in users(real)


def test_user_names_tell_nothing_of_the_customer(path: Path, metrics_server: MetricsServer, root: RootSecret) -> None:
    """No user's name contains a cabinet's id, because vmauth shows user names in its metrics."""
    write_users(path, metrics_server, root)
    names = [(user["username"], user["name"]) for user in users(path).values()]

    assert "volga" not in str(names)
    assert "ural" not in str(names)


def test_what_others_wrote_is_kept(path: Path, metrics_server: MetricsServer, root: RootSecret) -> None:
    """Users without our mark and settings we do not know survive; they are listed as unmanaged."""
    theirs = {"username": "importer", "password": "%{IMPORTER}", "url_prefix": "http://127.0.0.1:8428/"}
    path.write_text(yaml.dump({"users": [theirs], "max_idle": 5}))
    file = write_users(path, metrics_server, root)
    unmanaged = [resource.ref.key for resource in file.read(BOTH).values() if not resource.managed]

    assert users(path)["importer"] == theirs
    assert yaml.safe_load(path.read_text())["max_idle"] == 5
    assert unmanaged == ["importer"]


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
STRANGERS = st.lists(
    st.dictionaries(st.sampled_from(["username", "password", "bearer_token", "url_prefix", "name"]), WORDS), max_size=4
)


@settings(deadline=None, max_examples=40)
@given(strangers=STRANGERS, options=st.dictionaries(WORDS.filter(lambda key: key != "users"), WORDS, max_size=2))
def test_whatever_others_wrote_is_kept(strangers: list[dict[str, str]], options: dict[str, str]) -> None:
    """Any users and settings of others come through two applies unchanged, in their order."""
    root, server = (
        RootSecret("a root secret of more than 32 characters"),
        MetricsServer("http://127.0.0.1:8428", "key", Login("smart", "pw")),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "auth.yml"
        path.write_text(yaml.dump({**options, "users": strangers}), encoding="utf-8")
        write_users(path, server, root)
        file = write_users(path, server, root, [Access("volga", generation=2)])
        content = yaml.safe_load(path.read_text(encoding="utf-8"))

        assert content["users"][: len(strangers)] == strangers
        assert {key: value for key, value in content.items() if key != "users"} == options
        assert user_changes(file, [Access("volga", generation=2)]) == ()


def test_users_without_a_name_are_kept(path: Path, metrics_server: MetricsServer, root: RootSecret) -> None:
    """Users who show a token have no user name; each of them survives and is listed."""
    theirs = [{"bearer_token": token, "url_prefix": "http://127.0.0.1:8428/"} for token in ("one", "two")]
    path.write_text(yaml.dump({"users": theirs}))
    file = write_users(path, metrics_server, root)
    unmanaged = [resource.ref.key for resource in file.read(BOTH).values() if not resource.managed]

    assert yaml.safe_load(path.read_text())["users"][:2] == theirs
    assert unmanaged == ["user 1", "user 2"]


def test_one_cabinet_leaves_the_others_alone(path: Path, metrics_server: MetricsServer, root: RootSecret) -> None:
    """A run for one cabinet neither sees nor touches another's user."""
    write_users(path, metrics_server, root)
    before = users(path)[root.credential("metrics", "ural", 1).name]
    file = write_users(path, metrics_server, root, [Access("volga", generation=2)])

    assert users(path)[root.credential("metrics", "ural", 1).name] == before
    assert [ref.cabinet for ref in file.read([VOLGA]) if ref.cabinet] == ["volga"]


@pytest.mark.parametrize(
    "changed",
    [
        {"password": "another"},
        {"url_map": [{"src_paths": ["/.*"], "url_prefix": "http://127.0.0.1:1/?extra_label=cabinet=volga"}]},
        {"url_map": [{"src_paths": ["/api/v1/query"], "url_prefix": "http://127.0.0.1:1/?extra_label=cabinet=ural"}]},
        {"url_prefix": "http://127.0.0.1:1/"},
        {"name": "renamed"},
    ],
    ids=["password", "paths", "another cabinet", "a way past the list", "mark taken off"],
)
def test_changes_by_hand_are_seen_and_corrected(
    path: Path, metrics_server: MetricsServer, root: RootSecret, changed: dict[str, object]
) -> None:
    """Whatever is changed about a cabinet's user shows in the plan, and apply puts it right."""
    file = write_users(path, metrics_server, root)
    right = users(path)
    rewrite(path, root.credential("metrics", "volga", 1).name, **changed)
    plan = user_changes(file)
    write_users(path, metrics_server, root)

    assert root.credential("metrics", "volga", 1).name in [change.ref.key for change in plan]
    assert users(path) == right


def test_no_secret_is_in_a_plan(path: Path, metrics_server: MetricsServer, root: RootSecret) -> None:
    """Neither the right password nor a wrong one is part of what a plan shows."""
    file = write_users(path, metrics_server, root)
    rewrite(path, root.credential("metrics", "volga", 1).name, password="wrong-password-by-hand")
    shown = repr(user_changes(file)) + repr(file.read(BOTH)) + repr(file.desired(BOTH))

    assert "wrong-password-by-hand" not in shown
    assert root.credential("metrics", "volga", 1).password not in shown


def test_rotation_puts_the_next_user_beside_the_old_one(
    proxy: VmauthServer, path: Path, metrics_server: MetricsServer, root: RootSecret
) -> None:
    """The new generation gets in before the old one is gone; then the old one is shut out."""
    new = Access("volga", generation=2)
    file = UserFile(path, metrics_server.backend, root)
    running = VmauthClient(proxy.url, key=proxy.key)
    creates = [change for change in user_changes(file, [new]) if change.action != "delete"]
    file.apply(creates)
    running.reload(file)
    assert seen(proxy.url, VOLGA, root) is not None
    assert seen(proxy.url, new, root) is not None

    file.apply(user_changes(file, [new]))
    running.reload(file)

    assert seen(proxy.url, VOLGA, root) is None
    assert seen(proxy.url, new, root) is not None
    assert seen(proxy.url, URAL, root) is not None


def test_a_suspended_cabinet_is_shut_out(
    proxy: VmauthServer, path: Path, metrics_server: MetricsServer, root: RootSecret
) -> None:
    """Suspension removes the user; taking it back lets the same credential in again."""
    running = VmauthClient(proxy.url, key=proxy.key)
    running.reload(write_users(path, metrics_server, root, [Access("volga", suspended=True), URAL]))
    assert seen(proxy.url, VOLGA, root) is None
    assert seen(proxy.url, URAL, root) is not None

    running.reload(write_users(path, metrics_server, root))

    assert seen(proxy.url, VOLGA, root) is not None


def test_each_cabinet_sees_itself_only(proxy: VmauthServer, metrics_server: MetricsServer, root: RootSecret) -> None:
    """Through its own user a cabinet sees its own series, all of the store's being there."""
    plant_series(metrics_server)

    assert seen(proxy.url, VOLGA, root) == {"volga"}
    assert seen(proxy.url, URAL, root) == {"ural"}


def test_a_new_file_comes_into_force(
    proxy: VmauthServer, path: Path, metrics_server: MetricsServer, root: RootSecret
) -> None:
    """vmauth re-reads its file on /-/reload, and we know when it has."""
    running = VmauthClient(proxy.url, key=proxy.key)
    file = write_users(path, metrics_server, root, [VOLGA])
    assert running.in_force(file)
    file = write_users(path, metrics_server, root, [Access("kama")])
    assert not running.in_force(file)

    running.reload(file)

    assert running.in_force(file)
    assert seen(proxy.url, Access("kama"), root) is not None


def test_a_file_vmauth_refuses_is_noticed(
    proxy: VmauthServer, path: Path, metrics_server: MetricsServer, root: RootSecret
) -> None:
    """vmauth keeps the old file without a word; we say so, and quote nothing."""
    content = yaml.safe_load(path.read_text())
    content["users"].append({"username": "strange", "unknown_key": 1})
    path.write_text(yaml.dump(content))
    file = write_users(path, metrics_server, root)

    with pytest.raises(StoreError, match="did not take the new user file") as caught:
        VmauthClient(proxy.url, key=proxy.key, patience=0.5).reload(file)

    assert root.credential("metrics", "volga", 1).password not in str(caught.value)


def test_a_wrong_reload_key_is_reported(
    proxy: VmauthServer, path: Path, metrics_server: MetricsServer, root: RootSecret
) -> None:
    """A /-/reload that is refused is an error of its own, which does not show the key."""
    file = write_users(path, metrics_server, root, [Access("kama")])

    with pytest.raises(StoreError, match="/-/reload: 400") as caught:
        VmauthClient(proxy.url, key="not the key").reload(file)

    assert "not the key" not in str(caught.value)


def test_an_edit_by_hand_makes_the_file_unprovable_until_the_next_apply(
    path: Path, metrics_server: MetricsServer, root: RootSecret
) -> None:
    """A foreign user added by hand is kept, and the file is sealed anew."""
    file = write_users(path, metrics_server, root)
    content = yaml.safe_load(path.read_text())
    content["users"].append({"username": "other", "password": "x", "url_prefix": "http://127.0.0.1:1/"})
    path.write_text(yaml.dump(content))
    assert [change.ref.key for change in user_changes(file)] == [NOBODY]

    write_users(path, metrics_server, root)

    assert user_changes(file) == ()
    assert "other" in users(path)


@pytest.mark.parametrize(
    "text", ["users: [", "users: 5", "- a\n- b\n", "users:\n- password: secret-in-the-file: [\n", "\x80"]
)
def test_a_file_that_cannot_be_used_is_left_alone(
    path: Path, metrics_server: MetricsServer, root: RootSecret, text: str
) -> None:
    """Broken YAML or another shape: an error that quotes nothing of it, and nothing is overwritten."""
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(StoreError) as caught:
        write_users(path, metrics_server, root)

    assert "secret" not in str(caught.value) + str(caught.value.hint)
    assert path.read_bytes() == text.encode("latin-1")


def test_a_folder_that_is_not_there_is_reported(path: Path, metrics_server: MetricsServer, root: RootSecret) -> None:
    """A wrong path is an error of ours, not a traceback."""
    with pytest.raises(StoreError, match="No such file or directory"):
        write_users(path / "missing" / "auth.yml", metrics_server, root)


def test_two_runs_at_once_lose_nothing(path: Path, metrics_server: MetricsServer, root: RootSecret) -> None:
    """Runs for different cabinets at the same time end with all users in the file."""
    accesses = [Access(f"cabinet{number}") for number in range(12)]
    threads = [threading.Thread(target=write_users, args=(path, metrics_server, root, [access])) for access in accesses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {root.credential("metrics", access.cabinet, 1).name for access in accesses} < users(path).keys()


def test_a_store_that_heeds_the_filter_is_accepted(
    proxy: VmauthServer, path: Path, metrics_server: MetricsServer, root: RootSecret
) -> None:
    """VictoriaMetrics passes the proof, with series in it."""
    plant_series(metrics_server)

    VmauthClient(proxy.url, key=proxy.key).verify_isolation(UserFile(path, metrics_server.backend, root))


@pytest.fixture
def heedless(metrics_server: MetricsServer) -> Iterator[str]:
    """The URL of a store that knows nothing of extra_label, as Prometheus does not: drops it and asks the real one."""

    class Store(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode()
            asked = urlsplit(self.path)
            fields = [pair for pair in parse_qsl(asked.query + "&" + body) if not pair[0].startswith("extra_")]
            answer = metrics_server.ask(f"{asked.path}?{urlencode(fields)}")
            self.send_response(answer.status)
            self.end_headers()
            self.wfile.write(answer.text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Store)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_store_that_ignores_the_filter_is_refused(
    heedless: str, path: Path, metrics_server: MetricsServer, root: RootSecret
) -> None:
    """A store that shows series to NOBODY is found out before any cabinet is let in."""
    plant_series(metrics_server)
    write_users(path, metrics_server, root)
    file = UserFile(path, VictoriaMetrics(heedless, metrics_server.login), root)
    file.apply(user_changes(file))
    with local.vmauth(path) as proxy, pytest.raises(StoreError, match="does not apply extra_label"):
        VmauthClient(proxy.url, key=proxy.key).verify_isolation(file)


def test_a_vmauth_that_does_not_answer_is_reported(path: Path, metrics_server: MetricsServer, root: RootSecret) -> None:
    """Nobody at the address: an error of ours."""
    file = write_users(path, metrics_server, root)

    with pytest.raises(StoreError, match="vmauth does not answer properly"):
        VmauthClient("http://127.0.0.1:1", key="x").reload(file)


def test_a_wrong_login_of_the_store_is_named(path: Path, metrics_server: MetricsServer, root: RootSecret) -> None:
    """VictoriaMetrics was started with another password than the file has: reported, and nothing is quoted."""
    file = UserFile(path, VictoriaMetrics(metrics_server.url, Login("smart", "not-the-password")), root)
    file.apply(user_changes(file))

    with local.vmauth(path) as proxy, pytest.raises(StoreError, match="refuses the login") as caught:
        VmauthClient(proxy.url, key=proxy.key, patience=0.5).reload(file)

    assert "SMART_VM_PASSWORD" in str(caught.value.hint)
    assert "not-the-password" not in f"{caught.value}{caught.value.hint}"


def test_the_login_of_the_store_is_compared_and_never_shown(
    path: Path, metrics_server: MetricsServer, root: RootSecret
) -> None:
    """A changed login is a difference in every user; neither the old nor the new one is part of the plan."""
    write_users(path, metrics_server, root)
    other = Login("smart", "the-next-password")
    plan = user_changes(UserFile(path, VictoriaMetrics(metrics_server.url, other), root))

    assert {change.ref.cabinet for change in plan} == {"", "volga", "ural"}
    for login in (metrics_server.login, other):
        assert login.password not in repr(plan)
        assert login.headers["Authorization"] not in repr(plan)


def test_five_hundred_users_are_one_write(path: Path, metrics_server: MetricsServer, root: RootSecret) -> None:
    """All cabinets go into the file at once, and vmauth takes it."""
    accesses = [Access(f"cabinet{number}") for number in range(500)]
    file = write_users(path, metrics_server, root, accesses)
    with local.vmauth(path) as proxy:
        running = VmauthClient(proxy.url, key=proxy.key)

        assert running.in_force(file)
        assert seen(proxy.url, accesses[-1], root) == set()
    assert user_changes(file, accesses) == ()


def test_the_owner_of_the_file_stays(path: Path, metrics_server: MetricsServer, root: RootSecret) -> None:
    """vmauth may run as another user than we do: the new file belongs to the owner of the old one."""
    path.write_text("users: []\n")
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    before = path.stat()
    write_users(path, metrics_server, root)

    assert (path.stat().st_uid, path.stat().st_gid) == (before.st_uid, before.st_gid)
    assert NOBODY in users(path)
