"""Every panel that sysinfo answers, asked after nothing but reports in the documented form was imported.

Two cabinets whose clients are in other zones (corrections -1 and 2), thirteen months of reports, vmalert at work on our
rules; the dashboards' own queries, through the cabinets' own doors.
"""

import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import dashboards
from dashboards import Scope
from provision import config
from provision.cli import main
from provision.collect.recording import recording
from provision.credential import RootSecret
from provision.reports.form import MADE_HERE, RECORDED, ROWS, SAMPLES
from provision.stores import registry
from provision.stores.access import Access
from provision.stores.cluster import Cluster
from provision.stores.collectors import vmalert
from provision.stores.contract import CHECK, METRICS, ONLINE, SMARTSTATUS, TELEGRAF
from provision.stores.local import EventsServer, MetricsServer, postgresql, victoria_metrics, vmauth
from tests.collect.product import until
from tests.collect.series import Series
from tests.dashboards.questions import Question, questions
from tests.dashboards.ways import RefusedError, Way, own
from tests.reports.estate import ESTATE, report
from tests.stores.world import fence_rows, write_users
from tests.world import SECRET

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@cache
def now() -> datetime:
    """The minute in which these tests begin, which is later than when they are collected."""
    return datetime.now(UTC).replace(second=0, microsecond=0)


CLIENT = "203.0.113.5:80"  # in both cabinets: what a sheet of one installation shows
# By cabinet: a word that is in its texts alone, and tz_correction.
CABINETS = {"t-volga": ("romashka", -1), "t-ural": ("kopyta", 2)}
# Data of these sources come in other ways.
_OTHERS = {metric.name for metric in METRICS if metric.source in (CHECK, TELEGRAF, SMARTSTATUS, ONLINE)}
_OF_REPORTS = {*SAMPLES, *MADE_HERE, *RECORDED} - _OTHERS
_TABLES = re.compile(r"core\.(\w+)")
_METRICS = re.compile(r"\bkodeks_\w+")


def lines(word: str, correction: int, moment: datetime, first: bool) -> Iterator[Mapping[str, Any]]:
    """What a report says: numbers of the month that grow, and one row of each table."""
    local = moment + (4 + correction) * HOUR
    shown = local.strftime("%Y-%m-%dT%H:%M:%S")
    of_month = local.day * 24 + local.hour + 1
    for name, schema in SAMPLES.items():
        parts = {label: part for label, part in schema["properties"].items() if label not in ("metric", "value")}
        labels = {label: part.get("enum", [f"{label}-{word}"])[0] for label, part in parts.items()}
        value: float = 1 if name == "kodeks_senselock_state" else of_month if name.endswith("_mtd") else 5
        if name.endswith("timestamp_seconds"):
            value = (moment + 40 * DAY).timestamp()
        for kind in parts.get("kind", {}).get("enum", [""]):
            yield {"metric": name, **labels, **({"kind": kind} if kind else {}), "value": value}
        if name == "kodeks_user_db_requests_hour":  # somebody who has asked for nothing in 60 days
            yield {"metric": name, **labels, "user": f"idle-{word}", "value": 0}
    who = {"user_login": f"user-{word}", "domain": f"domain-{word}"}
    for number, status in enumerate(("success", "empty")):
        search = {"user_login": f"user-{word}", "query_text": f"гост {number} {word}", "search_type": "i"}
        how = {"status": status, "duration_seconds": 70, "source": "ksrv", "catalog": "docs"}
        yield {"row": "search_queries", "ts": shown, **search, **how}
    yield {"row": "connected_users", **who, "ip": "192.0.2.7", "server_time": shown, "browser": "Firefox"}
    yield {"row": "user_cards", **who, "fullname": f"Имя {word}"}
    yield {"row": "software_versions", "component": "ksrv", "version": "6.4.5.127"}
    yield {"row": "login_rejections", "ts": shown, **who, "reason": "no_seats"}
    yield {"row": "asrp_uploads", "ts": shown, "state": "Принят", "response": "warning", "upload_number": "7"}
    if first:
        yield {"row": "asrp_uploads", "ts": shown, "state": "Повтор", "response": "ok"}


def history(word: str, correction: int) -> str:
    """Hourly reports of a day, and one every twelfth day of thirteen months before."""
    moments = [now() - age * HOUR for age in range(26)] + [now() - age * DAY for age in range(2, 390, 12)]
    return "".join(
        report(
            CLIENT,
            moment + (4 + correction) * HOUR,
            lines(word, correction, moment, first=moment == moments[0]),
            legal_name=f"ООО «{word}»",
            regnum="111222",
        )
        for moment in sorted(moments)
    )


@dataclass(frozen=True, slots=True)
class Stage:
    """How each cabinet asks, the store of numbers, and the end of every time range."""

    ways: Mapping[str, Way]
    metrics: MetricsServer
    now: datetime


@pytest.fixture(scope="module")
def stage(folder: Path) -> Iterator[Stage]:
    """Both cabinets after one import each; vmalert has recorded."""
    root = RootSecret(SECRET)
    place = folder / "reports"
    place.mkdir()
    with ExitStack() as stack:
        metrics = stack.enter_context(victoria_metrics(place / "numbers"))
        events = stack.enter_context(postgresql(folder / "reports-rows"))
        imported(place, metrics, events, root)
        users = place / "users.yml"
        accesses = [Access(cabinet) for cabinet in CABINETS]
        write_users(users, metrics, root, accesses)
        door = stack.enter_context(vmauth(users))
        rules = place / "rules.yml"
        rules.write_text(re.sub(r"interval: \d+s", "interval: 1s", recording()), encoding="utf-8")
        stack.enter_context(vmalert(rules, metrics, place / "vmalert.log"))
        series = Series(metrics)
        until(lambda: all(len(series.ask(f"count by (cabinet) ({name})")) == 2 for name in RECORDED & _OF_REPORTS))
        ways = {cabinet: stack.enter_context(own(cabinet, root, door, events)) for cabinet in CABINETS}
        # Ranges end at whole steps, and what was recorded a moment ago is to be in them.
        yield Stage(ways, metrics, datetime.now(UTC) + HOUR)


def imported(place: Path, metrics: MetricsServer, events: EventsServer, root: RootSecret) -> None:
    """The estate with its registry, and the import of all reports."""
    (place / "tenants.yaml").write_text(ESTATE.format(tag="t"), encoding="utf-8")
    for cabinet, (word, correction) in CABINETS.items():
        who = f"{cabinet}-m,{cabinet}-m@example.ru,http,download,upload,process,ping"
        text = f"{CLIENT},{who},{correction},3600,604800\n"
        (place / f"{cabinet[2:]}_manager_20260417.csv").write_text(text, encoding="utf-8")
        (place / f"{cabinet}.ndjson").write_text(history(word, correction), encoding="utf-8")
    cluster = Cluster(events.conninfo())
    fence_rows(cluster, root, [Access(cabinet) for cabinet in CABINETS])
    for one in config.load(place / "tenants.yaml").cabinets:
        with cluster.connect(root.database_name(one.id)) as connection:
            registry.write(connection, one.id, [], registry.clients(one))
    env = {
        "SMART_VM_URL": metrics.url,
        "SMART_VM_PASSWORD": metrics.login.password,
        "SMART_VM_KEY": metrics.key,
        "SMART_EVENTS_ADMIN": events.conninfo(),
    }
    for cabinet in CABINETS:
        command = ["import", "--cabinet", cabinet, str(place / f"{cabinet}.ndjson")]
        arguments = ["--lang", "en", "-f", str(place / "tenants.yaml"), *command]
        result = CliRunner(env=env).invoke(main, arguments, catch_exceptions=False)
        assert (result.exit_code, "refused: 0" in result.output) == (0, True), result.output


def of_reports(question: Question) -> bool:
    """Whether reports alone answer it."""
    if question.kind == "rows":
        tables = set(_TABLES.findall(question.text))
        return bool(tables & set(ROWS)) and tables <= {*ROWS, "clients"} and "'online'" not in question.text
    names = set(_METRICS.findall(question.text))
    return bool(names & _OF_REPORTS) and not names & _OTHERS


def asked(scope: Scope, now: datetime) -> Iterator[tuple[str, Question]]:
    """Every question of every dashboard over three days that reports answer.

    But those of `today`, which lists only what is wrong: test_today has such cases.
    """
    seen: set[Question] = set()
    for slug in (one for one in dashboards.slugs() if one != "today"):
        for question in questions(slug, scope, 3 * DAY, now):
            if question not in seen and of_reports(question):
                seen.add(question)
                yield slug, question


def test_every_panel_of_sysinfo_is_answered(stage: Stage, scope: Scope) -> None:
    """None is empty, each shows what the panel names, and neither cabinet sees a word of the other."""
    faults = []
    count = 0
    for slug, question in asked(scope, stage.now):
        for cabinet, way in stage.ways.items():
            count += 1
            strange = next(word for other, (word, _) in CABINETS.items() if other != cabinet)
            try:
                answer = way.ask(question)
            except RefusedError as error:
                faults.append(f"{slug}, {question.about}: {error}")
                continue
            shown = [answer.columns] if question.kind == "rows" else answer.rows
            if not answer.rows:
                faults.append(f"{cabinet}, {slug}, {question.about}: empty: {question.text}")
            elif not all(question.shows <= set(one) for one in shown):
                faults.append(f"{cabinet}, {slug}, {question.about}: lacks some of {set(question.shows)}")
            if strange in json.dumps(answer.rows, default=str, ensure_ascii=False):
                faults.append(f"{cabinet}, {slug}, {question.about}: holds {strange}")
    assert not faults, "\n".join(faults)
    assert count > 100


def test_every_metric_and_table_of_the_form_is_asked_for(scope: Scope) -> None:
    """No part of the form is left unread by the panels that are checked here, but for what only alert rules read."""
    texts = " ".join(question.text for _, question in asked(scope, now()))
    unread = {name for name in SAMPLES if name not in texts}

    assert unread == {"kodeks_contract_end_timestamp_seconds", "kodeks_senselock_state"}
    assert {"search_queries", "connected_users", "user_cards", "software_versions", "login_rejections"} <= set(
        _TABLES.findall(texts)
    )


def test_times_are_those_of_the_list_line(stage: Stage) -> None:
    """The newest report of both clients, whose clocks are three hours apart, is of now."""
    found = Series(stage.metrics).ask("max by (cabinet) (tlast_over_time(kodeks_licenses_used[2d]))", at=time.time())

    assert {labels["cabinet"]: value for labels, value in found} == dict.fromkeys(CABINETS, now().timestamp())
