"""The files of collection that all cabinets share, by name."""

from collections.abc import Mapping

from provision.collect.blackbox import blackbox
from provision.collect.recording import recording
from provision.collect.scraping import INTERVAL, relabelling, scraping


def shared_files(address: str, password_file: str, interval: int = INTERVAL) -> Mapping[str, str]:
    """Name and text of each. `address` is the exporter's `host:port` as VictoriaMetrics reaches it, `password_file`
    that of smartlogin as the exporter reaches it, `interval` the seconds between two probes.
    """
    return {
        "blackbox.yml": blackbox(password_file),
        "scrape.yml": scraping(address, interval),
        "relabel.yml": relabelling(),
        "rules.yml": recording(),
    }
