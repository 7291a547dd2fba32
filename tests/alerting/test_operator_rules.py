"""The operator's example rules: vmalert takes the file, and each rule fires for what fails and for nothing else."""

import json
import subprocess
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
import yaml

from provision.stores import local
from provision.stores.process import find

FILE = Path(__file__).parents[2] / "examples" / "operator" / "alerting.yml"
RULES = {rule["alert"]: rule for group in yaml.safe_load(FILE.read_text())["groups"] for rule in group["rules"]}
# What Grafana 12.4 counts under /metrics, by rule.
COUNTERS = {
    "SmartRulesInError": ("grafana_alerting_rule_evaluation_failures_total", {}),
    "SmartMessagesNotSent": ("grafana_alerting_notifications_failed_total", {"integration": "email"}),
}


def test_vmalert_takes_the_file() -> None:
    done = subprocess.run([find("vmalert"), "-dryRun", f"-rule={FILE}"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_rule_fires_for_the_org_in_which_something_fails(tmp_path: Path) -> None:
    """In org 7 the counter rises, in org 8 it does not. A store hides the last 30 seconds."""
    assert set(COUNTERS) == set(RULES)
    now = int(time.time())
    with local.victoria_metrics(tmp_path / "metrics") as server:
        lines = [
            f"{metric}{labels(org=org, **more)} {1 + step * (age <= 1)} {now - age * 60}000"
            for metric, more in COUNTERS.values()
            for org, step in (("7", 3), ("8", 0))
            for age in range(60, -1, -1)
        ]
        sent = server.ask("/api/v1/import/prometheus", method="POST", body="\n".join(lines).encode())
        assert sent.status == 204
        assert server.ask(f"/internal/force_flush?authKey={server.key}").status == 200
        for name, rule in RULES.items():
            answer = server.ask(f"/api/v1/query?{urlencode({'query': rule['expr'], 'time': now})}")
            found = json.loads(answer.text)["data"]["result"]
            assert [one["metric"]["org"] for one in found] == ["7"], name


@pytest.mark.parametrize("name", COUNTERS)
def test_each_says_what_to_look_at(name: str) -> None:
    assert set(RULES[name]["annotations"]) == {"summary", "check"}


def labels(**values: str) -> str:
    """`{org="7"}`."""
    return "{" + ",".join(f'{key}="{value}"' for key, value in values.items()) + "}"
