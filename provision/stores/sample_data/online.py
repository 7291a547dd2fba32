"""Online accesses: quotas that shrink until the 1st, polls that fail, searches."""

from random import Random

from provision.model import OnlineAccess
from provision.stores import polls
from provision.stores.sample_data.clock import HOUR, Clock, at
from provision.stores.sample_data.sink import RowSink, SeriesSink, stamps
from provision.stores.sample_data.subject import SampleCabinet
from provision.stores.sample_data.words import search_text

_KINDS = ("docs", "search", "print", "upload")
_TARIFFS = ((300, 300, 150, 150), (600, 600, 300, 300), (1000, 1000, 500, 500), (150, 150, 50, 50))
_ERRORS = (
    ("ConnectionTimeout", "the server did not answer within 30 seconds"),
    ("ReadTimeOut", "the answer broke off"),
    ("HTTPError", "502 Bad Gateway"),
    ("OtherErrorCode400+", "429 Too Many Requests"),
    ("ConnectionError", "connection refused"),
    ("RequestException", "too many redirects"),
)
_WRONG_PASSWORD = ("LoginPasswordError", "login or password refused")
_NIGHT = range(2, 3)  # local hours of Moscow without a poll


def poll(cabinet: SampleCabinet, clock: Clock, seed: int, series: SeriesSink, rows: RowSink) -> None:
    """Adds all series and rows of the cabinet's online accesses; all are polled one after another, hourly."""
    phase = sum(cabinet.id.encode()) * 37 % HOUR
    all_times = clock.reports(phase)
    times = [time for time in all_times if (time // HOUR + 3) % 24 not in _NIGHT]
    busy = clock.busyness(3, times)
    months = clock.months(times)
    joined = stamps(times)
    for number, access in enumerate(cabinet.accesses):
        rng = Random(f"{seed}/{cabinet.id}/{access.host}/{access.folder}/{access.login}")  # noqa: S311 - made-up data
        failed = _fail(cabinet, access, number, times, rng, rows)
        left, limits = _consume(cabinet, access, rng, times, busy, months, rows)
        labels = polls.labels(cabinet.id, access)
        up = ["0" if place in failed else "1" for place in range(len(times))]
        series.add("kodeks_online_up", labels, joined, ",".join(up))
        seen = [place for place in range(len(times)) if place not in failed]
        if not seen:
            continue
        seen_stamps = joined if not failed else stamps(times[place] for place in seen)
        for kind, values, limit in zip(_KINDS, left, limits, strict=True):
            known = values if not failed else [values[place] for place in seen]
            kinds = {**labels, "kind": kind}
            series.add("kodeks_online_billing_left", kinds, seen_stamps, ",".join(map(str, known)))
            series.add("kodeks_online_billing_limit", kinds, seen_stamps, ",".join([str(limit)] * len(seen)))
        _alert(cabinet, access, clock, [values[seen[-1]] for values in left], len(times) - 1 in failed, rows)


def _fail(
    cabinet: SampleCabinet, access: OnlineAccess, number: int, times: list[int], rng: Random, rows: RowSink
) -> set[int]:
    """The places in `times` where the poll failed. One access in fifty has had a wrong password for days."""
    failed = {place: rng.choice(_ERRORS) for place in range(len(times)) if rng.random() < 0.002}
    if number % 50 == 7:
        failed |= dict.fromkeys(range(max(0, len(times) - 80), len(times)), _WRONG_PASSWORD)
    for place, (name, detail) in sorted(failed.items()):
        rows.add(
            "online_poll_errors",
            *(at(times[place]), cabinet.id, access.firm, access.manager, access.host, access.folder, access.login),
            *(name, detail),
        )
    return set(failed)


def _consume(
    cabinet: SampleCabinet,
    access: OnlineAccess,
    rng: Random,
    times: list[int],
    busy: list[float],
    months: list[int],
    rows: RowSink,
) -> tuple[list[list[int]], tuple[int, ...]]:
    """What is left of each kind at each poll, and the quotas. A fifth of the accesses is never used, some run dry."""
    limits = rng.choice(_TARIFFS)
    level = 0.0 if rng.random() < 0.2 else rng.lognormvariate(0.0, 0.8) * limits[0] / 300
    saves, prints = rng.uniform(0.05, 0.4), rng.uniform(0.02, 0.3)
    docs, searches, printed, uploads = limits
    # The history begins in the middle of a month: something is used already.
    docs, searches = int(docs * rng.uniform(0.3, 1)), int(searches * rng.uniform(0.3, 1))
    left: list[list[int]] = [[], [], [], []]
    random, month = rng.random, months[0]
    for place, share in enumerate(busy):
        if months[place] != month:
            month = months[place]
            docs, searches, printed, uploads = limits
        used = int(level * share * 2 * random() + random() * 0.95) if level * share > 0.05 else 0
        if used and docs > 0 and searches > 0:
            docs = max(0, docs - used)
            searches = max(0, searches - 1 - used // 2)
            printed = max(0, printed - int(used * prints + random() * 0.6))
            uploads = max(0, uploads - int(used * saves + random() * 0.6))
            if random() < 0.5:
                _search(cabinet, access, rng, times[place], rows)
        for values, value in zip(left, (docs, searches, printed, uploads), strict=True):
            values.append(value)
    return left, limits


def _search(cabinet: SampleCabinet, access: OnlineAccess, rng: Random, time: int, rows: RowSink) -> None:
    found = rng.random() > 0.05
    seconds = round(0.3 + time // HOUR % 37 / 9, 3) if time // HOUR % 2 else None  # the server does not always say it
    # Texts come once a day, at night.
    report = at(time - time % 86400 + 86400)
    rows.add(
        "search_queries",
        *(at(time - rng.random() * HOUR), report, cabinet.id, "online", access.firm, access.manager),
        *(access.firm, access.host, access.folder, access.login, search_text(rng, found=found), "i", "ksrv"),
        *("success" if found else "empty", seconds),
    )


def _alert(
    cabinet: SampleCabinet, access: OnlineAccess, clock: Clock, left: list[int], refused: bool, rows: RowSink
) -> None:
    """What would be firing now: a login that is refused, a quota that has run out."""
    firing = [("OnlineLoginFailed", "K3", "critical", "Вход не удаётся")] if refused else []
    names = ("OnlineBillingDocsLeftZero", "OnlineBillingSearchLeftZero")
    firing += [
        (name, "K3", "critical", "Квота исчерпана") for name, value in zip(names, left, strict=False) if not value
    ]
    for name, priority, severity, text in firing:
        rows.add(
            "alert_events",
            *(at(clock.now - 6 * HOUR), None, cabinet.id, access.firm, access.manager, priority, severity, name),
            *(f"{text}: {access.firm}", None, None, access.folder, access.host, access.login, None, None),
        )
