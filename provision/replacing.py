"""A file put in the place of an old one whole: whoever reads it meets the old content or the new, never a part."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def replaced(path: Path, *, durable: bool = True) -> Iterator[IO[bytes]]:
    """A fresh file of mode 0600, to be written; at the end it becomes `path`, and the disk has it.

    Without `durable` the disk may get it later: for many files that are made from others and can be made again.
    After an exception `path` is what it was, and nothing is left beside it. Raises OSError.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            if durable:
                os.fsync(handle)
        fresh.replace(path)
        if durable:
            _sync(path.parent)
    finally:
        fresh.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Makes the renaming last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
