"""From an empty folder to a working cabinet, from a checkout and from an installed wheel."""

import ast
import os
import re
import shlex
import socket
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner
from packaging.version import Version

from provision.cli import main
from provision.credential import RootSecret
from provision.sandbox import Sandbox
from provision.stores.process import serving
from tests.sessions import Terminal, blocks
from tests.world import SECRET

ROOT = Path(__file__).parent.parent


def provision(folder: Path, *words: str, path: Path = ROOT, status: int = 0) -> str:
    """Standard output of `python -m provision --lang en …` in the folder, with the package of that path."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SMART_", "GRAFANA_"))}
    done = subprocess.run(
        [sys.executable, "-m", "provision", "--lang", "en", *words],
        cwd=folder,
        env={**env, "PYTHONPATH": str(path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def begin(folder: Path, sandbox: Sandbox, path: Path = ROOT) -> None:
    """Does what init says next: check the list, then new; the plan afterwards is empty."""
    said = provision(folder, "init", "--example", path=path)
    (check,) = (line for line in said.splitlines() if "provision check" in line)
    assert "All is well." in provision(folder, *shlex.split(check)[1:], path=path)
    (new,) = (line for line in said.splitlines() if "provision new" in line)
    words = [sandbox.url if "://" in word else word for word in shlex.split(new)[1:]]
    provision(folder, *words, "--dry-run", path=path)
    assert "romashka" not in (folder / "tenants.yaml").read_text(encoding="utf-8").split("# Первый")[0]
    made = provision(folder, *words, "--yes", "--full", path=path)
    assert "smart-example" in made  # the dashboard of the folder
    assert "Nothing to write." in provision(folder, "plan", "--url", sandbox.url, path=path)
    assert provision(folder, "lint", path=path) == "All is well.\n"
    (note,) = (folder / "handover").iterdir()
    assert stat.S_IMODE(note.stat().st_mode) == 0o600


def test_from_an_empty_folder_to_a_cabinet(sandbox: Sandbox, tmp_path: Path) -> None:
    """Nothing else has to be read or written."""
    folder = tmp_path / "new"
    folder.mkdir()
    begin(folder, sandbox)
    assert stat.S_IMODE((folder / ".secret").stat().st_mode) == 0o600
    assert ".secret" in (folder / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "exists already" in CliRunner().invoke(main, ["--lang", "en", "init", str(folder)]).output


PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as users install it, made of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([*PIP, "wheel", "--no-deps", "-w", folder, ROOT], check=True, timeout=600)
    (made,) = folder.glob("*.whl")
    return made


def installed(folder: Path, *packages: Path | str) -> Path:
    """The packages without what they require, in a folder of their own that comes before our environment."""
    library = folder / "lib"
    subprocess.run([*PIP, "install", "--no-deps", "--target", library, *packages], check=True, timeout=600)
    return library


def printed(library: Path, code: str) -> str:
    """What Python prints with that library, in a folder outside the checkout."""
    env = {**os.environ, "PYTHONPATH": str(library)}
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=library.parent, env=env, capture_output=True, text=True, check=True, timeout=120
    ).stdout


def test_from_an_installed_wheel(wheel: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    """The same with nothing of the checkout: all that the program needs is in the wheel."""
    library = installed(tmp_path, wheel)
    used = printed(library, "import provision, dashboards; print(provision.__file__, dashboards.__file__)")
    assert used.count(str(library)) == 2, used
    folder = tmp_path / "new"
    folder.mkdir()
    begin(folder, sandbox, path=library)


def lowest() -> dict[str, str]:
    """Package -> the lowest version that pyproject.toml allows."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    found = dict(re.fullmatch(r"([\w-]+)(?:\[\w+\])?[>=]=([\d.]+)", one).groups() for one in declared)  # type: ignore[union-attr,misc]
    return {**found, "psycopg-binary": found["psycopg"]}  # its extra, which must be of the same version


def test_with_the_lowest_versions_that_are_declared(wheel: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    """From an empty folder to a cabinet, its dashboards as files, and a receiver that serves, with the oldest packages
    that pip may choose.
    """
    library = installed(tmp_path, wheel, *(f"{name}=={version}" for name, version in lowest().items()))
    versions = printed(
        library, f"from importlib.metadata import version\nprint([version(n) for n in {list(lowest())}])"
    )
    expected = [Version(version) for version in lowest().values()]
    assert [Version(version) for version in ast.literal_eval(versions)] == expected
    folder = tmp_path / "new"
    folder.mkdir()
    begin(folder, sandbox, path=library)
    provision(folder, "render", "-o", "json", path=library)
    assert (folder / "json" / "romashka").is_dir()
    assert b" 400 " in receiver_says(folder, library, "Transfer-Encoding: chunked", "ZZ")


def receiver_says(folder: Path, library: Path, header: str, body: str) -> bytes:
    """The first line of a receiver's answer to an upload; it needs no store for that."""
    token = RootSecret(SECRET).upload_token("romashka", 1)
    about = ("Host: x", "upload: yes", "dealer: romashka", "Content-Type: multipart/form-data; boundary=b", header)
    request = "\r\n".join((f"POST /upload?token={token} HTTP/1.1", *about, "", body, ""))
    env = {
        "PYTHONPATH": str(library),
        "SMART_SECRET": SECRET,
        "SMART_VM_URL": "http://127.0.0.1:9",
        "SMART_VM_PASSWORD": "Pw-Example-1",
        "SMART_EVENTS_WRITER": "host=127.0.0.1 port=9",
    }

    def command(port: int) -> list[str]:
        words = ["receive", "--listen", f"127.0.0.1:{port}", "--spool", str(folder / "spool"), "--reserve", "0"]
        return [sys.executable, "-m", "provision", "-f", str(folder / "tenants.yaml"), *words]

    def answers(port: int) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{port}/health", timeout=2).ok
        except requests.RequestException:
            return False

    with (
        serving(command, 0, folder / "receiver.log", answers, environment=env) as (port, _),
        socket.create_connection(("127.0.0.1", port), timeout=60) as connection,
    ):
        connection.sendall(request.encode())
        return connection.recv(4096).partition(b"\r\n")[0]


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    """And said so, in place of a name among those of new files."""
    (tmp_path / ".gitignore").write_text("mine\n", encoding="utf-8")
    said = provision(tmp_path, "init").splitlines()
    assert "  .gitignore: exists, left alone" in said
    assert "  tenants.yaml" in said
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "mine\n"


def test_an_estate_without_cabinets_is_no_mistake(tmp_path: Path) -> None:
    """check says that there are none yet, and what makes the first one."""
    provision(tmp_path, "init")
    said = provision(tmp_path, "check")
    assert "Y19" in said
    assert "provision new" in said
    assert "1 warning" in said


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("def build(scope):\n    return oops\n", "has no attribute 'NEEDS'"),
        ("NEEDS = ('installations',)\n\n\ndef build(scope):\n    return oops\n", "line 5: NameError: name 'oops'"),
        ("NEEDS = (\n", "line 1: SyntaxError"),
        ("import nothing_like_this\n", "line 1: ModuleNotFoundError"),
    ],
)
def test_a_broken_dashboard_is_reported_with_its_line(tmp_path: Path, code: str, says: str) -> None:
    """No traceback, and the file is named as the author knows it."""
    provision(tmp_path, "init", "--example")
    (tmp_path / "dashboards" / "broken.py").write_text(code, encoding="utf-8")
    block = """
distributors:
  romashka:
    title: Ромашка
    cabinets:
      romashka: {profile: company, title: Ромашка, lists: {managers: ["lists/romashka_manager_*.csv"]}}
"""
    with (tmp_path / "tenants.yaml").open("a", encoding="utf-8") as file:
        file.write(block)
    done = subprocess.run(
        [sys.executable, "-m", "provision", "--lang", "en", "lint"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "dashboards/broken.py" in done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_the_first_hour_is_as_it_is_written(sandbox: Sandbox, tmp_path: Path) -> None:
    """Each command of the guide prints what the guide shows, in this order."""
    folder = tmp_path / "new"
    folder.mkdir()
    terminal = Terminal(folder, tmp_path / "bin", "ru")
    steps = [step for block in blocks("docs/first-hour.ru.md") for step in block]
    assert len(steps) == 8
    for step in steps:
        terminal.shows(step, sandbox.url)
