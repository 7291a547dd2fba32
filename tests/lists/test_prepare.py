"""The technician's working lists of a branch: every client in its list, every gap named, no secret shown."""

import csv
import io
from collections.abc import Collection, Mapping
from pathlib import Path

from provision.lists import technician
from provision.lists.codes import ACCESS, POLLED, SENT
from provision.lists.technician import Preparation
from provision.text import Lang
from tests.lists.writing import read_text

MANAGERS = "\n".join(
    [
        f"111222.te-cloud.ru:80,{POLLED}",
        f"portal.example.com:80,{POLLED.replace('-1', '0')}",
        f"222444.example.ru,{POLLED}",
        "",
        f"Zavod,{SENT.replace('-1', '2')}",
        f"Zavod,{SENT.replace('-1', '2').replace('sidorova', 'petrov')}",
        f"Teplo,{SENT},,",
        "",
    ]
)
ONLINE = f"ООО «Рога|Копыта»,login77,Zq7Secret,{ACCESS}\nООО Ромашка,login78,,{ACCESS}\n"


def prepared(
    folder: Path, lang: Lang = "ru", mail: Mapping[str, str] | None = None, registered: Collection[str] = ()
) -> Preparation:
    """The preparation from both lists."""
    files = [
        read_text(folder, MANAGERS, "a_manager_20261103.csv"),
        read_text(folder, ONLINE, "a_online_20261103.csv"),
    ]
    return technician.prepare(files, mail=mail, registered=registered, lang=lang)


def table(preparation: Preparation, name: str) -> list[list[str]]:
    """The first five columns of a table, without its heading."""
    text = preparation.tables[name].decode("utf-8-sig")
    return [row[:5] for row in csv.reader(io.StringIO(text, newline=""), delimiter=";")][1:]


def test_every_client_is_in_its_working_list(tmp_path: Path) -> None:
    """Cloud, own data centre, client hardware and online apart; all managers of a client are on its line."""
    done = prepared(tmp_path)

    assert table(done, "cloud.csv") == [["111222.te-cloud.ru:80", "http", "UTC+3", "ivanova", ""]]
    assert [row[:4] for row in table(done, "own-centre.csv")] == [["portal.example.com:80", "http", "UTC+4", "ivanova"]]
    assert table(done, "client-hardware.csv") == [
        ["Zavod", "закрытый контур?", "UTC+6", "sidorova, petrov", ""],
        ["Teplo", "закрытый контур?", "UTC+3", "sidorova", ""],
    ]
    assert table(done, "online.csv") == [["ООО «Рога|Копыта»", "https://online1.example.ru/docs", "", "ivanova", ""]]


def test_gaps_are_named(tmp_path: Path) -> None:
    """A line that cannot be used and a value that requires a look are gaps; what the program corrects is none."""
    done = prepared(tmp_path)

    gaps = table(done, "gaps.csv")
    assert [(row[0], row[1], row[4]) for row in gaps] == [
        ("a_manager_20261103.csv", "3", "M05"),
        ("a_online_20261103.csv", "2", "O05"),
        ("", "", "X05"),
        ("", "", "X05"),
        ("a_manager_20261103.csv", "2", "M17"),
    ]
    assert table(done, "own-centre.csv")[0][4].startswith("M17: ")
    assert (
        "| a_manager_20261103.csv | 3 | 1 address (адрес) | ошибка | M05 | нет порта: «222444.example.ru» |"
        in done.markdown
    )
    assert "F19" not in done.markdown


def test_questions_follow_from_the_lists(tmp_path: Path) -> None:
    """Who must be registered, which mailboxes are missing, who is air-gapped; answered questions are not asked."""
    asked = prepared(tmp_path).markdown
    assert "У кого ещё нет логина: ivanova, petrov, sidorova." in asked
    assert "- Не назван почтовый ящик" in asked
    answered = prepared(
        tmp_path,
        mail={"high_priority": "a@example.ru", "usage": "a@example.ru"},
        registered=["Ivanova", "petrov", "sidorova"],
    ).markdown
    assert "нет логина" not in answered
    assert "почтовый ящик" not in answered


def test_one_manager_for_many_objects_is_a_question(tmp_path: Path) -> None:
    """Up to ten objects one manager is usual, with eleven it is asked about."""

    def asked(count: int) -> bool:
        text = "".join(f"Zavod{letter},{SENT}\n" for letter in "abcdefghijk"[:count])
        file = read_text(tmp_path, text, "a_manager_20261103.csv")
        return "а менеджер один" in technician.prepare([file]).markdown

    assert (asked(10), asked(11)) == (False, True)


def test_no_secret_and_no_broken_table(tmp_path: Path) -> None:
    """Neither login nor password of an access appears; a bar in a name does not break the Markdown table."""
    done = prepared(tmp_path, "en")

    everything = done.markdown + "".join(data.decode("utf-8-sig") for data in done.tables.values()) + repr(done)
    assert "Zq7Secret" not in everything
    assert "login77" not in everything
    assert "Рога\\|Копыта" in done.markdown
    rows = [line for line in done.markdown.splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in rows if "☐" in line} <= {10, 12, 15}
    assert not any("а" <= letter <= "я" for line in done.markdown.splitlines() if "«" not in line for letter in line)
