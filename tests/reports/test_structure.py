"""`import --inspect`: the structure of unknown files, with no value of the client in it."""

import sqlite3
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from provision.cli import main
from provision.reports.files import sources
from provision.reports.structure import structure

SECRETS = ("Секрет-Иванов", "гост 12345 тайна", "ivanov@example.ru")
# Texts that occur in nothing that the program prints by itself.
_values = st.text(alphabet="ЖЩЫЯжщыя☂", min_size=3, max_size=30)


def inspect(path: Path) -> Result:
    return CliRunner().invoke(main, ["--lang", "en", "import", "--inspect", str(path)], catch_exceptions=False)


def database(path: Path, *statements: str) -> Path:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


def test_an_xml_is_shown_without_its_values(tmp_path: Path) -> None:
    """Names, counts, and the form of values: digits become 9, text is counted."""
    path = tmp_path / "a.xml"
    name, query, mail = SECRETS
    path.write_text(
        f'<sysinfo made="2026-04-16T10:00:00"><user login="{name}"><mail>{mail}</mail><n>17</n></user>'
        f'<user login="u"><q>{query}</q><n>123456</n></user></sysinfo>',
        encoding="utf-8",
    )

    result = inspect(path)

    assert (result.exit_code, result.output.splitlines()) == (
        0,
        [
            "a.xml:",
            "XML",
            "  <sysinfo> ×1",
            "    @made: 9999-99-99T99:99:99 ×1",
            "    <user> ×2",
            "      @login: text of 1 to 13 characters ×2",
            "      <mail> ×1: text of 17 to 17 characters ×1",
            "      <n> ×2: 99 ×1, digits ×1",
            "      <q> ×1: text of 16 to 16 characters ×1",
        ],
    )


def test_a_database_is_shown_without_its_values_and_stays_as_it_is(tmp_path: Path) -> None:
    """Tables, columns and forms; a view and its functions are not run; no file is made beside it."""
    path = database(
        tmp_path / "a.db",
        'CREATE TABLE "us""ers" (login TEXT DEFAULT "тайна", seats INTEGER, photo BLOB)',
        f"""INSERT INTO "us""ers" VALUES ('{SECRETS[0]}', 12, x'00'), (NULL, 345, NULL)""",
        "CREATE VIEW bomb AS WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT n FROM x",
    )
    before = path.read_bytes()

    result = inspect(path)

    assert (result.exit_code, result.output.splitlines()[1:]) == (
        0,
        [
            "SQLite",
            '  table us"ers ×2',
            "    login TEXT: NULL ×1, text of 13 to 13 characters ×1",
            "    seats INTEGER: 99 ×1, 999 ×1",
            "    photo BLOB: NULL ×1, blob ×1",
            "  view bomb",
        ],
    )
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["a.db"]


@given(st.lists(st.tuples(_values, _values), min_size=1, max_size=5))
def test_no_value_is_ever_printed(tmp_path_factory: pytest.TempPathFactory, values: list[tuple[str, str]]) -> None:
    """Whatever texts an XML or a database holds."""
    folder = tmp_path_factory.mktemp("values")
    body = "".join(f"<u a={quoteattr(one)}>{escape(two)}</u>" for one, two in values)
    (folder / "a.xml").write_text(f"<r>{body}</r>", encoding="utf-8")
    connection = sqlite3.connect(folder / "a.db")
    connection.execute("CREATE TABLE t (a, b)")
    connection.executemany("INSERT INTO t VALUES (?, ?)", values)
    connection.commit()
    connection.close()
    for name in ("a.xml", "a.db"):
        with sources(folder / name, name) as found:
            shown = "\n".join(structure(found[0]))
        assert not set(shown) & set("ЖЩЫЯжщыя☂")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>', "DTD or entities"),
        (b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>', "DTD or entities"),
        (b"<a>" * 200 + b"</a>" * 200, "deeper than 100 levels"),
        (b"<a><b></a>", "the XML is broken, line 1"),
        (b"SQLite format 3\0" + b"x" * 200, "SQLite cannot read it"),
        (b"{}", "neither XML nor SQLite"),
        (b"", "neither XML nor SQLite"),
    ],
)
def test_a_file_that_is_broken_or_hostile_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    """Exit code 1 and a reason; no traceback."""
    (tmp_path / "a").write_bytes(content)

    result = inspect(tmp_path / "a")

    assert (result.exit_code, says in result.output) == (1, True), result.output


def test_names_that_are_data_are_not_listed(tmp_path: Path) -> None:
    """More than a hundred different children of one element are shown as one."""
    body = "".join(f"<u{number}/>" for number in range(500))
    (tmp_path / "a.xml").write_text(f"<r>{body}</r>", encoding="utf-8")

    result = inspect(tmp_path / "a.xml")

    assert len(result.output.splitlines()) == 104
    assert "<*> ×400" in result.output


def test_a_zip_is_unpacked_where_the_caller_says(tmp_path: Path) -> None:
    """A receiver that is killed empties that folder at its next start; nothing is left after reading."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("one.xml", "<a/>")

    with sources(tmp_path / "a.zip", "a.zip", scratch) as (found,):
        assert found.path.is_relative_to(scratch)
    assert list(scratch.iterdir()) == []


def test_members_of_a_zip_are_shown_one_by_one(tmp_path: Path) -> None:
    """Each under its own name."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("dir/one.xml", "<a/>")
        archive.writestr("two.xml", "<b/>")

    assert inspect(tmp_path / "a.zip").output.split() == [
        "a.zip:one.xml:",
        "XML",
        "<a>",
        "×1",
        "a.zip:two.xml:",
        "XML",
        "<b>",
        "×1",
    ]
