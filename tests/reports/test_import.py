"""`provision import`: reports in the documented form into real stores, each once, with their times in UTC."""

import json
import os
import subprocess
import sys
import threading
import zipfile
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from provision import config
from provision.cli.reports import finder, stores_of
from provision.cli.settings import Settings
from provision.reports import Fate, take_upload
from tests.collect.product import until
from tests.reports.estate import IMPORTER, Estate, report, used

HOUR = timedelta(hours=1)
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - HOUR
CARD = {"row": "user_cards", "user_login": "ivanov", "fullname": "Иван Иванов"}


def local(correction: int, moment: datetime = NOW) -> str:
    """The moment as the client's server writes it."""
    return (moment + timedelta(hours=4 + correction)).strftime("%Y-%m-%dT%H:%M:%S")


def test_local_times_become_utc_by_the_list_line(estate: Estate) -> None:
    """Corrections -1 and 2 are UTC+3 and UTC+6; a time with an offset is what it says."""
    search = {"row": "search_queries", "user_login": "u", "query_text": "гост", "status": "success"}
    files = [
        estate.write("a.ndjson", report("Romashka", local(-1), [used(5), {**search, "ts": local(-1, NOW - HOUR)}])),
        estate.write("b.ndjson", report("Kopyta", local(2), [used(7), {**search, "ts": NOW.isoformat()}])),
    ]

    result = estate.run("import", *files)

    assert (result.exit_code, result.output) == (
        0,
        "Reports imported: 2 (4 samples, 2 rows); known: 0; refused: 0.\n",
    )
    for cabinet, value, searched in ((estate.volga, 5, NOW - HOUR), (estate.ural, 7, NOW)):
        assert estate.samples(cabinet, "kodeks_licenses_used") == {(): {NOW.timestamp(): [value]}}
        assert estate.rows(cabinet, "SELECT ts, report_ts, scope FROM core.search_queries") == [
            (searched, NOW, "installation")
        ]


def test_a_month_s_total_is_not_seen_in_the_next_month(estate: Estate) -> None:
    """Kopyta's clock is an hour ahead of its cabinet: reports near the 1st are stored in the month they count."""
    zone = ZoneInfo("Asia/Yekaterinburg")
    first = datetime.now(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    moments = [
        first + number * HOUR / 2 for number in range(-6, 0)
    ]  # the client's clock is at 21:00 … 23:30, 0:00, 0:30
    saved = {"metric": "kodeks_user_docs_saved_mtd", "user": "u"}
    hourly = {"metric": "kodeks_user_docs_saved_hour", "user": "u", "value": 1}
    counted = [700, 701, 702, 703, 1, 2]
    reports = [
        report("Kopyta", local(2, one), [{**saved, "value": value}, hourly])
        for one, value in zip(moments, counted, strict=True)
    ]

    result = estate.run("import", estate.write("a.ndjson", *reports))

    assert result.exit_code == 0
    (totals,) = estate.samples(estate.ural, "kodeks_user_docs_saved_mtd").values()
    (added,) = estate.samples(estate.ural, "kodeks_user_docs_saved_hour").values()
    past = [value for time, values in sorted(totals.items()) for value in values if time < first.timestamp()]
    new = [value for time, values in sorted(totals.items()) for value in values if time >= first.timestamp()]
    assert (past, new) == ([700, 701, 702, 703], [1, 2])
    assert max(totals) < first.timestamp() + 1
    assert sorted(added) == [one.timestamp() for one in moments]


def test_a_report_twice_counts_once(estate: Estate) -> None:
    """The same file again, in another file, or with other content: the first import stays."""
    lines = [used(5), {"row": "login_rejections", "ts": local(-1), "user_login": "ivanov", "reason": "auth"}]
    once = report("Romashka", local(-1), lines)
    path = estate.write("a.ndjson", once)

    results = [estate.run("import", path) for _ in range(2)]
    results.append(estate.run("import", estate.write("b.ndjson", once, report("Romashka", local(-1), [used(6)]))))

    assert [result.exit_code for result in results] == [0, 0, 0]
    assert "known: 1" in results[1].output
    assert "known: 2" in results[2].output
    assert "imported with other content" in results[2].output
    assert estate.samples(estate.volga, "kodeks_licenses_used") == {(): {NOW.timestamp(): [5]}}
    assert estate.rows(estate.volga, "SELECT count(*) FROM core.login_rejections") == [(1,)]
    assert len(estate.samples(estate.volga, "kodeks_sysinfo_timestamp_seconds")[()]) == 1


@pytest.mark.parametrize("numbers_first", [False, True], ids=["before the numbers", "after the numbers"])
def test_an_import_that_was_ended_in_between_is_completed_once(estate: Estate, *, numbers_first: bool) -> None:
    """The note is there and the word that it is done is not: what is missing is written, nothing doubles."""
    lines = [used(5), {"metric": "kodeks_user_docs_saved_hour", "user": "u", "value": 3}, CARD]
    path = estate.write("a.ndjson", report("Romashka", local(-1), lines))
    if numbers_first:
        estate.run("import", path)
        estate.rows(
            estate.volga, "WITH x AS (DELETE FROM core.user_cards) UPDATE core.imports SET done_at = NULL RETURNING 1"
        )
    else:
        estate.rows(
            estate.volga,
            f"INSERT INTO core.imports VALUES ('Romashka', '{NOW.isoformat()}', now(), 'x') RETURNING 1",
        )

    result = estate.run("import", path)

    assert "Reports imported: 1" in result.output
    assert estate.samples(estate.volga, "kodeks_licenses_used") == {(): {NOW.timestamp(): [5]}}
    assert estate.samples(estate.volga, "kodeks_user_docs_saved_hour") == {("НеОпределён", "u"): {NOW.timestamp(): [3]}}
    assert len(estate.samples(estate.volga, "kodeks_sysinfo_timestamp_seconds")[()]) == 1
    assert estate.rows(estate.volga, "SELECT user_login FROM core.user_cards") == [("ivanov",)]


def reports_begun(estate: Estate, count: int) -> bool:
    """Whether so many reports were noted."""
    return estate.rows(estate.volga, f"SELECT count(*) >= {count} FROM core.imports") == [(True,)]


def test_killed_at_any_moment_it_loses_and_doubles_nothing(estate: Estate) -> None:
    """SIGKILL while reports are written, again and again; then everything is there once."""
    moments = [NOW - number * HOUR for number in range(60)]
    rejected = {"row": "login_rejections", "user_login": "u", "reason": "auth"}
    hourly = {"metric": "kodeks_user_docs_saved_hour", "user": "u", "value": 1}
    whole = [report("Romashka", local(-1, one), [hourly, {**rejected, "ts": local(-1, one)}]) for one in moments]
    path = estate.write("a.ndjson", *whole)
    code = "from provision.cli import main; main(prog_name='provision')"
    command = [sys.executable, "-c", code, "-f", str(estate.folder / "tenants.yaml"), "import", path]

    for number in range(1, 6):
        with subprocess.Popen(command, env={**os.environ, **estate.env}, stdout=subprocess.DEVNULL) as process:
            try:
                until(partial(reports_begun, estate, number * 8), patience=300)
            finally:
                process.kill()
    result = estate.run("import", path)

    assert (result.exit_code, "refused: 0" in result.output) == (0, True)
    (series,) = estate.samples(estate.volga, "kodeks_user_docs_saved_hour").values()
    assert series == {one.timestamp(): [1] for one in moments}
    assert estate.rows(estate.volga, "SELECT count(*), count(DISTINCT ts) FROM core.login_rejections") == [(60, 60)]
    assert estate.rows(estate.volga, "SELECT count(*) FROM core.imports WHERE done_at IS NULL") == [(0,)]


def test_mistakes_name_file_line_and_field_and_nothing_of_the_report_is_written(estate: Estate) -> None:
    """A report is written whole or not at all; the others of the file are; no value of the client is shown."""
    bad = report(
        "Romashka",
        local(-1),
        [
            used(5),
            {"metric": "kodeks_licenses_free", "value": 1},
            {**CARD, "secret-field": "Тайна"},
            {"row": "user_cards"},
        ],
    )
    path = estate.write("mixed.ndjson", bad, report("Kopyta", local(2), [used(1)]))

    result = estate.run("import", path)
    russian = estate.run("import", path, lang="ru")

    assert result.exit_code == 4
    assert "R03: mixed.ndjson, line 3" in result.output
    assert "R05: mixed.ndjson, line 4" in result.output
    assert "field secret-field" in result.output
    assert "R04: mixed.ndjson, line 5" in result.output
    assert "Тайна" not in result.output + russian.output
    assert "нет обязательного поля" in russian.output
    assert estate.samples(estate.volga, "kodeks_licenses_used") == {}
    assert estate.samples(estate.ural, "kodeks_licenses_used") == {(): {NOW.timestamp(): [1]}}
    refused = estate.samples(estate.volga, "kodeks_upload_refused")
    assert list(refused) == [("report",)]


def test_a_file_that_was_cut_off_is_reported(estate: Estate) -> None:
    """Wherever it was cut: no end, half a line, or fewer lines than the end counts. Nothing is written."""
    whole = report("Romashka", local(-1), [used(1), CARD])
    lines = whole.splitlines(keepends=True)
    cut = ["".join(lines[:-1]), "".join(lines[:-1])[:-20], "".join([*lines[:1], *lines[2:]]), lines[0], lines[0][:-9]]

    for number, text in enumerate(cut):
        result = estate.run("import", estate.write(f"{number}.ndjson", text))
        assert result.exit_code == 1, text
        assert "error R0" in result.output
        assert "refused: 1" in result.output
    assert estate.rows(estate.volga, "SELECT count(*) FROM core.imports") == [(0,)]


def test_who_is_in_no_list_or_in_two_cabinets_is_refused(estate: Estate) -> None:
    """An unknown name, a name of two distributors without --cabinet; with it the right one is written."""
    line = (estate.folder / "volga_manager_20260417.csv").read_text(encoding="utf-8")
    ural = estate.folder / "ural_manager_20260417.csv"
    ural.write_text(ural.read_text(encoding="utf-8") + line.replace("volga", "ural"), encoding="utf-8")
    path = estate.write("a.ndjson", report("Romashka", local(-1), [used(3)]))

    unknown = estate.run("import", estate.write("b.ndjson", report("Stranger", local(-1))))
    unclear = estate.run("import", path)
    named = estate.run("import", path, "--cabinet", estate.ural)

    assert (unknown.exit_code, "R09" in unknown.output) == (1, True)
    assert (unclear.exit_code, "R10" in unclear.output, "--cabinet" in unclear.output) == (1, True, True)
    assert named.exit_code == 0
    assert estate.samples(estate.ural, "kodeks_licenses_used") == {(): {NOW.timestamp(): [3]}}
    assert estate.samples(estate.volga, "kodeks_licenses_used") == {}


def test_times_that_cannot_be_are_refused(estate: Estate) -> None:
    """Days ahead, or older than what is kept; a clock that is hours ahead is imported, and verify says so."""
    for moment, code in ((NOW + 30 * HOUR, "R11"), (NOW - timedelta(days=500), "R11"), (NOW + 3 * HOUR, "")):
        result = estate.run("import", estate.write("a.ndjson", report("Romashka", local(-1, moment), [used(1)])))
        assert (code in result.output, result.exit_code) == (True, 1 if code else 0)


def test_standard_input_and_a_zip_are_read(estate: Estate, tmp_path: Path) -> None:
    """`-`, and a zip as smartupload sends it; JSON output says the same; --check writes nothing."""
    first, second = report("Romashka", local(-1), [used(1)]), report("Kopyta", local(2), [used(2)])
    with zipfile.ZipFile(tmp_path / "Kopyta.zip", "w") as archive:
        archive.writestr("../../etc/report.ndjson", second)

    checked = estate.run("import", "--check", "-", stdin=first.encode())
    nothing = estate.rows(estate.volga, "SELECT count(*) FROM core.imports")
    piped = json.loads(estate.run("import", "--format", "json", "-", stdin=first.encode()).stdout)
    packed = estate.run("import", str(tmp_path / "Kopyta.zip"))

    assert (checked.exit_code, nothing) == (0, [(0,)])
    assert [(one["client"], one["fate"], one["samples"]) for one in piped["reports"]] == [("Romashka", "written", 2)]
    assert (packed.exit_code, "Reports imported: 1" in packed.output) == (0, True)


def test_a_file_is_called_after_its_client(estate: Estate) -> None:
    """A name of a client may have dots: the longest one that a list has counts, never another client's."""
    lists = estate.folder / "volga_manager_20260417.csv"
    line = lists.read_text(encoding="utf-8")
    lists.write_text(line + line.replace("Romashka,", "Romashka.Don,"), encoding="utf-8")
    whole = report("", local(-1), [used(4)]).replace('"client": "", ', "")
    for name, client in (
        ("Romashka.Don.ndjson", "Romashka.Don"),
        ("Romashka.Don.sysinfo.ndjson", "Romashka.Don"),
        ("Romashka.20260417.ndjson", "Romashka"),
        ("Romashka", "Romashka"),
        ("Stranger.Don.ndjson", ""),
    ):
        result = estate.run("import", "--check", "--format", "json", estate.write(name, whole))
        found = [one["client"] for one in json.loads(result.stdout)["reports"]]
        assert found == ([client] if client else []), name


def test_a_file_that_is_missing_is_said_before_anything_is_imported(estate: Estate) -> None:
    """So that the same command can be given again; a pipe is read as a file is."""
    path = estate.write("a.ndjson", report("Romashka", local(-1), [used(3)]))
    for missing in (str(estate.folder / "nofile.zip"), str(estate.folder)):
        result = estate.run("import", path, missing)
        assert (result.exit_code, missing in result.output, "imported" in result.output) == (2, True, False)
    assert estate.rows(estate.volga, "SELECT count(*) FROM core.imports") == [(0,)]

    pipe = estate.folder / "pipe"
    os.mkfifo(pipe)
    writing = threading.Thread(target=pipe.write_bytes, args=(Path(path).read_bytes(),))
    writing.start()
    result = estate.run("import", str(pipe))
    writing.join()
    assert (result.exit_code, "Reports imported: 1" in result.output) == (0, True)


def test_every_mistake_can_be_listed(estate: Estate) -> None:
    """The command has the option that its output names."""
    path = estate.write("a.ndjson", report("Romashka", local(-1), [{"metric": "nothing", "value": 1}] * 9))
    short, long = (estate.run("import", *options, path).output for options in ((), ("--verbose",)))

    assert "--verbose" in short
    assert (short.count("R03"), long.count("R03")) == (1, 9)


def test_no_reader_recognises_a_file(estate: Estate, tmp_path: Path) -> None:
    """It is named, with what to do; nothing else happens but the note for verify."""
    (tmp_path / "Romashka.xml").write_text("<sysinfo/>", encoding="utf-8")

    result = estate.run("import", str(tmp_path / "Romashka.xml"))

    assert (result.exit_code, "no reader recognises" in result.output) == (1, True)
    assert list(estate.samples(estate.volga, "kodeks_upload_refused")) == [("reader",)]


def test_a_broken_zip_is_refused(estate: Estate, tmp_path: Path) -> None:
    """Cut off, nested, encrypted or a bomb: R14, without a traceback, and a note for verify."""
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a", "b" * 100)
    with zipfile.ZipFile(tmp_path / "nested.zip", "w") as archive:
        archive.write(inner, "inner.zip")
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"0" * 50_000_000)
    (tmp_path / "cut.zip").write_bytes(inner.read_bytes()[:60])
    for name in ("nested", "bomb", "cut"):
        result = estate.run("import", "--client", "Romashka", str(tmp_path / f"{name}.zip"))
        assert (result.exit_code, "R14" in result.output) == (1, True), name
    assert list(estate.samples(estate.volga, "kodeks_upload_refused")) == [("zip",)]


def test_a_spooled_upload_is_taken(estate: Estate, tmp_path: Path) -> None:
    """The receiver's way in: a path and whose it is; the header may leave the client out, and may name no other."""
    loaded = config.load(estate.folder / "tenants.yaml")
    owner = finder(loaded)("Romashka")
    assert not isinstance(owner, str)
    settings = Settings(estate.folder / "tenants.yaml", "en", dict(estate.env), colour=False)
    stores = stores_of(settings, loaded.cabinets, estate.metrics.url)
    whole = report("", local(-1), [used(4)]).replace('"client": "", ', "")
    spooled = Path(estate.write("spooled", whole))
    foreign = Path(estate.write("foreign", report("Kopyta", local(-1, NOW - HOUR), [used(4)])))
    unknown = tmp_path / "unknown"
    unknown.write_bytes(b"SQLite format 3\0")

    taken, again = (take_upload(spooled, *owner, stores, datetime.now(UTC)) for _ in range(2))
    refused = take_upload(foreign, *owner, stores, datetime.now(UTC))
    nothing = take_upload(unknown, *owner, stores, datetime.now(UTC))

    assert (taken.readers, [one.fate for one in taken.imported]) == (("report form",), [Fate.WRITTEN])
    assert [one.fate for one in again.imported] == [Fate.KNOWN]
    assert [one.code for one in refused.problems] == ["R09"]
    assert (nothing.readers, nothing.imported, nothing.problems) == ((), (), ())


def test_tables_of_a_former_version_are_named(estate: Estate) -> None:
    """Exit code 1 and the command that makes them, instead of half an import."""
    estate.change(estate.volga, "DROP TABLE core.imports")

    result = estate.run("import", estate.write("a.ndjson", report("Romashka", local(-1), [used(5)])))

    assert (result.exit_code, "run provision apply" in result.output) == (1, True)
    assert estate.samples(estate.volga, "kodeks_licenses_used") == {}


def test_a_store_that_is_down_is_named_and_the_import_is_completed_later(estate: Estate) -> None:
    """No traceback, exit code 1; no secret is shown; the same command later writes everything."""
    path = estate.write("a.ndjson", report("Romashka", local(-1), [used(5), CARD]))
    down = estate.run("import", "--vm-url", "http://127.0.0.1:9", path)
    rows = estate.rows(estate.volga, "SELECT count(*) FROM core.user_cards")
    later = estate.run("import", path)

    assert (down.exit_code, "VictoriaMetrics" in down.output, rows) == (1, True, [(0,)])
    assert IMPORTER not in down.output
    assert estate.metrics.login.password not in down.output
    assert (later.exit_code, "Reports imported: 1" in later.output) == (0, True)
    assert estate.samples(estate.volga, "kodeks_licenses_used") == {(): {NOW.timestamp(): [5]}}
