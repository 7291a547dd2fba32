"""One look at the data of cabinets: evidence gathered side by side, and the answers, the worst first."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from provision.collect.folder import CollectionFolder
from provision.collect.targets import probed_of
from provision.collect.unknown import unknown_names
from provision.credential import RootSecret
from provision.errors import SilentStoreError, StoreError
from provision.model import Cabinet, Estate
from provision.stores.reading import reader_of
from provision.text import Text
from provision.verify import expectations
from provision.verify.evidence import gather
from provision.verify.expectations import FIRST, Answer, Verdict

_AT_ONCE = 8  # cabinets; each takes four queries


@dataclass(frozen=True, slots=True)
class Look:
    """How to look.

    `vmauth` is its URL as seen from here, "" for the one in tenants.yaml. `administrators` are the connection strings
    of PostgreSQL's administrators by the variables that hold them: only host and port are used. `folder` is that of
    the collection files, None where it cannot be seen. `spool` is the receiver's, None where it cannot be seen.
    `expected`: keys of FIRST.
    """

    estate: Estate
    root: RootSecret
    vmauth: str = ""
    administrators: Mapping[str, str] = field(default_factory=dict, repr=False)
    folder: CollectionFolder | None = None
    spool: Path | None = None
    expected: Collection[str] = tuple(FIRST)

    def at(self, cabinets: Sequence[Cabinet], ready: Callable[[str], None] = lambda _: None) -> list[Answer]:
        """An answer a list line of these cabinets, the worst first. `ready` is called for each cabinet."""
        silent: dict[tuple[str, str], Text] = {}
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = list(pool.map(partial(self._of, ready, silent), cabinets))
        found.append(self._unknown(cabinets))
        return expectations.worst_first(answer for answers in found for answer in answers)

    def _unknown(self, cabinets: Sequence[Cabinet]) -> list[Answer]:
        """Names of uploads that no list has, at the first cabinet of their distributor.

        It is not known which of them is meant, and branches may be isolated: only a look at all of them shows it.
        """
        if self.spool is None or not {"report", "status"} & set(self.expected):
            return []
        answers: list[Answer] = []
        for distributor, names in unknown_names(self.spool).items():
            mine = [one for one in self.estate.cabinets if one.distributor == distributor and one.state != "absent"]
            if mine and all(one in cabinets for one in mine):
                known = {line.client for cabinet in mine for line in cabinet.installations}
                left = {name: at for name, at in names.items() if name not in known}
                answers += expectations.unknown_uploads(mine[0], left)
        return answers

    def _of(self, ready: Callable[[str], None], silent: dict[tuple[str, str], Text], cabinet: Cabinet) -> list[Answer]:
        """The answers of one cabinet. `silent` holds stores that did not answer another one: they are asked once."""
        answers = expectations.excluded(cabinet.id, self.estate.problems)
        if cabinet.state != "active":
            answers.append(expectations.suspended(cabinet))
        else:
            targets = probed_of(self.folder, cabinet.id) if self.folder else None
            administrator = self.administrators.get(cabinet.events.administrator, "")
            reader = reader_of(cabinet, self.root, self.vmauth, administrator)
            stores = (reader.metrics, administrator or cabinet.events.address)
            try:
                if stores in silent:
                    raise SilentStoreError(silent[stores])
                evidence = gather(reader, time.time(), targets)
            except SilentStoreError as error:
                silent[stores] = error.text
                answers += expectations.unseen(cabinet, error.text)
            except StoreError as error:
                answers += expectations.refused(cabinet, error.text)
            else:
                answers += expectations.judge(cabinet, evidence, self.expected)
        ready(cabinet.id)
        return answers


def awaited(answers: Sequence[Answer]) -> list[Answer]:
    """The answers that become overdue by themselves: waiting for them ends."""
    return [one for one in answers if one.verdict is Verdict.WAITING and one.until]
