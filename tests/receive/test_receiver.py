"""The receiver over real HTTP: what it takes, what it refuses with which code, and what of it reaches the store."""

import random
import socket
import struct
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from provision.collect.unknown import unknown_names
from provision.stores.local import EventsServer, MetricsServer
from provision.whole_files import replaced
from tests.receive.stage import KEY, PATIENCE, Receiver, eventually, points, receiving, script_line, status, zipped
from tests.world import World

REPORT = zipped(report_xml=b"<sysinfo/>")


def own(receiver: Receiver, **labels: str) -> str:
    """A selector of Volga's series."""
    return (
        "{" + ",".join(f'{key}="{value}"' for key, value in {"cabinet": receiver.world.volga, **labels}.items()) + "}"
    )


def test_a_status_file_becomes_numbers_of_each_manager(receiver: Receiver) -> None:
    """At the time of its date line, which is read whatever its case and zone word; with labels from the list."""
    content = status(120, word="Date: ", zone="UTC", value=1)
    answer = receiver.send("Fabrika.status", content)
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "path": "/files/Fabrika.status"})
    eventually(lambda: len(points(receiver, own(receiver, client="Fabrika"))) == 6, "two managers have three series")

    found = points(receiver, own(receiver, client="Fabrika"))
    names = {(one["metric"]["__name__"], one["metric"]["manager"]) for one in found}
    managers = {receiver.world.login("ivanova"), receiver.world.login("sidorova")}
    assert {manager for _, manager in names} == managers
    (times,) = {tuple(one["timestamps"]) for one in found}
    assert abs(times[0] / 1000 - (time.time() - 120)) < PATIENCE
    assert times[0] % 1000 == 0
    values = {one["metric"]["__name__"]: one["values"] for one in found}
    assert values["kodeks_smartstatus_timestamp_seconds"] == [times[0] // 1000]
    assert values["kserver_main_page"] == [1]
    page = next(one["metric"] for one in found if one["metric"]["__name__"] == "kserver_main_page")
    assert page == {
        "__name__": "kserver_main_page",
        "service": "kodweb",
        "path": "/docs",
        "cabinet": receiver.world.volga,
        "client": "Fabrika",
        "host": "Fabrika",
        "manager": page["manager"],
    }


def test_a_file_that_comes_twice_counts_once(receiver: Receiver) -> None:
    """Also when it comes again after it was delivered, and from several senders at once."""
    content = status(300)
    senders = [threading.Thread(target=receiver.send, args=("Zavod.status", content)) for _ in range(6)]
    for one in senders:
        one.start()
    for one in senders:
        one.join()
    selector = own(receiver, client="Zavod", __name__="kserver_main_page")
    eventually(lambda: bool(points(receiver, selector)), "the file is delivered")
    assert receiver.send("Zavod.status", content).status_code == 200
    assert receiver.send("Zavod.status", status(200)).status_code == 200
    eventually(lambda: len(points(receiver, selector)[0]["timestamps"]) >= 2, "the next file is delivered")

    assert len(points(receiver, selector)[0]["timestamps"]) == 2


def test_labels_and_times_of_the_client_cannot_claim_anything(receiver: Receiver) -> None:
    """A label of ours becomes exported_…, a time on the line is not used; values come as they are."""
    more = (
        f'odd{{cabinet="{receiver.world.don}",host="x",text="a\\"b\\\\c"}} 1.5e3 1\n'
        'kserver_memory{kind="free"} +Inf\nkserver_load 0.25'
    )
    assert receiver.send("Zavod.status", status(60, more=more)).status_code == 200
    selector = own(receiver, __name__="odd")
    eventually(lambda: bool(points(receiver, selector)), "it is delivered")

    (found,) = points(receiver, selector)
    assert found["metric"]["exported_cabinet"] == receiver.world.don
    assert (found["metric"]["host"], found["metric"]["text"]) == ("Zavod", 'a"b\\c')
    assert found["values"] == [1500]
    assert abs(found["timestamps"][0] / 1000 - time.time()) < 60 + PATIENCE
    assert not points(receiver, f'{{cabinet="{receiver.world.don}",__name__="odd"}}')


def nested() -> bytes:
    return zipped(inner_zip=REPORT)


def hidden_nested() -> bytes:
    return zipped(inner_xml=REPORT)


def bomb() -> bytes:
    return zipped(a_xml=b"\0" * (40 << 20))


def lying_bomb() -> bytes:
    """The list of files says 10 bytes; the data are 40 MB."""
    packed = bytearray(bomb())
    place = packed.rfind(b"PK\x01\x02")
    struct.pack_into("<L", packed, place + 24, 10)
    return bytes(packed)


def many_files() -> bytes:
    return zipped(**{f"f{number}": b"" for number in range(10_000)})


def leads_out() -> bytes:
    return zipped(**{"../../etc/cron_d/x": b"x"})


def absolute() -> bytes:
    return zipped(**{"/etc/passwd": b"x"})


def windows_path() -> bytes:
    return zipped(**{"C:\\Windows\\x": b"x"})


def encrypted() -> bytes:
    """The flag is set; zipfile cannot write such a file itself."""
    packed = bytearray(REPORT)
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.find(sign) + offset] |= 1
    return bytes(packed)


def cut() -> bytes:
    return zipped(a_xml=bytes(range(256)) * 4000)[:-400]


def damaged() -> bytes:
    packed = bytearray(zipped(a_xml=b"<a>" + bytes(range(256)) * 40))
    packed[60] ^= 0xFF
    return bytes(packed)


def empty() -> bytes:
    return zipped()


ZIPS: tuple[Callable[[], bytes], ...] = (
    *(nested, hidden_nested, bomb, lying_bomb, many_files, leads_out, absolute, windows_path, encrypted, cut),
    *(damaged, empty),
)


@pytest.mark.parametrize("make", ZIPS, ids=lambda make: make.__name__)
def test_a_zip_that_may_not_be_unpacked_is_refused(receiver: Receiver, make: Callable[[], bytes]) -> None:
    """422, nothing is left of it, and what is accepted is still accepted."""
    answer = receiver.send("Kombinat.zip", make())

    assert (answer.status_code, answer.json()["error"]) == (422, "zip")
    assert receiver.head("Kombinat.zip") == 404
    assert list((receiver.spool / "incoming").iterdir()) == []


STATUS_FILES = {
    "no date": (b"hello\nkserver_main_page 0\n", "status"),
    "local time": (b"date: Thu, 16 Apr 2026 10:08:51 MSK\n", "status"),
    "no such day": (b"date: Thu, 46 Apr 2026 10:08:51 GMT\n", "status"),
    "old": (status(3 * 3600), "clock"),
    "ahead": (status(-86400), "clock"),  # made when the tests are collected
    "no metric": (status(more="<html>"), "status"),
    "ours": (status(more="kodeks_check_status 1"), "status"),
    "twice": (status(more="a 1\na 2"), "status"),
    "twice in another order": (status(more='a{x="1",y="2"} 1\na{y="2",x="1"} 2'), "status"),
    "a label twice": (status(more='a{host="1",exported_host="2"} 1'), "status"),
    "another name": (status(more='a{__name__="kodeks_check_status"} 1'), "status"),
    "not UTF-8": (status(more="a") + b"\xff", "status"),
}


@pytest.mark.parametrize("name", STATUS_FILES)
def test_a_status_file_that_cannot_be_right_is_refused(receiver: Receiver, name: str) -> None:
    """422 with the reason."""
    content, reason = STATUS_FILES[name]
    answer = receiver.send("Kombinat.status", content)

    # Kombinat is a client of the other cabinet of the same distributor.
    assert (answer.status_code, answer.json()["error"]) == (422, reason)
    assert receiver.head("Kombinat.status") == 404


def test_every_other_refusal_has_its_code(receiver: Receiver) -> None:
    """400, 401, 403, 404, 405, 413, 415: by real requests, each answered in JSON without an echo of the token."""
    other = receiver.root.upload_token(f"o{receiver.world.tag}", 1)
    stranger = receiver.root.upload_token(receiver.dealer, 2)
    cases = [
        (receiver.send("Zavod.zip", REPORT, token=""), 401),
        (receiver.send("Zavod.zip", REPORT, token="wrong"), 401),
        (receiver.send("Zavod.zip", REPORT, token=stranger), 401),
        (receiver.send("Zavod.zip", REPORT, token=other), 403),
        (receiver.send("Zavod.zip", REPORT, headers={"dealer": f"o{receiver.world.tag}"}), 403),
        (receiver.send("Zavod.zip", REPORT, headers={"dealer": None}), 403),
        (receiver.send("Zavod.zip", REPORT, headers={"upload": None}), 400),
        (receiver.send("Strannik.zip", REPORT), 404),
        (receiver.send("Nobody.zip", REPORT), 404),
        (receiver.send("../../Zavod.zip", REPORT), 404),
        (receiver.send("Zavod.status", b"date: x\n" + b"#" * (1 << 20)), 413),
        (receiver.send("Zavod.xml", b"<a/>"), 415),
        (receiver.send("Zavod.zip", b"<a/>"), 415),
        (receiver.send("Zavod.status", REPORT), 415),
    ]
    where: dict[str, Any] = {
        "params": {"token": receiver.token},
        "headers": {"upload": "yes", "dealer": receiver.dealer},
    }
    url = f"{receiver.url}/upload"
    parts = [("file", (f"f{number}", b"x")) for number in range(10_000)]
    for answer, code in (
        (requests.post(url, data=b"x", timeout=PATIENCE, **where), 415),
        (requests.post(url, files=parts, timeout=PATIENCE, **where), 413),
        (requests.post(url, files=parts[:2], timeout=PATIENCE, **where), 400),
        (requests.get(url, timeout=PATIENCE, **where), 405),
        (requests.get(f"{receiver.url}/files/Zavod.zip", timeout=PATIENCE, **where), 405),
        (requests.get(f"{receiver.url}/nowhere", timeout=PATIENCE), 404),
        (requests.get(f"{receiver.url}/metrics", timeout=PATIENCE), 401),
    ):
        cases.append((answer, code))

    assert [(number, answer.status_code) for number, (answer, _) in enumerate(cases)] == [
        (number, code) for number, (_, code) in enumerate(cases)
    ]
    for answer, _ in cases:
        assert answer.json()["ok"] is False
        assert receiver.token not in answer.text
        assert other not in answer.text


def test_what_is_too_large_is_refused_before_it_is_sent(receiver: Receiver) -> None:
    """The length in the header decides: 413 comes while the body is still to come."""
    host, port = receiver.url.removeprefix("http://").split(":")
    head = (
        f"POST /upload?token={receiver.token} HTTP/1.1\r\nHost: {host}\r\nupload: yes\r\ndealer: {receiver.dealer}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {70 << 20}\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(head.encode())
        assert connection.recv(64).startswith(b"HTTP/1.1 413 ")


def test_a_report_that_nothing_reads_is_kept(receiver: Receiver) -> None:
    """The newest three of a client; HEAD finds it; the log says so."""
    for number in range(5):
        assert receiver.send("Fabrika.zip", zipped(report_xml=f"<a>{number}</a>".encode())).status_code == 200
    kept = receiver.spool / "kept" / receiver.dealer / "Fabrika"
    eventually(lambda: kept.exists() and len(list(kept.glob("*.zip"))) == 3 and not waiting(receiver), "three are kept")

    names = {zipfile.ZipFile(one).read("report.xml") for one in kept.glob("*.zip")}
    assert names == {f"<a>{number}</a>".encode() for number in (2, 3, 4)}
    assert receiver.head("Fabrika.zip") == 200
    assert "no reader recognises it, kept" in receiver.said()


def waiting(receiver: Receiver) -> list[Path]:
    return [one for stage in ("status", "reports", "alerts") for one in (receiver.spool / stage).glob("*/*/*.*")]


def test_a_large_report_is_taken_whole(receiver: Receiver) -> None:
    """20 MB, as products send them: what is in the spool is what was sent. Over 64 MB it is refused."""
    content = zipped(report_xml=random.Random(2).randbytes(20 << 20))
    assert receiver.send("Kombinat.zip", content).status_code == 200
    kept = receiver.spool / "kept" / receiver.dealer / "Kombinat"
    eventually(lambda: kept.exists() and not waiting(receiver), "it is kept")

    (file,) = kept.glob("*.zip")
    assert file.read_bytes() == content
    too_large = zipped(report_xml=random.Random(3).randbytes(64 << 20))
    assert receiver.send("Kombinat.zip", too_large).status_code == 413


def test_refusals_are_noted_for_verify(receiver: Receiver) -> None:
    """In the cabinet's store for a client that is known, with the reason; in the spool for a name of no list."""
    receiver.send("Fabrika.zip", REPORT, token="wrong")
    receiver.send("Fabrika.zip", cut())
    receiver.send("Fabrika.status", status(2 * 3600))
    receiver.send("Fabrika.status", b"<html>sign in</html>")
    receiver.send("Fabrikka.zip", REPORT)
    selector = own(
        receiver, __name__="kodeks_upload_refused", client="Fabrika", manager=receiver.world.login("ivanova")
    )

    def reasons() -> set[str]:
        return {one["metric"]["reason"] for one in points(receiver, selector)}

    eventually(lambda: reasons() >= {"token", "zip", "clock", "status"}, "all four are in the store")
    assert "Fabrikka" in unknown_names(receiver.spool)[receiver.dealer]
    assert "Fabrika" not in unknown_names(receiver.spool)[receiver.dealer]


def test_its_metrics_are_behind_a_key(receiver: Receiver) -> None:
    """As a scraper reads them."""
    answer = requests.get(f"{receiver.url}/metrics", headers={"Authorization": f"Bearer {KEY}"}, timeout=PATIENCE)
    assert 'smart_receiver_requests_total{kind="upload",status="200"}' in answer.text
    assert "smart_receiver_estate_valid 1.0" in answer.text


def test_no_token_is_left_anywhere(receiver: Receiver) -> None:
    """Neither in the log, in names or contents of the spool nor among the arguments of processes."""
    broken = f"GET /upload?token={receiver.token} HTTP/9.9\r\nbroken\r\n\r\n".encode()
    host, port = receiver.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(broken)
        connection.recv(100)
    receiver.send("Zavod.zip", REPORT)
    receiver.send("Zavod.zip", REPORT, token=receiver.token + "x")

    seen = receiver.said()
    seen += "".join(f"{one} {one.read_bytes()!r}" for one in receiver.spool.rglob("*") if one.is_file())
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            seen += process.read_text(errors="replace")
        except OSError:
            continue
    assert receiver.token not in seen
    assert KEY not in seen
    assert "Traceback" not in seen


def test_changes_of_the_estate_are_taken_up(
    applied: World, tmp_path: Path, metrics_server: MetricsServer, events_server: EventsServer
) -> None:
    """A new client and a new token without a restart; a closed token is refused; a broken file changes nothing."""
    with receiving(applied, tmp_path, metrics_server, events_server) as receiver:
        second = receiver.root.upload_token(receiver.dealer, 2)
        assert receiver.send("Novyj.status", status()).status_code == 404
        lists = applied.folder / "volga_manager_20260417.csv"
        before = lists.read_text(encoding="utf-8")
        lists.write_text(before + script_line(applied, "Novyj", "ivanova"), encoding="utf-8")
        eventually(lambda: receiver.send("Novyj.status", status(30)).status_code == 200, "the new client is known")
        assert applied.run("token", "rotate", receiver.dealer).exit_code == 0
        eventually(lambda: receiver.send("Zavod.status", status(40), second).status_code == 200, "the new token works")
        assert receiver.send("Zavod.status", status(50)).status_code == 200
        assert applied.run("token", "close", receiver.dealer).exit_code == 0
        eventually(lambda: receiver.send("Zavod.status", status(60)).status_code == 401, "the old token is closed")

        whole = (applied.folder / "tenants.yaml").read_bytes()
        with replaced(applied.folder / "tenants.yaml") as file:
            file.write(whole + b"\nnonsense: [\n")
        eventually(lambda: "the former one stays in force" in receiver.said(), "it says so")
        assert receiver.send("Novyj.status", status(70), second).status_code == 200
        with replaced(applied.folder / "tenants.yaml") as file:
            file.write(whole.replace(b"    tokens: [2]\n", b""))
        eventually(lambda: receiver.send("Zavod.status", status(80)).status_code == 200, "the file is read again")
        lists.write_text(before, encoding="utf-8")
        assert "Traceback" not in receiver.said()
