"""Probes on the real engines: the exporter, VictoriaMetrics' scraper, and a small fake of the product's pages."""

from contextlib import ExitStack

import pytest

from provision.collect.targets import dump, groups
from provision.model import Installation
from tests.collect.conftest import Engines
from tests.collect.product import closed_port, installation, until

STATUS = "last_over_time(kodeks_check_status[1m])"


def line(client: str, manager: str = "ivanova", transport: str = "http") -> Installation:
    return Installation(client, manager, f"{manager}@example.ru", transport, -1, "lists/x_manager_20261103.csv", 1)


def test_each_installation_is_seen_as_it_is(engines: Engines) -> None:
    """Up, slow, in maintenance, port closed, name unknown, sending by itself: each gives its own three checks."""
    with ExitStack() as stack:
        up = stack.enter_context(installation())
        slow = stack.enter_context(installation(seconds=20))
        busy = stack.enter_context(installation(code=503))
        down = stack.enter_context(closed_port())
        lines = [line(one.address) for one in (up, slow, busy)]
        lines += [line(f"127.0.0.1:{down}"), line("nosuch.invalid:80"), line("Zavod", transport="smartupload")]
        engines.folder.write("targets/romashka.json", dump("romashka", groups("romashka", lines, ())))
        until(lambda: len(engines.series.ask(STATUS)) == 15)

        seen = {(labels["host"], labels["check"]): value for labels, value in engines.series.ask(STATUS)}
        codes = engines.series.by("host", "last_over_time(kodeks_check_http_code[1m])")
        protocols = engines.series.by("host", "last_over_time(kodeks_check_ip_protocol[1m])")

    def of(host: str) -> list[float]:
        return [seen[host, check] for check in ("icmp", "tcp", "http200")]

    assert of(up.address) == [1, 1, 1]
    assert of(slow.address) == [1, 1, 0]
    assert of(busy.address) == [1, 1, 0]
    assert of(f"127.0.0.1:{down}") == [1, 0, 0]
    assert of("nosuch.invalid:80") == [0, 0, 0]
    assert codes == {
        up.address: 200,
        slow.address: 0,
        busy.address: 503,
        f"127.0.0.1:{down}": 0,
        "nosuch.invalid:80": 0,
    }
    assert protocols["nosuch.invalid:80"] == 0
    assert protocols[up.address] == 4


def test_series_have_the_labels_of_the_data_model_alone(engines: Engines) -> None:
    """cabinet, client, host, manager, check; nothing else is stored of a probe, not even the scraper's own series."""
    with installation() as up:
        engines.folder.write("targets/romashka.json", dump("romashka", groups("romashka", [line(up.address)], ())))
        until(lambda: len(engines.series.ask('{cabinet!=""}')) == 5)
        stored = engines.series.ask('last_over_time({__name__!="",__name__!~"vm_.*"}[1m])')

    assert {labels.get("__name__", "") for labels, _ in engines.series.ask('{cabinet!=""}')} == {
        "kodeks_check_status",
        "kodeks_check_http_code",
        "kodeks_check_ip_protocol",
    }
    for labels, _ in stored:
        assert labels.keys() - {"__name__"} == {"cabinet", "client", "host", "manager", "check"}
        assert (labels["cabinet"], labels["client"], labels["manager"]) == ("romashka", up.address, "ivanova")


def test_a_page_check_reads_the_page(engines: Engines) -> None:
    """A check of the table signs in as smartlogin and looks for its text; a changed page changes the status."""
    checks = ("auth", "key", "Maintenance")
    with installation() as up:
        wanted = groups("romashka", [line(up.address)], checks)
        engines.folder.write("targets/romashka.json", dump("romashka", wanted))

        def seen() -> dict[str, float]:
            return engines.series.by("check", STATUS)

        until(lambda: len(seen()) == 6)
        assert seen() == dict.fromkeys(("icmp", "tcp", "http200", *checks), 1)
        up.pages["/admin/"] = "<p>Ключ не найден</p>"
        until(lambda: seen()["key"] == 0)
        assert seen() == {**dict.fromkeys(("icmp", "tcp", "http200", *checks), 1), "key": 0}
        up.pages["/"] = "<p>Включён режим обслуживания</p>"
        until(lambda: seen()["Maintenance"] == 0)


@pytest.mark.parametrize("after", [None, "orlova"], ids=["the line is removed", "the manager is changed"])
def test_a_changed_file_changes_what_is_probed(engines: Engines, after: str | None) -> None:
    """The old series end at once and stay in the history; a new manager's begin."""
    with installation() as up:
        name = "targets/romashka.json"
        engines.folder.write(name, dump("romashka", groups("romashka", [line(up.address)], ())))
        until(lambda: engines.series.ask('kodeks_check_status{manager="ivanova"}'))
        lines = [line(up.address, after)] if after else []
        engines.folder.write(name, dump("romashka", groups("romashka", lines, ())))
        until(lambda: not engines.series.ask('kodeks_check_status{manager="ivanova"}'))
        if after:
            until(lambda: engines.series.ask(f'kodeks_check_status{{manager="{after}"}}'))
        asked = dict(up.asked)
        counted = engines.series.ask('count_over_time(kodeks_check_status{manager="ivanova"}[10m])')
        until(lambda: after is None or up.asked != asked)

        assert engines.series.ask('count_over_time(kodeks_check_status{manager="ivanova"}[10m])') == counted
        assert all(value >= 1 for _, value in counted)
