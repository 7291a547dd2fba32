"""What the program does with a Grafana, as commands that a user runs, beside bare requests for the same work."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import requests

import dashboards
from benchmarks.bare_writer import BareWriter
from benchmarks.measures import SECRET, Measure, Run, made, run, seconds
from provision import config

SMALL = 50
_EDITED = "dashboards/kodeks_analytics.py"
_EDIT = ("Лицензии, поиски, запросы и документы", "Лицензии, запросы, поиски и документы")


class Server:
    """The server under test. Both hands work on it in turn; requests are counted by the server itself."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url
        self.folder = Path(tempfile.mkdtemp(prefix="bench-"))
        self.bare = BareWriter(url, user, password)
        self.environment = {
            "GRAFANA_URL": url,
            "GRAFANA_USER": user,
            "GRAFANA_PASSWORD": password,
            "SMART_SECRET": SECRET,
            "XDG_CACHE_HOME": str(self.folder / "cache"),
        }

    @property
    def requests(self) -> int:
        """How many requests the server has answered so far."""
        counted = requests.get(f"{self.url}/sandbox/requests", timeout=60)
        if counted.ok:
            return int(counted.json()["total"])
        text = requests.get(f"{self.url}/metrics", timeout=60).text
        rows = re.findall(
            r'^grafana_http_request_duration_seconds_count\{.*handler="/api.*\} (\d+)$', text, re.MULTILINE
        )
        return sum(map(int, rows))

    def measure(self) -> Iterator[Measure]:
        """A first apply of a small estate; plans of it and of a large one; one dashboard changed in all of that.

        The small one is planned while it is alone on the server: a plan looks at the mark of every org.
        """
        what = "with alerts" if self.bare.has_alerting else "without alerts"
        many = int(os.environ.get("CABINETS", 500))
        small, _cabinets = made(SMALL, f"s{os.getpid()}")
        first = self.apply(small).wall
        one, plan = self._planning(small, SMALL)
        yield self._writing(what, first)
        other, large = self._planning(self._applied(many), many)
        for count, (taken, again, bare) in ((SMALL, plan), (many, large)):
            yield _ratio(f"plan of {count} cabinets {what}, no change", taken.wall, bare, "≤", 1.3)
            yield _ratio("  … planned again", again.wall, bare, "≤", 1.3)
        each = (other - one) / (many - SMALL) if many > SMALL else one / SMALL
        bound = 12 if self.bare.has_alerting else 8
        yield Measure("  … requests for each further cabinet", f"{each:.2f}", f"{self.bare.reads}", each, "≤", bound)
        growth = (large[0].wall / many) / (plan[0].wall / SMALL)
        yield Measure(f"  … time a cabinet, of {many} to {SMALL}", f"{growth:.2f}", "–", growth, "≤", 1.1)
        memory = large[0].memory
        yield Measure(f"  … memory at {many}, MB", f"{memory:.0f} MB", "–", memory, "≤", 100)
        yield self._changing(many)

    def _ours(self, estate: Path, *words: str | Path, **environment: str) -> Run:
        return run("-f", estate, *words, environment={**self.environment, **environment})

    def apply(self, estate: Path, **environment: str) -> Run:
        """`provision apply`; its folders are temporary."""
        folders = ("--handover", self.folder / "handover", "--backup", self.folder / "backup")
        return self._ours(estate, "apply", "--yes", *folders, **environment)

    def _writing(self, what: str, first: float) -> Measure:
        """Both make 50 cabinets of the same size, in turn; the better of each two counts. Ours took `first` seconds."""
        ours, bare = [first], []
        for turn in range(2):
            _path, theirs = made(SMALL, f"b{turn}x{os.getpid()}")
            bare.append(seconds(lambda cabinets=theirs: self.bare.make(cabinets)))  # type: ignore[misc]
            if turn == 0:
                ours.append(self.apply(made(SMALL, f"a{os.getpid()}")[0]).wall)
        one, other = min(ours), min(bare)
        return Measure(
            f"first apply of {SMALL} cabinets {what}", f"{one:.1f} s", f"{other:.1f} s", other / one, "≥", 0.9
        )

    def _applied(self, cabinets: int) -> Path:
        self.large, self.cabinets = made(cabinets, f"l{os.getpid()}")
        self.apply(self.large)
        return self.large

    def _planning(self, estate: Path, cabinets: int) -> tuple[int, tuple[Run, Run, float]]:
        """The requests of a plan that remembers nothing; its run, that of a second plan, and the seconds of the bare
        reads. The better of two each, in turn.
        """
        titles = {cabinet.title: cabinet for cabinet in config.load(estate).cabinets}
        orgs = self.bare.orgs(titles)
        assert len(orgs) == cabinets, "not all cabinets were made"
        bare, first, again, asked = [], [], [], 0
        for turn in range(2):
            memory = str(self.folder / f"memory{cabinets}-{turn}")
            bare.append(self._barely("read", orgs))
            before = self.requests
            first.append(self._ours(estate, "plan", "--exit-code", XDG_CACHE_HOME=memory))
            asked = self.requests - before
            again.append(self._ours(estate, "plan", "--exit-code", XDG_CACHE_HOME=memory))
        return asked, (min(first, key=_wall), min(again, key=_wall), min(bare))

    def _changing(self, cabinets: int) -> Measure:
        """Somebody edits the file of one dashboard: an apply, against the bare reads and one bare write an org."""
        before = self.writes()
        ours = self.edited(self.large)
        assert self.writes() - before == cabinets, "an apply writes what has changed, and nothing else"
        orgs = self.bare.orgs({cabinet.title: cabinet for cabinet in self.cabinets})
        bare = self._barely("change", orgs)
        return _ratio(f"one dashboard changed in {cabinets} cabinets", ours.wall, bare, "≤", 1.2)

    def _barely(self, what: str, orgs: Sequence[int]) -> float:
        """Seconds that benchmarks.bare takes for it, as a command in a process of its own, too."""
        command = [sys.executable, "-m", "benchmarks.bare", what, *map(str, orgs)]
        environment = {**os.environ, **self.environment}
        return seconds(lambda: subprocess.run(command, check=True, env=environment))

    def edited(self, estate: Path) -> Run:
        """An apply after somebody has edited the file of one dashboard."""
        code = Path(tempfile.mkdtemp(prefix="bench-"))
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(Path(dashboards.__file__).parent, code / "dashboards", ignore=ignored)
        file = code / _EDITED
        text = file.read_text(encoding="utf-8")
        assert text.count(_EDIT[0]) == 1
        file.write_text(text.replace(*_EDIT), encoding="utf-8")
        return self.apply(estate, PYTHONPATH=str(code))

    def writes(self) -> int:
        """How many of the requests were to change something."""
        counted = requests.get(f"{self.url}/sandbox/requests", timeout=60)
        if counted.ok:
            return int(counted.json()["writes"])
        text = requests.get(f"{self.url}/metrics", timeout=60).text
        return sum(number for labels, number in _counted(text) if 'method="GET"' not in labels)


def _counted(text: str) -> Iterator[tuple[str, int]]:
    """Labels and number of the requests to a Grafana's APIs, from its own metrics (12.4)."""
    for labels, number in re.findall(
        r"^grafana_http_request_duration_seconds_count\{(.*)\} (\d+)$", text, re.MULTILINE
    ):
        if 'handler="/api' in labels:
            yield labels, int(number)


def _wall(run: Run) -> float:
    return run.wall


def _ratio(what: str, ours: float, bare: float, sense: str, bound: float) -> Measure:
    return Measure(what, f"{ours:.1f} s", f"{bare:.1f} s", ours / bare, sense, bound)
