"""The lock of apply: one a server and user, in a folder that nobody else can open."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provision.errors import ProvisionError
from provision.lock import alone_on

URL = "http://127.0.0.1:3000"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return tmp_path / "home"


@contextmanager
def another_process(url: str) -> Iterator[int]:
    """A process that holds the lock of that server."""
    code = f"from provision.lock import alone_on\nwith alone_on({url!r}):\n print('held', flush=True)\n input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield other.pid
        other.kill()


def test_a_second_apply_is_refused_with_the_firsts_process_id() -> None:
    """The lock ends with the process that held it, also when it is killed."""
    with another_process(URL) as pid:
        with pytest.raises(ProvisionError, match=f"process {pid}"), alone_on(URL):
            pytest.fail("two at once")
        with alone_on("http://127.0.0.1:3001"):
            pass
    with alone_on(URL):
        pass


def test_the_file_is_in_a_private_folder_and_goes_with_the_lock(home: Path) -> None:
    """Mode 0700 for the folder, 0600 for the file; nothing is left behind."""
    folder = home / ".local" / "state" / "smart-provision"
    with alone_on(URL):
        (file,) = folder.iterdir()
        assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    assert list(folder.iterdir()) == []


def test_the_same_lock_with_and_without_a_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cron job has no XDG_RUNTIME_DIR and still meets the lock of a terminal."""
    with another_process(URL):
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        with pytest.raises(ProvisionError, match="under way"), alone_on(URL):
            pytest.fail("two at once")


@pytest.mark.parametrize("wrong", ["open to others", "a link", "a file"])
def test_a_folder_that_others_can_change_is_not_used(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    """The folder of the session is used then, and without one the run is refused."""
    folder = home / ".local" / "state" / "smart-provision"
    folder.parent.mkdir(parents=True)
    if wrong == "open to others":
        folder.mkdir()
        folder.chmod(0o777)
    elif wrong == "a link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        folder.symlink_to(tmp_path / "elsewhere")
    else:
        folder.touch()

    with pytest.raises(ProvisionError, match="no place for the lock file"), alone_on(URL):
        pytest.fail("used")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    with alone_on(URL):
        assert list((tmp_path / "run" / "smart-provision").iterdir())
