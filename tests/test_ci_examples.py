"""The examples for CI, run as a runner would run them: real scripts, a real server, a forge on loopback."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
import yaml

from tests.forges import TOKEN, US, Forge, running
from tests.world import SECRET, World, on_server

CI = Path(__file__).parent.parent / "examples" / "ci"
BIN = Path(sys.executable).parent
SCRIPTS = sorted(CI.glob("*.sh"))
PIPELINES = [CI / "github.yml", CI / "gitlab-ci.yml"]
COMMIT = "c0ffee" * 6 + "beef"


@pytest.fixture
def world(grafana_url: str, tmp_path: Path) -> Iterator[World]:
    """An estate of two cabinets, not yet applied: the checkout of a job."""
    with on_server(grafana_url, tmp_path) as world:
        yield world


@pytest.fixture(params=["github", "gitlab"])
def forge(request: pytest.FixtureRequest) -> Iterator[Forge]:
    """Either forge, with a merge request 7."""
    with running(request.param) as forge:
        yield forge


@pytest.fixture
def github() -> Iterator[Forge]:
    """One of them, where it makes no difference."""
    with running("github") as forge:
        yield forge


def run(world: World, *line: str, status: int = 0, **variables: str) -> str:
    """What the script (or a program) says in that checkout; it must end so, and show no secret."""
    known = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(CI.parent.parent),
        "LC_ALL": "C.UTF-8",
        "PROVISION": str(BIN / "provision"),
        "PYTHON": sys.executable,
        "GRAFANA_URL": world.url,
        "GRAFANA_USER": world.user,
        "GRAFANA_PASSWORD": world.password,
        "SMART_SECRET": SECRET,
        "HANDOVER": "handover",
    }
    result = subprocess.run(
        [str(CI / line[0]), *line[1:]],
        cwd=world.folder,
        env=known | variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    said = result.stdout + result.stderr
    assert result.returncode == status, said
    for never in (TOKEN, SECRET, "Traceback"):
        assert never not in said
    return said


def review(world: World, forge: Forge, status: int = 0, **variables: str) -> str:
    return run(world, "review.sh", status=status, **forge.job(request="7"), **variables)


def apply(world: World, forge: Forge, status: int = 0, **variables: str) -> str:
    return run(world, "apply.sh", status=status, **forge.job(commit=COMMIT), **variables)


def talk(world: World, forge: Forge, *words: str, status: int = 0) -> str:
    """What forge.py says, in a job of merge request 7 and of the commit alike."""
    job = {key: value for key, value in forge.job(request="7", commit=COMMIT).items() if value}
    return run(world, sys.executable, str(CI / "forge.py"), *words, status=status, **job)


def digest(world: World) -> str:
    """Of the plan that the last job left as an artefact."""
    return str(json.loads((world.folder / "plan" / "plan.json").read_text(encoding="utf-8"))["digest"])


PLAN = f"<!-- smart-provision plan -->\n### Plan\n\nDigest: <code>sha256:{'a' * 64}</code>\n"


def test_there_is_one_comment(world: World, forge: Forge) -> None:
    """The first run writes it, a later one rewrites it: found below a hundred remarks and somebody's own marker."""
    forge.add("7", f"{PLAN}mine")
    forge.add("7", "of another workflow", author=US)
    for text in (PLAN, f"{PLAN}once more\n"):
        world.write("plan.md", text)
        talk(world, forge, "comment", "plan.md")
        assert forge.bodies("7") == [f"{PLAN}mine", text]
        forge.add("7", "one more of another workflow", author=US)


def test_the_digest_is_that_of_the_merged_request(world: World, forge: Forge) -> None:
    """It is read from our own comment, and only where merging that request has made the commit."""
    forge.add("7", PLAN.replace("aaaa", "bbbb"))
    assert "No reviewed plan" in talk(world, forge, "digest", status=1)
    forge.open[COMMIT] = "7"
    world.write("plan.md", PLAN)
    talk(world, forge, "comment", "plan.md")
    assert "No reviewed plan" in talk(world, forge, "digest", status=1)
    forge.merged[COMMIT] = "7"
    assert talk(world, forge, "digest") == f"sha256:{'a' * 64}\n"
    forge.comments["7"].pop()
    assert "No reviewed plan" in talk(world, forge, "digest", status=1)


def test_a_forge_that_refuses_is_quoted(world: World, forge: Forge) -> None:
    """A token without the right to comment ends in a sentence that names the request, not the token."""
    forge.refuse = 403
    world.write("plan.md", PLAN)
    assert "403" in talk(world, forge, "comment", "plan.md", status=1)
    forge.url = "http://127.0.0.1:9"
    assert "No answer from http://127.0.0.1:9" in talk(world, forge, "digest", status=1)


def test_a_missing_variable_is_named(world: World, forge: Forge) -> None:
    """A variable that the pipeline has not given to the job is reported by its name."""
    job = {key: value for key, value in forge.job(request="7").items() if value and value != TOKEN}
    said = run(world, sys.executable, str(CI / "forge.py"), "comment", "tenants.yaml", status=1, **job)
    assert said == f"The variable {forge.kind.upper()}_TOKEN is not set.\n"


def test_what_was_reviewed_is_applied(world: World, forge: Forge) -> None:
    """From the merge request to Grafana: plan, comment, merge, apply; a job run once more has nothing to do."""
    review(world, forge)
    (body,) = forge.bodies("7")
    assert body == (world.folder / "plan" / "plan.md").read_text(encoding="utf-8")
    assert digest(world) in body
    assert world.orgs() == []
    forge.merged[COMMIT] = "7"
    apply(world, forge)
    assert len(world.orgs()) == 2
    assert "nothing is left" in apply(world, forge)


def test_a_refused_plan_is_commented_and_fails(world: World, github: Forge) -> None:
    """Reviewers see why a cabinet is refused, and the job is red."""
    world.write("don_manager_20260417.csv", "")
    review(world, github, status=1)
    (body,) = github.bodies("7")
    assert f"provision check {world.don}" in body


def test_without_a_plan_the_comment_stays(world: World, github: Forge) -> None:
    """When nothing could be planned the job fails, and neither comment nor artefact pretends otherwise."""
    review(world, github)
    before = github.bodies("7")
    assert "SMART_SECRET" in review(world, github, status=1, SMART_SECRET="short")
    assert github.bodies("7") == before
    assert not list((world.folder / "plan").glob("plan.*"))


def test_what_changed_since_the_review_is_refused(world: World, github: Forge) -> None:
    """The plan is made anew; another one writes nothing and is left to look at, and its digest then applies it."""
    review(world, github)
    github.merged[COMMIT] = "7"
    world.change("tenants.yaml", f"title: Дон {world.tag}", f"title: Дон и Кубань {world.tag}")
    assert "EXPECT=sha256" in apply(world, github, status=1)
    assert world.orgs() == []
    assert digest(world) not in github.bodies("7")[0]
    assert "EXPECT=sha256" in apply(world, github, status=1)
    apply(world, github, EXPECT=digest(world))
    assert len(world.orgs()) == 2


def test_a_commit_nobody_reviewed_is_refused(world: World, github: Forge) -> None:
    """A push past review writes nothing."""
    review(world, github)
    assert "No reviewed plan" in apply(world, github, status=1)
    assert world.orgs() == []


def test_a_cabinet_that_fails_leaves_the_rest_to_look_at(world: World, github: Forge) -> None:
    """Partly done is status 4, and the artefact says what is left and why."""
    world.ask("POST", "/api/orgs", {"name": f"Дон {world.tag}"})
    review(world, github, status=1)
    github.merged[COMMIT] = "7"
    apply(world, github, status=4)
    assert f"Волга {world.tag}" in world.orgs()
    assert f"--adopt {world.don}" in (world.folder / "plan" / "plan.md").read_text(encoding="utf-8")


def test_first_passwords_leave_only_encrypted(world: World, github: Forge) -> None:
    """With a certificate the notes become files that its key alone opens; in the clear nothing stays."""
    subject = ["-subj", "/CN=operator", "-days", "2", "-nodes", "-newkey", "rsa:2048"]
    make = ["openssl", "req", "-x509", *subject, "-keyout", "operator.key", "-out", "operator.pem"]
    subprocess.run(make, cwd=world.folder, check=True, capture_output=True)
    review(world, github)
    github.merged[COMMIT] = "7"
    apply(world, github, HANDOVER_CERT="operator.pem", HANDOVER="")
    assert not list((world.folder / "handover").iterdir())
    (sealed,) = (world.folder / "plan").glob(f"{world.volga}-*.txt.p7m")
    opened = ["openssl", "cms", "-decrypt", "-inform", "DER", "-in", str(sealed), "-inkey", "operator.key"]
    note = subprocess.run(opened, cwd=world.folder, check=True, capture_output=True).stdout.decode()
    password = next(line.split()[1] for line in note.splitlines() if line.startswith(world.login("ivanova")))
    left = [path.read_bytes() for path in (world.folder / "plan").iterdir()]
    assert not any(password.encode() in content for content in left)


def test_passwords_that_would_be_lost_stop_the_job(world: World, github: Forge) -> None:
    """Without a place for the notes nothing is even planned."""
    assert "HANDOVER_CERT" in apply(world, github, status=1, HANDOVER="", EXPECT=f"sha256:{'a' * 64}")
    assert github.asked == []


def test_the_history_of_a_dashboard_names_the_commit(world: World, github: Forge) -> None:
    """Whoever looks at a dashboard's versions in Grafana finds the commit that each came from."""
    world.apply()
    world.change("tenants.yaml", "timezone: Europe/Samara", "timezone: Asia/Omsk")
    review(world, github)
    github.merged[COMMIT] = "7"
    apply(world, github)
    path = "/api/dashboards/uid/smart-for-managers/versions"
    answer = world.ask("GET", path, org=world.org(world.don))
    assert answer["versions"][0]["message"] == f"commit {COMMIT}"


def test_drift_fails_loudly(world: World) -> None:
    """The nightly job is green while nothing differs, and ends with 3 and an account when something does."""
    world.apply()
    run(world, "drift.sh")
    world.ask("PATCH", "/api/org/preferences", {"timezone": "utc"}, org=world.org(world.don))
    said = run(world, "drift.sh", status=3)
    assert "timezone" in said
    assert "timezone" in (world.folder / "plan" / "drift.txt").read_text(encoding="utf-8")


def test_the_night_names_lines_without_data(world: World) -> None:
    """With VERIFY the job fails where data do not arrive, and leaves a JUnit report with a failure for each cabinet."""
    world.apply()
    run(world, "drift.sh", status=1, VERIFY="1")
    suites = Xml.parse(world.folder / "plan" / "verify.xml").getroot()
    assert {suite.attrib["name"] for suite in suites if int(suite.attrib["failures"])} == {world.volga, world.don}


def test_a_reverted_commit_is_put_back(world: World, github: Forge) -> None:
    """Rollback is one more reviewed change: the files as they were before, planned and applied."""
    world.apply()
    before = (world.folder / "tenants.yaml").read_text(encoding="utf-8")
    world.change("tenants.yaml", "home: kodeks-analytics", "home: for-managers")
    world.apply()
    world.write("tenants.yaml", before)
    review(world, github)
    github.merged[COMMIT] = "7"
    apply(world, github)
    preferences = world.ask("GET", "/api/org/preferences", org=world.org(world.volga))
    assert preferences["homeDashboardUID"] == "smart-kodeks-analytics"


def pipeline(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def texts(value: Any) -> Iterator[str]:
    """All texts of a YAML document, keys left out."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)
    else:
        yield str(value)


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.name)
def test_a_pipeline_calls_what_there_is(path: Path) -> None:
    """Every script a pipeline calls exists and may be executed, and it calls them all but the one they share."""
    called = {name for text in texts(pipeline(path)) for name in re.findall(r"examples/ci/(\w+\.sh)", text)}
    assert called == {"review.sh", "apply.sh", "drift.sh"}
    for script in SCRIPTS:
        assert os.access(script, os.X_OK), script
        for name in re.findall(r'"\$here/(\S+?)"', script.read_text(encoding="utf-8")):
            assert (CI / name).exists(), name


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.name)
def test_a_pipeline_has_all_jobs(path: Path) -> None:
    """Lint and tests, the plan, apply and drift, each under its own condition; both serialise apply."""
    found = pipeline(path)
    jobs = found.get("jobs", found)
    assert {"test", "plan", "apply", "drift"} <= jobs.keys()
    conditions = {name: str(jobs[name].get("if") or jobs[name]["rules"]) for name in ("test", "plan", "apply", "drift")}
    assert "schedule" in conditions["drift"]
    assert all(re.search("pull_request|merge_request", conditions[name]) for name in ("test", "plan"))
    assert "main" in conditions["apply"] or "DEFAULT_BRANCH" in conditions["apply"]
    assert jobs["apply"].get("concurrency") or jobs["apply"].get("resource_group")


def test_actions_are_pinned_and_secrets_come_from_the_store() -> None:
    """On GitHub every action is named with its whole version, and a secret only ever comes from `secrets`."""
    jobs = pipeline(CI / "github.yml")["jobs"]
    steps = [step for job in jobs.values() for step in job["steps"]]
    assert all(re.fullmatch(r"[\w.-]+/[\w.-]+@v\d+\.\d+\.\d+", step["uses"]) for step in steps if "uses" in step)
    given = [step["env"] for step in steps if "env" in step]
    assert len(given) == 3
    for env in given:
        for name in ("GRAFANA_PASSWORD", "SMART_SECRET", "SMART_EVENTS_ADMIN"):
            assert env[name] == f"${{{{ secrets.{name} }}}}"


def test_the_scripts_are_clean() -> None:
    """shellcheck has nothing to say, and no script needs jq."""
    result = subprocess.run([BIN / "shellcheck", *SCRIPTS], capture_output=True, text=True, check=False)
    assert result.stdout + result.stderr == ""
    for script in SCRIPTS:
        text = script.read_text(encoding="utf-8")
        assert text.startswith("#!/usr/bin/env bash\n")
        assert "\nset -euo pipefail\n" in text
        assert "jq" not in text
