"""Readers as entry points: the example of the guide, installed and run; and readers and files that are broken."""

import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.reports.estate import Estate
from tests.reports.plugin import example, install, run

GROUP = "provision.readers"
MADE = (datetime.now(UTC) - timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
FILE = example("xml").replace("2026-04-16T10:00:00", (MADE + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%S"))


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A folder in which the reader of the guide is installed."""
    folder = tmp_path / "packages"
    install(folder, "made_up_xml", example("python"), GROUP, "MadeUpXml")
    return folder


def test_the_example_of_the_guide_reads_its_file(estate: Estate, packages: Path) -> None:
    """The file of the guide, in a zip named after the client: its numbers and rows are in the stores, once."""
    path = estate.folder / "Romashka.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("report.xml", FILE)

    first, second = (run(packages, estate.folder, estate.env, "import", str(path)) for _ in range(2))

    assert first.stdout == "Reports imported: 1 (6 samples, 1 rows); known: 0; refused: 0.\n", first.stderr
    assert "known: 1" in second.stdout
    assert estate.samples(estate.volga, "kodeks_licenses_registered") == {(): {MADE.timestamp(): [10]}}
    assert estate.samples(estate.volga, "kodeks_user_docs_saved_hour") == {
        ("OFFICE", "ivanov"): {MADE.timestamp(): [2]}
    }
    assert list(estate.samples(estate.volga, "kodeks_installation_info")) == [
        ("client_hardware", "ООО «Ромашка»", "111222")
    ]
    assert estate.rows(estate.volga, "SELECT user_login, host(ip) FROM core.connected_users") == [
        ("ivanov", "192.0.2.7")
    ]


def test_what_a_reader_raises_is_reported_without_its_words(estate: Estate, packages: Path) -> None:
    """Half a file, and an attribute that is no number: R13 with the type alone; the rest of a zip is read."""
    path = estate.folder / "Romashka.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("half.xml", FILE[:-30])
        archive.writestr("odd.xml", FILE.replace('used="5"', 'used="Тайна"'))
        archive.writestr("whole.xml", FILE)
        archive.writestr("notes.txt", "nothing of ours")

    result = run(packages, estate.folder, estate.env, "import", str(path))

    assert (result.returncode, result.stderr) == (4, "")
    assert "R13: Romashka.zip:half.xml" in result.stdout
    assert "made-up XML: ParseError" in result.stdout
    assert "made-up XML: ValueError" in result.stdout
    assert "Тайна" not in result.stdout
    assert "Romashka.zip:notes.txt: no reader recognises" in result.stdout
    assert "Reports imported: 1" in result.stdout


def test_a_reader_that_does_not_load_is_named(estate: Estate, packages: Path) -> None:
    """No traceback: which entry point it is, and what to do."""
    install(packages, "broken", "import nothing_of_this_name\n", GROUP, "Broken")
    path = estate.folder / "Romashka.xml"
    path.write_text(FILE, encoding="utf-8")

    result = run(packages, estate.folder, estate.env, "import", str(path))

    assert result.returncode == 1
    assert "the reader does not load: broken (broken:Broken): ModuleNotFoundError" in result.stderr
    assert "Traceback" not in result.stderr
