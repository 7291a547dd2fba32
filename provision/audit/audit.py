"""Audits cabinets side by side: chooses which others each must not see, makes its Viewer and Editor, tries all ways."""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, count

from provision.audit.checks import checks
from provision.audit.contact_points import way_through_contact_points
from provision.audit.findings import Finding, Report
from provision.audit.numbers import THROUGH, ways_to_numbers
from provision.audit.parties import Party
from provision.audit.rows import ways_to_rows
from provision.audit.server import way_as_editor, way_to_grafana, way_without_login
from provision.audit.server_checks import server_checks
from provision.audit.viewer import Viewer, remove_left, viewer
from provision.audit.ways import Memory, go
from provision.credential import RootSecret, Store
from provision.directory import Directory
from provision.errors import LoginError, ProvisionError, UnreachableError
from provision.grafana import Grafana
from provision.model import Cabinet
from provision.stores.access import Access, names
from provision.text import Text

_ALL = Text("весь аудит", "the whole audit")
_NO_ORG = Text("в Grafana нет организации этого кабинета", "Grafana has no org of this cabinet")
_ALONE = Text("нет другого кабинета, который не должен быть виден", "there is no other cabinet that must not be seen")
_SUSPENDED = Text("кабинет приостановлен: войти в него некому", "the cabinet is suspended: nobody may get in")
_THREADS = 6  # for each cabinet that is audited at a time: the others wait for a session to end


class Audit:
    """One audit of a server. `cabinets` is the whole estate: any of them may be a victim.

    `accepted` are the server settings that tenants.yaml accepts. `store` is VictoriaMetrics itself, "" when unknown.
    Each cabinet is tried against two others; where more than `few` are chosen, against one, by turns of its own
    distributor and of another, and through Grafana by /api/ds/query and one of the three other ways to numbers.
    """

    def __init__(
        self,
        server: Grafana,
        root: RootSecret,
        cabinets: Sequence[Cabinet],
        *,
        accepted: Collection[str] = (),
        store: str = "",
        few: int = 50,
    ) -> None:
        self._server = server
        self._root = root
        self._cabinets = {cabinet.id: cabinet for cabinet in cabinets}
        self._accepted = accepted
        self._store = store
        self._stop = threading.Event()
        self._turn = threading.Semaphore(server.probing.most)
        self._few = few
        self._directory = Directory(server, root)
        self._parties: dict[str, Party | None] = {}
        accesses = [Access(one.id, one.generation) for one in cabinets]
        stores: tuple[Store, ...] = ("metrics", "events")
        self._names = {name: one.cabinet for store in stores for name, one in names(root, store, accesses)}

    def run(self, chosen: Sequence[Cabinet], progress: Callable[[str], None]) -> Report:
        """Everything tried for the chosen cabinets. `progress` hears of each that is ready.

        Raises UnreachableError and LoginError. No Viewer is left, not even then; those of killed runs go first.
        """
        remove_left(self._server)
        one_victim = len(chosen) > self._few

        def work(number: int, cabinet: Cabinet) -> list[Finding]:
            with self._turn:
                found = list(self._audit(cabinet, number if one_victim else None))
            progress(cabinet.id)
            return found

        with ThreadPoolExecutor(self._server.probing.most * _THREADS) as pool:
            try:
                shared = server_checks(
                    self._server, self._directory, self._cabinets.values(), self._accepted, self._store
                )
                return Report([*shared, *chain.from_iterable(pool.map(work, count(), chosen))])
            except BaseException:  # Ctrl-C too: each Viewer goes as soon as the way under way ends
                self._stop.set()
                pool.shutdown(cancel_futures=True)
                raise

    def _audit(self, cabinet: Cabinet, turn: int | None) -> Iterator[Finding]:
        """What is found of one cabinet. `turn` is its number where each is tried against one other."""
        try:
            own = self._party(cabinet)
            if own is None:
                yield Finding(cabinet.id, "", _ALL, _ALL, "untried", _NO_ORG)
                return
            realms = {one.id: one.realm for one in self._cabinets.values()}
            yield from checks(own, self._names_of_others(cabinet), realms, self._directory)
            if cabinet.state == "suspended":  # a Viewer is refused everything, which shows nothing of the fences
                yield Finding(cabinet.id, "", _ALL, _ALL, "untried", _SUSPENDED)
                return
            with viewer(self._server, own.org) as someone:
                header = self._server.settings.get("auth.proxy", {}).get("header_name") or "X-WEBAUTH-USER"
                yield from go(way_without_login(own, someone, str(header)), cabinet.id, "")
                victims = list(self._victims(own, turn))
                memory = Memory()
                if victims:
                    yield from self._try(own, victims[0], someone, memory, turn)
                else:
                    yield Finding(cabinet.id, "", _ALL, _ALL, "untried", _ALONE)
            for victim in victims[1:]:
                with viewer(self._server, own.org) as someone:
                    yield from self._try(own, victim, someone, memory, turn)
            if any(person.role == "Editor" for person in cabinet.let_in):
                yield from self._try_as_editor(own, victims)
        except (UnreachableError, LoginError):
            raise
        except ProvisionError as error:
            yield Finding(cabinet.id, "", _ALL, _ALL, "untried", error.text)

    def _try(self, own: Party, victim: Party, someone: Viewer, memory: Memory, turn: int | None) -> Iterator[Finding]:
        through = THROUGH if turn is None else (THROUGH[turn // 2 % len(THROUGH)],)  # turn % 2 chooses the victim
        ways = chain(
            ways_to_numbers(own, victim, someone, memory, through),
            ways_to_rows(own, victim, someone, memory, self._rest),
            [way_to_grafana(own, victim, someone, memory)],
        )
        for way in ways:
            if self._stop.is_set():
                return
            yield from go(way, own.cabinet.id, victim.cabinet.id)

    def _try_as_editor(self, own: Party, victims: Sequence[Party]) -> Iterator[Finding]:
        stores = {"vmauth": own.cabinet.metrics.url, "PostgreSQL": f"http://{own.cabinet.events.address}"}
        if self._store:
            stores["VictoriaMetrics"] = self._store
        with viewer(self._server, own.org, "Editor") as editor:
            yield from go(way_through_contact_points(editor, stores), own.cabinet.id, "")
            memory = Memory()
            for victim in victims:
                yield from go(way_as_editor(own, victim, editor, memory), own.cabinet.id, victim.cabinet.id)

    def _rest(self, seconds: float) -> None:
        """Waits while another cabinet is audited."""
        self._turn.release()
        try:
            time.sleep(seconds)
        finally:
            self._turn.acquire()

    def _party(self, cabinet: Cabinet) -> Party | None:
        """The cabinet on the server, None where it has no org; read once: many have the same victims."""
        if cabinet.id not in self._parties:
            self._parties[cabinet.id] = self._read(cabinet)
        return self._parties[cabinet.id]

    def _read(self, cabinet: Cabinet) -> Party | None:
        number = self._directory.find(cabinet.id, cabinet.title)
        if number is None:
            return None
        org = self._directory.org(number, cabinet.id)
        rows = org.get("/api/datasources")
        sources = [org.get(f"/api/datasources/uid/{row['uid']}") for row in rows]
        clients = {row.client for row in cabinet.installations} | {row.firm for row in cabinet.accesses}
        return Party(cabinet, frozenset(clients), org, sources, self._root)

    def _victims(self, own: Party, turn: int | None) -> Iterator[Party]:
        """One cabinet of the same distributor that must not be seen, if there is one, and one of another.

        With a turn one of them: of another distributor at odd numbers.
        """
        realm, distributor = own.cabinet.realm, own.cabinet.distributor
        apart = [one for one in self._cabinets.values() if one.realm != realm]
        near = [one for one in apart if one.distributor == distributor]
        far = [one for one in apart if one.distributor != distributor]
        left = 2 if turn is None else 1
        for cabinet in (*far, *near) if (turn or 0) % 2 else (*near[:1], *far, *near[1:]):
            party = self._party(cabinet) if left else None
            if party is not None:
                left -= 1
                yield party

    def _names_of_others(self, own: Cabinet) -> dict[str, str]:
        """User names at the stores, of every generation, and whose they are."""
        return {name: cabinet for name, cabinet in self._names.items() if cabinet != own.id}
