"""scrape.yml and relabel.yml: how VictoriaMetrics' own scraper (or vmagent) turns probes into series.

Tried on VictoriaMetrics 1.79.5: `-promscrape.config=scrape.yml -relabelConfig=relabel.yml`. The scraper adds seven
series to each target (`up`, `scrape_*`) after all rules of scrape.yml, so relabel.yml drops them.
"""

from typing import Any

import yaml

from provision.collect.checks import TIMEOUT
from provision.collect.folder import HEADER, TARGETS

JOB = "smart-probes"
INTERVAL = 120  # seconds between two probes of a target: three of them within the look-back of alerts and dashboards

# Series of the exporter -> their names in the store. The protocol is kept of one check alone, to distinguish a name
# that does not resolve (0) from a port that is closed.
_KEPT = {
    "probe_success": ("kodeks_check_status", ".*"),
    "probe_http_status_code": ("kodeks_check_http_code", ".*"),
    "probe_ip_protocol": ("kodeks_check_ip_protocol", "tcp"),
}


def scraping(exporter: str, interval: int = INTERVAL) -> str:
    """scrape.yml. `exporter` is the exporter's `host:port` as the scraper reaches it, `interval` is in seconds.

    The exporter cuts a probe half a second before the scraper's own timeout, so that one that fails is still a sample.
    """
    job = {
        "job_name": JOB,
        "scrape_interval": f"{interval}s",
        "scrape_timeout": f"{min(TIMEOUT + 2, interval)}s",
        "metrics_path": "/probe",
        "disable_keepalive": True,  # else an open connection a target: 700 MB in the exporter for 18,000 targets
        "file_sd_configs": [{"files": [f"{TARGETS}/*.json"]}],
        "relabel_configs": [
            {"source_labels": ["__address__"], "target_label": "__param_target"},
            {"target_label": "__address__", "replacement": exporter},
        ],
        "metric_relabel_configs": [*_kept(), {"action": "labeldrop", "regex": "job|instance"}],
    }
    return HEADER + yaml.safe_dump({"scrape_configs": [job]}, sort_keys=False)


def relabelling() -> str:
    """relabel.yml: only the scraper's own series still have the label `job`."""
    return HEADER + yaml.safe_dump([{"action": "drop", "source_labels": ["job"], "regex": JOB}], sort_keys=False)


def _kept() -> list[dict[str, Any]]:
    wanted = "|".join(f"{name};{checks}" for name, (_, checks) in _KEPT.items())
    keep = {"action": "keep", "source_labels": ["__name__", "check"], "regex": wanted}
    renamed = (
        {"source_labels": ["__name__"], "regex": name, "target_label": "__name__", "replacement": new}
        for name, (new, _) in _KEPT.items()
    )
    return [keep, *renamed]
