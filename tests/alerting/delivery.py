"""What a real Grafana sends, and to which addresses. Run by hand: it requires Grafana's binary and takes half an hour.

    GRAFANA_HOME=/usr/share/grafana python -m pytest -s tests/alerting/delivery.py

`GRAFANA_HOME` is the folder with bin/grafana and conf/. With `GRAFANA_DATABASE=postgres` Grafana keeps its data in a
PostgreSQL of its own instead of SQLite. Mail, Telegram and the operator's log are received on loopback.
"""

import html
import json
import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests

from provision.stores import local
from provision.stores.local import MetricsServer
from tests.alerting.receivers import Mailboxes, Posts, free_port, http_server, mail_server, tls, wait_until
from tests.contract.alerting import POINTS, POLICIES, RULES, TEMPLATES, group_path, rule
from tests.world import World

INSTALLATIONS = 40
SOON = 240  # seconds: a new configuration is taken up within a minute, a group waits another
LATER = 900  # a group reports what has changed after five minutes
SENDER = "alert@example.ru"
RUNBOOKS = "https://smart.example.ru/alerts"


@dataclass
class Stage:
    """A Grafana whose messages arrive here, and an estate applied to it."""

    world: World
    metrics: MetricsServer
    boxes: Mailboxes
    telegram: Posts
    log: Posts
    first_apply: float  # seconds


@contextmanager
def grafana(folder: Path, settings: dict[str, str]) -> Iterator[str]:
    """A running one, by its address; ended with the test."""
    home, port = Path(os.environ["GRAFANA_HOME"]), free_port()
    for name in ("data", "logs", "plugins", "provisioning/alerting"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    env = {
        **os.environ,
        "GF_SERVER_HTTP_ADDR": "127.0.0.1",
        "GF_SERVER_HTTP_PORT": str(port),
        "GF_PATHS_DATA": str(folder / "data"),
        "GF_PATHS_LOGS": str(folder / "logs"),
        "GF_PATHS_PLUGINS": str(folder / "plugins"),
        "GF_PATHS_PROVISIONING": str(folder / "provisioning"),
        "GF_LOG_MODE": "file",
        "GF_ANALYTICS_REPORTING_ENABLED": "false",
        "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
        "GF_PLUGINS_PREINSTALL_DISABLED": "true",
        **settings,
    }
    binary = home / "bin" / "grafana"
    process = subprocess.Popen([binary, "server", "--homepath", home], env=env, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"

    def is_up() -> bool:
        assert process.poll() is None, "Grafana ended by itself"
        try:
            return requests.get(f"{url}/api/health", timeout=5).ok
        except requests.ConnectionError:
            return False

    try:
        wait_until(is_up, 600, "Grafana serves")
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@contextmanager
def database() -> Iterator[dict[str, str]]:
    """Grafana's settings for its own database: none for SQLite."""
    if os.environ.get("GRAFANA_DATABASE") != "postgres":
        yield {}
        return
    with TemporaryDirectory(dir="/var/tmp", prefix="smart-delivery-") as name:
        Path(name).chmod(0o711)  # PostgreSQL runs as a user of its own
        with local.postgresql(Path(name) / "cluster", database="grafana") as server:
            yield {
                "GF_DATABASE_TYPE": "postgres",
                "GF_DATABASE_HOST": f"{server.host}:{server.port}",
                "GF_DATABASE_NAME": server.database,
                "GF_DATABASE_USER": "postgres",
                "GF_DATABASE_PASSWORD": server.password,
                "GF_DATABASE_SSL_MODE": "disable",
            }


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Two cabinets on a fresh server; Volga has forty installations of one manager, one also of another, and a chat."""
    folder = tmp_path_factory.mktemp("delivery")
    with ExitStack() as stack:
        boxes, mail_port = stack.enter_context(mail_server())
        context, authority = tls(folder)
        telegram, proxy_port = stack.enter_context(http_server(context))
        log, log_port = stack.enter_context(http_server())
        metrics = stack.enter_context(local.victoria_metrics(folder / "metrics"))
        users = folder / "auth.yml"
        users.write_text("users:\n- {username: writer, password: Pw-Example-9, url_prefix: 'http://127.0.0.1:1/'}\n")
        proxy = stack.enter_context(local.vmauth(users))
        settings = {
            "GF_SMTP_ENABLED": "true",
            "GF_SMTP_HOST": f"127.0.0.1:{mail_port}",
            "GF_SMTP_STARTTLS_POLICY": "NoStartTLS",
            "GF_SMTP_FROM_ADDRESS": SENDER,
            "GF_EMAILS_CONTENT_TYPES": "text/html,text/plain",
            "HTTPS_PROXY": f"http://127.0.0.1:{proxy_port}",
            "SSL_CERT_FILE": str(authority),
            **stack.enter_context(database()),
        }
        url = stack.enter_context(grafana(folder / "grafana", settings))
        (folder / "estate").mkdir()
        world = World(url, "admin", "admin", folder=folder / "estate", api="auto")
        world.env = {
            "SMART_VMAUTH_FILE": str(users),
            "SMART_VMAUTH_URL": proxy.url,
            "SMART_VMAUTH_RELOAD_KEY": proxy.key,
            "SMART_VM_URL": metrics.url,
            "SMART_VM_PASSWORD": metrics.login.password,
            "SMART_TELEGRAM_TOKEN": "1234567:only-for-tests",
            "SMART_LOG_URL": f"http://127.0.0.1:{log_port}/alerts",
        }
        world.change("tenants.yaml", "http://127.0.0.1:8427", proxy.url)
        world.change(
            "tenants.yaml", "    isolated: true\n", '    isolated: true\n    telegram: {chat: "-1001234567890"}\n'
        )
        ours = f'alerting: {{operator: ops@example.ru, heads: true, runbooks: "{RUNBOOKS}"}}'
        world.change("tenants.yaml", "defaults: {", f"defaults: {{{ours}, ")
        lines = [
            world.manager_line("ivanova", f"{world.tag}n{number}.example.ru:80") for number in range(INSTALLATIONS)
        ]
        lines.append(world.manager_line("sidorova", f"{world.tag}n0.example.ru:80"))  # n0 has two managers
        world.write("volga_manager_20260417.csv", "".join(lines))
        title = f"title: Дон {world.tag}\n"  # the neighbour's quiet hours never end
        world.change(
            "tenants.yaml", title, f'{title}        alerting: {{quiet_hours: [{{from: "00:00", to: "00:00"}}]}}\n'
        )
        began = time.monotonic()
        world.apply()
        yield Stage(world, metrics, boxes, telegram, log, time.monotonic() - began)


def boxes_of(stage: Stage, subject: str) -> Counter[str]:
    """How many mails with that in the subject each mailbox has."""
    return Counter(mail.mailbox for mail in stage.boxes.mails if subject in mail.subject)


def fire(world: World, org: int, title: str, **labels: str) -> None:
    """A rule with these labels that fires at once."""
    whole = {**rule(title.lower(), title, **{"for": "0s"}), "labels": {"smart": "1", **labels}}
    whole["annotations"] = {"summary": f"Случай {title}", "description": "Проверка"}
    world.ask("PUT", group_path("probe", title), {"interval": 10, "rules": [whole]}, org=org)


def quench(world: World, org: int, title: str) -> None:
    """The rule holds no longer."""
    group = world.ask("GET", group_path("probe", title), org=org)
    (one,) = group["rules"]
    one["data"][0]["model"]["expression"] = "1 == 0"
    world.ask("PUT", group_path("probe", title), {"interval": 10, "rules": [one]}, org=org)


def test_a_fresh_cabinet_is_ready_within_75_seconds(stage: Stage) -> None:
    """With everything, its alerting included; a second apply writes nothing."""
    world = stage.world
    print(f"\nfirst apply of two cabinets with alerting: {stage.first_apply:.1f} s")
    assert stage.first_apply < 75
    before = world.writes()
    world.apply()
    assert world.writes() == before
    assert world.run("drift").exit_code == 0


def test_each_route_reaches_its_people_and_nobody_else(stage: Stage) -> None:
    """The end of an alert, too. A mailbox of the other cabinet hears of nothing."""
    world, manager = stage.world, f"{stage.world.login('ivanova')}"
    org, head = world.org(world.volga), f"orlova{world.tag}@example.ru"
    world.ask("POST", "/api/folders", {"uid": "probe", "title": "Проба"}, org=org)
    expected = {
        "ProbeDown": {"sos@example.ru", head, f"{manager}@example.ru"},
        "ProbeUsage": {"usage@example.ru", f"{manager}@example.ru"},
        "ProbeMass": {"sos@example.ru", head},
        "ProbeOperator": {"ops@example.ru"},
        "ProbeStranger": {"sos@example.ru", head},
    }
    fire(world, org, "ProbeDown", route="high_priority", severity="critical", priority="K2", manager=manager)
    fire(world, org, "ProbeUsage", route="usage", severity="info", priority="K5", manager=manager)
    fire(world, org, "ProbeMass", route="high_priority", severity="info", priority="K1")
    fire(world, org, "ProbeOperator", route="operator", severity="critical", priority="K3")
    fire(world, org, "ProbeStranger", route="high_priority", severity="critical", priority="K3", manager="nobody")
    began = time.monotonic()
    wait_until(
        lambda: all(set(boxes_of(stage, f"[FIRING:1] {name} ")) == boxes for name, boxes in expected.items()),
        SOON,
        f"every route arrives; there are {[(mail.mailbox, mail.subject) for mail in stage.boxes.mails]}",
    )
    print(f"\nall routes after {time.monotonic() - began:.0f} s")
    assert all(max(boxes_of(stage, f"] {name} ").values()) == 1 for name in expected)
    wait_until(lambda: len(stage.telegram.got) >= 2, 60, "Telegram gets what is critical")
    texts = [body["text"] if isinstance(body, dict) else "" for body in telegram_texts(stage)]
    assert sorted(re.search(r"Probe\w+", text)[0] for text in texts) == ["ProbeDown", "ProbeStranger"]  # type: ignore[index]
    assert stage.telegram.got[0][0] == "/bot1234567:only-for-tests/sendMessage"
    logged = {alert["labels"]["alertname"] for body in stage.log.bodies() for alert in body["alerts"]}
    assert logged == set(expected)
    tokens = {headers["Authorization"] for _, headers, _ in stage.log.got}
    assert len(tokens) == 1
    assert all(token.startswith("Bearer ") for token in tokens)
    for name in expected:
        quench(world, org, name)
    began = time.monotonic()
    wait_until(
        lambda: all(set(boxes_of(stage, f"[RESOLVED:1] {name} ")) == boxes for name, boxes in expected.items()),
        LATER,
        "the end of each is reported",
    )
    print(f"all ends after {time.monotonic() - began:.0f} s")
    world.ask("DELETE", "/api/folders/probe?forceDeleteRules=true", org=org)
    assert not [mail for mail in stage.boxes.mails if "don" in mail.mailbox or "petrov" in mail.mailbox]
    assert {str(mail.message["From"]) for mail in stage.boxes.mails} >= {next(iter(stage.boxes.mails)).message["From"]}


def telegram_texts(stage: Stage) -> list[dict[str, str]]:
    """The fields of what was sent to Telegram."""
    found = []
    for _, headers, body in stage.telegram.got:
        names = re.findall(r'name="(\w+)"\r\n\r\n(.*?)\r\n--', body, re.DOTALL)
        found.append(dict(names) if names else json.loads(body))
        assert headers
    return found


def plant(stage: Stage, value: int) -> None:
    """The last checks of Volga's installations: `value` 0 is a port that does not answer. n0 is probed for both."""
    now, world = int(time.time()), stage.world
    whose = [("ivanova", number) for number in range(INSTALLATIONS)] + [("sidorova", 0)]
    lines = [
        f'kodeks_check_status{{cabinet="{world.volga}",client="{host}",host="{host}",manager="{world.login(manager)}",'
        f'check="tcp"}} {value} {now}000'
        for manager, host in ((manager, f"{world.tag}n{number}.example.ru:80") for manager, number in whose)
    ]
    sent = stage.metrics.ask("/api/v1/import/prometheus", method="POST", body="\n".join(lines).encode())
    assert sent.status == 204
    assert stage.metrics.ask(f"/internal/force_flush?authKey={stage.metrics.key}").status == 200


def hasten(world: World, org: int) -> None:
    """The rules are evaluated every ten seconds and hold nothing back: only the waiting is cut short."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in world.ask("GET", RULES, org=org):
        groups.setdefault(one["ruleGroup"], []).append({**one, "for": "0s"})
    for name, rules in groups.items():
        if name.startswith("smart-"):
            world.ask("PUT", group_path("smart-dashboards", name), {"interval": 10, "rules": rules}, org=org)


def test_forty_installations_down_are_one_message_a_receiver(stage: Stage) -> None:
    """The fault is in the store, the rule is ours; the neighbour, who has the same rules, hears of nothing."""
    world, manager = stage.world, f"{stage.world.login('ivanova')}@example.ru"
    other, all_of = f"{world.login('sidorova')}@example.ru", {"sos@example.ru", f"orlova{world.tag}@example.ru"}
    stage.boxes.mails.clear()
    stage.telegram.got.clear()
    plant(stage, 0)
    for cabinet in (world.volga, world.don):
        hasten(world, world.org(cabinet))
    subject, whole = (f"[FIRING:{count}] KodeksTcpStatus K2 critical" for count in (INSTALLATIONS, INSTALLATIONS + 1))
    began = time.monotonic()
    wait_until(
        lambda: set(boxes_of(stage, whole)) == all_of and set(boxes_of(stage, subject)) == {manager},
        SOON,
        f"forty are down; there are {[(mail.mailbox, mail.subject) for mail in stage.boxes.mails]}",
    )
    print(f"\nforty down after {time.monotonic() - began:.0f} s")
    time.sleep(90)  # for whatever else might come
    mails = Counter((mail.mailbox, mail.subject) for mail in stage.boxes.mails)
    print(f"mails: {dict(mails)}")
    of_operator = {subject for mailbox, subject in mails if mailbox == "ops@example.ru"}
    assert of_operator <= {"[FIRING:1] SmartRulesFail K3 critical"}  # this estate has no PostgreSQL
    assert {key: count for key, count in mails.items() if key[0] != "ops@example.ru"} == {
        (manager, subject): 1,
        (other, "[FIRING:1] KodeksTcpStatus K2 critical"): 1,
        **{(mailbox, whole): 1 for mailbox in all_of},
        **{(mailbox, "[FIRING:1] KodeksTcpStatusCount K1 critical"): 1 for mailbox in all_of},
    }
    (message,) = telegram_texts(stage)
    print(message["text"])
    assert message["text"].count("•") == 20
    assert "и ещё 21" in message["text"]
    assert len(message["text"]) < 4096
    (mail,) = stage.boxes.of(manager)
    print(mail.text[:3000])
    assert mail.text.count(f"{world.tag}n") >= INSTALLATIONS
    for said in (f"ПРОДОЛЖАЕТСЯ: {INSTALLATIONS}", "Как проверить: ", f"{RUNBOOKS}/KodeksTcpStatus", "Панель: http"):
        assert said in mail.text
    assert_panel_opens(world, mail.text, f"{world.tag}n7.example.ru:80")
    plant(stage, 1)
    ended = f"[RESOLVED:{INSTALLATIONS}] KodeksTcpStatus K2 critical"
    wait_until(lambda: set(boxes_of(stage, ended)) == {manager}, LATER, "the end is reported")
    said = next(mail.text for mail in stage.boxes.of(manager) if ended in mail.subject)
    print(said[:1500])
    assert f"ЗАКОНЧИЛОСЬ: {INSTALLATIONS}" in said
    assert "ПРОДОЛЖАЕТСЯ" not in said
    world.apply("--allow-deletes", f"{world.volga}=0")
    assert world.run("drift").exit_code == 0


def assert_panel_opens(world: World, text: str, host: str) -> None:
    """The link of that case leads to a panel of the cabinet, with its variables set to the case."""
    link = next(one for one in re.findall(r"Панель: (\S+)", text) if quote(host, safe="") in one)
    print(link)
    address = urlsplit(html.unescape(link))
    words = parse_qs(address.query)
    assert (address.scheme, address.port) == ("http", urlsplit(world.url).port)  # of the server's root_url
    org = world.org(world.volga)
    assert words["orgId"] == [str(org)]
    uid = address.path.split("/")[2]
    board = world.ask("GET", f"/api/dashboards/uid/{uid}", org=org)["dashboard"]
    assert int(words["viewPanel"][0].removeprefix("panel-")) in {panel["id"] for panel in board["panels"]}
    chosen = {name.removeprefix("var-"): value for name, value in words.items() if name.startswith("var-")}
    assert chosen == {"host": [host], "checktype": ["tcp"]}
    assert set(chosen) <= {variable["name"] for variable in board["templating"]["list"]}


def test_quiet_hours_hold_back_all_but_the_mailbox_for_high_priority(stage: Stage) -> None:
    """Of the neighbour, whose quiet hours never end."""
    world, manager = stage.world, stage.world.login("petrov")
    org = world.org(world.don)
    world.ask("POST", "/api/folders", {"uid": "probe", "title": "Проба"}, org=org)
    stage.boxes.mails.clear()
    fire(world, org, "ProbeDown", route="high_priority", severity="critical", priority="K2", manager=manager)
    fire(world, org, "ProbeUsage", route="usage", severity="info", priority="K5", manager=manager)
    wait_until(lambda: bool(stage.boxes.of("sos-don@example.ru")), SOON, "high priority arrives at any time")
    time.sleep(120)  # for whatever else might come
    assert {mail.mailbox for mail in stage.boxes.mails if "Probe" in mail.subject} == {"sos-don@example.ru"}
    world.ask("DELETE", "/api/folders/probe?forceDeleteRules=true", org=org)


def test_rendered_files_are_loaded_by_file_provisioning(stage: Stage, tmp_path: Path) -> None:
    """Another Grafana starts with the files of a cabinet and then has the same rules, routes and contact points."""
    world = stage.world
    result = world.run("render", world.volga, "-o", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    folder = tmp_path / "grafana" / "provisioning" / "alerting"
    folder.mkdir(parents=True)
    for file in (tmp_path / "out" / world.volga / "alerting").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    ours = world.org(world.volga)
    with grafana(tmp_path / "grafana", {"SMART_TELEGRAM_TOKEN": world.env["SMART_TELEGRAM_TOKEN"]}) as url:
        other = World(url, "admin", "admin", folder=tmp_path, api="auto")
        for path, key in ((RULES, "uid"), (POINTS, "name"), (TEMPLATES, "name")):
            theirs = {one[key]: compared(one) for one in other.ask("GET", path)}
            wanted = {one[key]: compared(one) for one in world.ask("GET", path, org=ours) if one[key] != "smart-log"}
            assert theirs == wanted
        routes = [child["receiver"] for child in world.ask("GET", POLICIES, org=ours)["routes"][0]["routes"]]
        loaded = [child["receiver"] for child in other.ask("GET", POLICIES)["routes"][0]["routes"]]
        assert loaded == [receiver for receiver in routes if receiver != "smart-log"]


def compared(found: dict[str, Any]) -> dict[str, Any]:
    """An alerting object without what differs between two orgs, or between a file and the API."""
    left_out = ("id", "orgID", "folderUID", "updated", "provenance", "version")
    kept = {key: value for key, value in found.items() if key not in left_out}
    settings = {key: value for key, value in found.get("settings", {}).items() if key != "smartFingerprint"}
    return {**kept, **({"settings": settings} if settings else {})}


def test_a_suspended_cabinet_sends_nothing(stage: Stage) -> None:
    """Although its rules would fire. The neighbour's mailbox may still hear of the end of an earlier case."""
    world = stage.world
    title = f"title: Волга {world.tag}\n"
    world.change("tenants.yaml", title, f"{title}        state: suspended\n")
    world.apply(world.volga)
    stage.boxes.mails.clear()
    plant(stage, 0)
    tree = world.ask("GET", POLICIES, org=world.org(world.volga))
    assert tree["routes"][0]["mute_time_intervals"] == ["smart-suspended"]
    time.sleep(150)
    assert {mail.mailbox for mail in stage.boxes.mails} <= {"sos-don@example.ru"}
