"""Alert events: what Grafana's webhook sends becomes rows of the cabinet's database, an alert once."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from provision.credential import RootSecret
from provision.stores.local import EventsServer, MetricsServer
from tests.receive.stage import PATIENCE, Receiver, eventually, receiving, script_line
from tests.world import SECRET, World

START = datetime(2026, 11, 3, 10, 15, tzinfo=UTC)


def alert(number: int = 1, *, ended: datetime | None = None, **labels: str) -> dict[str, Any]:
    """One alert as Grafana 12.4 sends it."""
    return {
        "status": "resolved" if ended else "firing",
        "labels": {
            "alertname": "KodeksTcpStatus",
            "client": "Zavod",
            "manager": "ivanova",
            "host": "Zavod",
            "priority": "K2",
            "severity": "critical",
            "smart": "1",
            **labels,
        },
        "annotations": {"summary": "Порт не отвечает", "description": "Установка недоступна"},
        "startsAt": (START + timedelta(minutes=number)).isoformat().replace("+00:00", ".123456789Z"),
        "endsAt": ended.isoformat() if ended else "0001-01-01T00:00:00Z",
        "fingerprint": f"c6eadffa33fcdf{number:02}",
    }


@pytest.fixture
def rows(receiver: Receiver, events_server: EventsServer) -> Any:
    """The rows of a cabinet."""

    def read(cabinet: str) -> list[tuple[Any, ...]]:
        database = RootSecret(SECRET).database_name(cabinet)
        with psycopg.connect(events_server.conninfo(database), autocommit=True) as connection:
            what = "cabinet, client, manager, priority, severity, alertname, text, user_login, started_at, ended_at"
            return connection.execute(f"SELECT {what} FROM core.alert_events ORDER BY started_at".encode()).fetchall()

    return read


def post(receiver: Receiver, cabinet: str, *alerts: dict[str, Any], generation: int = 1) -> requests.Response:
    token = receiver.root.log_token(cabinet, generation)
    return requests.post(
        f"{receiver.url}/alerts",
        data=json.dumps({"receiver": "smart-log", "status": "firing", "alerts": alerts}),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        timeout=PATIENCE,
    )


def test_an_alert_is_one_row_from_its_start_to_its_end(receiver: Receiver, rows: Any) -> None:
    """Sent again it stays one row; when it ends the row gets the end; a late repeat does not take it away."""
    cabinet, end = receiver.world.volga, START + timedelta(hours=2)
    assert post(receiver, cabinet, alert(), alert(2, user="u1")).status_code == 200
    eventually(lambda: len(rows(cabinet)) == 2, "two rows")
    assert post(receiver, cabinet, alert(), alert(3)).status_code == 200
    assert post(receiver, cabinet, alert(ended=end)).status_code == 200
    eventually(lambda: rows(cabinet)[0][-1] == end, "the end is there")
    assert post(receiver, cabinet, alert(), alert(4)).status_code == 200
    eventually(lambda: len(rows(cabinet)) == 4, "four rows")

    found = rows(cabinet)
    assert found[0][:8] == (cabinet, "Zavod", "ivanova", "K2", "critical", "KodeksTcpStatus", "Порт не отвечает", None)
    assert found[1][7] == "u1"
    assert [row[-1] for row in found] == [end, None, None, None]
    assert found[0][8] == START + timedelta(minutes=1, microseconds=123456)


def test_a_cabinet_without_a_database_does_not_hold_up_the_others(receiver: Receiver, rows: Any) -> None:
    """It is in the file and not yet applied: its alerts wait, those of others become rows."""
    world = receiver.world
    tenants = world.folder / "tenants.yaml"
    before, fresh = tenants.read_text(encoding="utf-8"), f"{world.tag}-fresh"
    other = before[before.index(f"  o{world.tag}:") :]
    world.write("fresh_manager_20260417.csv", script_line(world, "Novyj", "kuznetsov"))
    tenants.write_text(
        before
        + other.replace(f"  o{world.tag}:", f"  f{world.tag}:")
        .replace(f"{world.tag}-other", fresh)
        .replace("other_manager", "fresh_manager")
        .replace("Другие", "Новые")
        .replace("-o@", "-f@"),
        encoding="utf-8",
    )
    eventually(lambda: post(receiver, fresh, alert()).status_code == 200, "the new cabinet is known")
    eventually(lambda: f"Cabinet {fresh} has no database" in receiver.said(), "its alert waits")
    count = len(rows(world.don))
    assert post(receiver, world.don, alert(50)).status_code == 200
    eventually(lambda: len(rows(world.don)) == count + 1, "the row of Don")
    tenants.write_text(before, encoding="utf-8")


def test_the_former_token_is_closed_an_hour_after_the_new_one_was_used(
    applied: World, tmp_path: Path, metrics_server: MetricsServer, events_server: EventsServer
) -> None:
    """Until then both are accepted, also by the next receiver; then the former one is 401."""
    tenants, don = applied.folder / "tenants.yaml", applied.don
    before = tenants.read_text(encoding="utf-8")
    tenants.write_text(before.replace(f"      {don}:\n", f"      {don}:\n        generation: 2\n"), encoding="utf-8")
    noted = tmp_path / "spool" / "tokens.json"
    with receiving(applied, tmp_path, metrics_server, events_server) as receiver:
        assert post(receiver, don, alert(60)).status_code == 200
        assert not noted.exists()
        for generation, status in ((2, 200), (1, 200), (3, 401)):
            assert post(receiver, don, alert(60), generation=generation).status_code == status
    generation, since = json.loads(noted.read_text(encoding="utf-8"))[don]
    assert generation == 2
    noted.write_text(json.dumps({don: [2, since - 3601]}), encoding="utf-8")
    with receiving(applied, tmp_path, metrics_server, events_server) as receiver:
        for generation, status in ((1, 401), (2, 200)):
            assert post(receiver, don, alert(60), generation=generation).status_code == status
    tenants.write_text(before, encoding="utf-8")


def test_an_alert_reaches_its_own_cabinet_alone(receiver: Receiver, rows: Any) -> None:
    """The token says whose it is, whatever the body claims; a wrong one is 401, a stranger's body 422."""
    don = receiver.world.don
    before, of_don = len(rows(receiver.world.volga)), len(rows(don))
    assert post(receiver, don, alert(70, cabinet=receiver.world.volga)).status_code == 200
    eventually(lambda: len(rows(don)) == of_don + 1, "a row of Don")
    assert {row[0] for row in rows(don)} == {don}
    assert len(rows(receiver.world.volga)) == before
    assert post(receiver, don, alert(), generation=7).status_code == 401
    for body in (b"", b"[]", b"{", b'{"alerts": [{}]}', b'{"alerts": [1]}', b"\xff", b'{"alerts": 7}'):
        token = receiver.root.log_token(don, 1)
        answer = requests.post(
            f"{receiver.url}/alerts", data=body, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE
        )
        assert (body, answer.status_code) == (body, 422)
    assert "Traceback" not in receiver.said()
