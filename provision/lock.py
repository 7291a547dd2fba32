"""One apply at a time: two on this machine are told apart; on two machines the objects' own versions stand guard."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provision.errors import ProvisionError
from provision.text import Text


@contextmanager
def alone_on(url: str) -> Iterator[None]:
    """Holds the lock of the server at `url`. Raises ProvisionError, with the other's process id, when it is taken.

    The lock is the kernel's: it ends with the process, however that ends.
    """
    name = f"smart-provision-{os.getuid()}-{hashlib.sha256(url.encode()).hexdigest()[:12]}.lock"
    path = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / name
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "r+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = file.read().strip() or "?"
            raise ProvisionError(
                Text(
                    f"На этой машине уже идёт apply на {url} (процесс {other})",
                    f"Another apply to {url} is under way on this machine (process {other})",
                ),
                Text("Дождитесь его конца", "Wait for it to end"),
            ) from None
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
