"""compose.yaml, read as data: open ports, which service reaches which, locked admin paths. Nothing is started."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXAMPLE = dict(
    line.split("=", 1)
    for line in (ROOT / "examples/stack.env.example").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)
KEYS = {
    "vmauth": {"reload", "metrics", "flags", "pprof"},
    "victoriametrics": {
        *("delete", "snapshot", "forceFlush", "forceMerge", "search.resetCache"),
        *("config", "reload", "metrics", "flags", "pprof"),
    },
}
FILES = {
    "blackbox": ["blackbox.yml"],
    "victoriametrics": ["scrape.yml", "relabel.yml"],
    "vmalert": ["rules.yml"],
}  # of collection: who reads which
each_service = pytest.mark.parametrize("service", SERVICES)


def networks(service: str) -> set[str]:
    return set(SERVICES[service]["networks"])


@each_service
def test_ports_are_open_on_this_machine_alone(service: str) -> None:
    """Each published port names 127.0.0.1; without that it would be open to the world, past the firewall."""
    for port in SERVICES[service]["ports"]:
        assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port)


def test_grafana_reaches_vmauth_and_postgresql_alone() -> None:
    """Grafana shares a network with both, and none with VictoriaMetrics, which only vmauth reaches."""
    assert networks("grafana") & networks("vmauth")
    assert networks("grafana") & networks("postgres")
    assert not networks("victoriametrics") & (networks("grafana") | networks("postgres") | networks("mail"))
    assert networks("victoriametrics") & networks("vmauth")
    assert all("network_mode" not in service for service in SERVICES.values())
    assert set(COMPOSE["networks"]) == set.union(*map(networks, SERVICES))


@pytest.mark.parametrize("service", KEYS)
def test_every_admin_path_has_its_key(service: str) -> None:
    """All flags that lock something are there, and take their key from a variable that compose demands."""
    found = dict(re.fullmatch(r"-([\w.]+)=(.*)", word).groups() for word in SERVICES[service]["command"])  # type: ignore[union-attr,misc]
    locked = {name.removesuffix("AuthKey"): value for name, value in found.items() if name.endswith("AuthKey")}
    assert locked.keys() == KEYS[service]
    if service == "victoriametrics":
        assert found["httpAuth.username"] == "smart"
        locked["httpAuth.password"] = found["httpAuth.password"]
    for value in locked.values():
        name = re.fullmatch(r"%\{(\w+)\}", value)
        assert name
        assert SERVICES[service]["environment"][name[1]].startswith("${")


def test_secrets_come_from_the_env_file_and_may_not_be_empty() -> None:
    """Every variable is demanded, and the example names each of them, without a value."""
    asked = re.findall(r"(?<!\$)\$\{([^}]*)\}", TEXT)
    assert all(":?" in one for one in asked)
    assert {one.partition(":?")[0] for one in asked} == EXAMPLE.keys()
    assert set(EXAMPLE.values()) == {""}
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|KEY", name):
                assert value.startswith("${"), name


@each_service
def test_versions_are_pinned_and_health_is_asked(service: str) -> None:
    """An image names its whole version, and the service has a health check."""
    assert re.search(r":v?\d+\.\d+(\.\d+)?(-\w+)?$", SERVICES[service]["image"])
    assert SERVICES[service]["healthcheck"]["test"]


def test_dates_are_those_of_the_readers_country() -> None:
    """Axes show 30.10 to a browser in Russian."""
    assert SERVICES["grafana"]["environment"]["GF_DATE_FORMATS_USE_BROWSER_LOCALE"] == "true"


def test_cabinets_may_enter_one_database() -> None:
    """PostgreSQL runs with the example's rules: a cabinet's role enters its own database, with a password."""
    rules = [
        line.split()
        for line in (ROOT / "examples/pg_hba.conf").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    cabinet = [rule for rule in rules if "+cabinet_reader" in rule]
    assert rules[:2] == cabinet
    assert [rule[1] for rule in cabinet] == ["samerole", "all"]
    assert [rule[-1] for rule in cabinet] == ["scram-sha-256", "reject"]
    assert {rule[-1] for rule in rules} == {"scram-sha-256", "reject"}
    mounted = SERVICES["postgres"]["volumes"][1].split(":")
    assert (ROOT / mounted[0]).samefile(ROOT / "examples/pg_hba.conf")
    assert f"hba_file={mounted[1]}" in SERVICES["postgres"]["command"]


def test_only_victoriametrics_reaches_the_exporter() -> None:
    """The exporter probes whatever it is asked for; its configuration is the folder that the scraper reads, too."""
    users = {service for service in SERVICES if networks(service) & networks("blackbox")}
    assert users == {"blackbox", "victoriametrics"}
    mounts = {service: [one for one in SERVICES[service]["volumes"] if "collection" in one] for service in FILES}
    assert {mount for found in mounts.values() for mount in found} == {"./.demo/compose/collection:/etc/smart:ro"}
    for service, files in FILES.items():
        for file in files:
            assert any(word.endswith(f"=/etc/smart/{file}") for word in SERVICES[service]["command"])


def test_vmauth_sees_a_folder() -> None:
    """The user file is replaced, not rewritten: a mount of the file itself would go on showing the old one."""
    (mount,) = SERVICES["vmauth"]["volumes"]
    config = next(word for word in SERVICES["vmauth"]["command"] if word.startswith("-auth.config="))
    assert config == f"-auth.config={mount.split(':')[1]}/auth.yml"
