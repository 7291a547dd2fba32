"""The account page: quotas and searches, read by a reader that knows the page.

The page is not published, so the program has no reader of its own. Entry points of the group
`provision.account_readers` name a class without arguments that has what AccountReader has; docs/readers.md shows one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.metadata import entry_points
from typing import Literal, Protocol

from provision.errors import ProvisionError
from provision.text import Text

GROUP = "provision.account_readers"
QuotaKind = Literal["docs", "search", "print", "upload"]
Fetch = Callable[[str], str]  # a path below the folder of the access -> the text of that page; raises PollError


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of a month's quota, and the quota itself."""

    left: float
    limit: float


@dataclass(frozen=True, slots=True)
class Search:
    """One search; `at` has a time zone. `status` is success, empty or error, `kind` i (intellectual), a or ""."""

    at: datetime
    text: str = field(repr=False)
    status: Literal["success", "empty", "error"]
    kind: Literal["i", "a", ""] = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What the pages of one access say."""

    quotas: Mapping[QuotaKind, Quota] = field(default_factory=dict)
    searches: Sequence[Search] = ()


class AccountReader(Protocol):
    """Reads the pages of an account. `name` is for people."""

    name: str

    def recognises(self, home: str) -> bool:
        """Whether the page that came after signing in is of the form that this reader knows."""

    def account(self, home: str, fetch: Fetch) -> Account:
        """What the account says; `fetch` brings further pages. May raise anything for a page that is broken."""


@cache
def account_readers() -> Sequence[AccountReader]:
    """All that are installed, by name. Raises ProvisionError for one that does not load."""
    found: list[AccountReader] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        try:
            found.append(entry.load()())
        except Exception as error:  # noqa: BLE001 - code of others
            said = f"{entry.name} ({entry.value}): {type(error).__name__}: {error}"
            raise ProvisionError(
                Text(f"разборщик не загрузился: {said}", f"the reader does not load: {said}"),
                Text("Исправьте или удалите его пакет.", "Correct or remove the package that brings it."),
            ) from None
    return found
