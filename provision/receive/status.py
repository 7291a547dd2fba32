"""Turns a smartstatus file into samples of the store: a date line, then metrics of the product as Prometheus text.

The date is an HTTP header of the product: `date:` or `Date:`, its zone GMT or UTC. The metrics are taken as they are,
at that time; labels of the client's line are added, and a label of the product that has such a name becomes
`exported_…`, as Prometheus does it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate
from functools import lru_cache

from provision.model import Installation
from provision.receive.refusal import Refusal
from provision.stores.writing import labels_of

LARGEST = 1 << 20  # bytes; seen are 16 KB
TOLERANCE = 30 * 60  # seconds that the client's clock may be wrong; a wrong time zone is an hour or more
TIME = "kodeks_smartstatus_timestamp_seconds"
_OURS = "kodeks_"  # how names of our own metrics begin
_RESERVED = frozenset({"cabinet", "client", "manager", "host"})
_DATE = re.compile(r"date:\s*(.+?)\s+(?:GMT|UTC)\s*", re.IGNORECASE)
_TEXT = r'[^"\\\n]*(?:\\[\\"n][^"\\\n]*)*'
_LABEL = rf'[a-zA-Z_][a-zA-Z0-9_]*="{_TEXT}"'
_VALUE = r"[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|Inf|NaN)"
_LINE = re.compile(rf"([^{{\s]+(?:\{{.*\}})?)[ \t]+({_VALUE})(?:[ \t]+-?\d+)?")
_SERIES = re.compile(rf"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{{((?:{_LABEL}(?:,\s*{_LABEL})*,?)?)\}})?")
_ONE_LABEL = re.compile(rf'([a-zA-Z_][a-zA-Z0-9_]*)="({_TEXT})"')
_MOST = 20_000  # samples
_LONGEST_LINE = 8192
_REMEMBERED, _LONGEST_REMEMBERED = 1 << 14, 256  # series that are not read again, and the characters of one


@dataclass(frozen=True, slots=True)
class Status:
    """A whole file. `time` is in unix seconds; a sample is a series and the text of its value.

    A series is the beginning of a line for the store, to which the labels of the list are added: `name{a="b",c="d",`
    with its labels in order.
    """

    time: int
    samples: tuple[tuple[str, str], ...]


def parse(content: bytes) -> Status:
    """Raises Refusal (422) for what is no smartstatus file."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal(422, "status", "the status file is not UTF-8") from None
    first, _, rest = text.replace("\r\n", "\n").partition("\n")
    found = _DATE.fullmatch(first.strip())
    moment = parsedate(found[1]) if found else None
    if moment is None:
        raise Refusal(422, "status", "the first line of the status file is no date in GMT or UTC")
    try:
        time = int(datetime(*moment[:6], tzinfo=UTC).timestamp())
    except (ValueError, OverflowError):
        raise Refusal(422, "status", "the first line of the status file is no date in GMT or UTC") from None
    return Status(time, tuple(_samples(rest)))


def check_clock(status: Status, now: float) -> None:
    """Raises Refusal (422) when the client's clock is hours ahead or behind."""
    wrong = status.time - now
    if abs(wrong) > TOLERANCE:
        hours = f"{abs(wrong) / 3600:.1f} h {'ahead' if wrong > 0 else 'behind'}"
        raise Refusal(422, "clock", f"the clock of the client's server is {hours}")


def lines(status: Status, cabinet: str, managers: Iterable[Installation]) -> Iterator[tuple[dict[str, str], str, int]]:
    """Labels (with `__name__`, unescaped), value and time in milliseconds of each sample; one a line of the list."""
    for line in managers:
        ours = labels_of(cabinet, line)
        for series, value in status.samples:
            name, _, inside = series.partition("{")
            theirs = {name: _unescaped(text) for name, text in _ONE_LABEL.findall(inside)}
            yield {"__name__": name, **theirs, **ours}, value, status.time * 1000
        yield {"__name__": TIME, **ours}, str(status.time), status.time * 1000


def whole_text(status: Status, cabinet: str, managers: Iterable[Installation]) -> str:
    """All samples in the text format of Prometheus: what lines() and as_text() give, ten times as fast."""
    parts = []
    for line in managers:
        own = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels_of(cabinet, line).items())
        parts += [f"{series}{own}}} {value} {status.time}000\n" for series, value in status.samples]
        parts.append(f"{TIME}{{{own}}} {status.time} {status.time}000\n")
    return "".join(parts)


def as_text(labels: dict[str, str], value: str, time: int) -> str:
    """One sample in the text format of Prometheus."""
    inside = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items() if name != "__name__")
    return f"{labels['__name__']}{{{inside}}} {value} {time}\n"


def _samples(text: str) -> Iterator[tuple[str, str]]:
    seen = set()
    for line in text.split("\n"):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        found = _LINE.fullmatch(bare) if len(bare) <= _LONGEST_LINE else None
        if found is None:
            raise Refusal(422, "status", "the status file has a line that is no metric")
        written, value = found.groups()
        series = _known_series(written) if len(written) <= _LONGEST_REMEMBERED else _series(written)
        if series in seen:
            raise Refusal(422, "status", "the status file has the same metric twice")
        seen.add(series)
        if len(seen) > _MOST:
            raise Refusal(422, "status", f"the status file has more than {_MOST} metrics")
        yield series, value


def _series(written: str) -> str:
    """The series as Status has it: labels in order, those that have a name of ours renamed. Raises Refusal."""
    found = _SERIES.fullmatch(written)
    if found is None:
        raise Refusal(422, "status", "the status file has a line that is no metric")
    name, inside = found.groups()
    if name.startswith(_OURS):
        raise Refusal(422, "status", f"names of metrics that begin with {_OURS} are ours")
    labels = sorted((_free(label), text) for label, text in _ONE_LABEL.findall(inside or ""))
    names = {label for label, _ in labels}
    if len(names) < len(labels):
        raise Refusal(422, "status", "a metric of the status file has the same label twice")
    if any(label.startswith("__") for label in names):  # __name__ would rename the metric
        raise Refusal(422, "status", "names of labels that begin with __ are the store's")
    inside = "".join(f'{label}="{text}",' for label, text in labels)
    return f"{name}{{{inside}"


_known_series = lru_cache(_REMEMBERED)(_series)  # clients send the same series every 15 minutes


def _free(name: str) -> str:
    return f"exported_{name}" if name in _RESERVED else name


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
