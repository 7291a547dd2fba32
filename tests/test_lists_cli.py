"""The technician's commands: check with --explain, --repaired and tables; lists diff, propose and prepare."""

import csv
import io
import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from provision import config, kinds
from provision import lists as checker
from provision.cli import main
from provision.lists.codes import ACCESS, POLLED, SENT
from provision.sandbox import Sandbox
from provision.text import Lang
from tests.world import World

ROOT = Path(__file__).parent.parent
MANAGERS, ONLINE = "romashka_manager_20260417.csv", "romashka_online_20260417.csv"
PASSWORD = "Zq7Secret"
# Everything here can mean one thing only.
DAMAGED = f"""\
111222.example.ru:80,{POLLED.removesuffix(",3600,604800")}
http://222555.example.ru:80/docs,{POLLED}
Zavod, {SENT.replace("smartupload", "SmartUpload")}
Zavod,{SENT}
Teplo,{SENT.replace("-1", chr(0x2212) + "1")},,
Svet,{SENT.replace("donotping", "ping")}
"""
SOUND = f"""\
111222.example.ru:80,{POLLED}
222555.example.ru:80,{POLLED}

Zavod,{SENT}
Teplo,{SENT}
Svet,{SENT}
"""
ACCESSES = f"""\
ООО Ромашка,u10234,{PASSWORD}1,{ACCESS}
ООО Ромашка,u10235,{PASSWORD}2,online1.example.ru,/docs/,HTTPS,ivanova,ivanova@example.ru
ИП Петров,u10237,{PASSWORD},4,{ACCESS}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The technician's folder, where the commands run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str, status: int = 0, lang: Lang = "ru") -> Result:
    """`provision --lang ru …`, which must end so, and without a password."""
    result = CliRunner().invoke(main, ["--lang", lang, *words], catch_exceptions=False)
    assert result.exit_code == status, result.output
    assert PASSWORD not in result.output
    return result


def table(content: bytes) -> list[list[str]]:
    """What a spreadsheet shows of the file."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))


def test_a_technicians_session(folder: Path) -> None:
    """A damaged list is checked, its codes are explained, it is corrected, and the corrected list has no problems."""
    (folder / MANAGERS).write_text(DAMAGED, encoding="utf-8")

    output = run("check", MANAGERS, status=1).output
    assert f"ошибка M04: {MANAGERS}, строка 2, поле 1 (address, адрес): в адресе есть протокол или путь" in output
    assert "\n2 ошибки, 8 предупреждений.\n" in output
    assert "\nВсего строк: 6; годных: 3, с ошибками: 2, пропущенных: 1.\n" in output
    assert output.endswith(
        "Что значит код: provision check --explain M04. Исправленные списки запишет та же команда с --repaired ПАПКА.\n"
    )

    explained = run("check", "--explain", "M04").output
    assert explained.startswith("M04, ошибка: в адресе есть протокол или путь.\n")
    assert "Как надо:\n  222555.example.ru:80," in explained

    written = run("check", MANAGERS, "--repaired", "repaired", status=1).output
    assert f"repaired/{MANAGERS}: исправленный список; исправлений: " in written
    assert (folder / MANAGERS).read_text(encoding="utf-8") == DAMAGED
    assert (folder / "repaired" / MANAGERS).read_text(encoding="utf-8") == SOUND

    assert run("check", f"repaired/{MANAGERS}").output == ("Всё в порядке.\nВсего строк: 5; годных: 5.\n")


def session(readme: str) -> list[tuple[str, str]]:
    """The commands of the printed session, each with the lines printed below it."""
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), re.DOTALL)
    (block,) = [block for block in blocks if "--repaired" in block]
    return [(command, output) for command, _, output in (part.partition("\n") for part in block.split("$ ")[1:])]


def shown(command: str, lang: Lang) -> str:
    """What `provision …`, with head or tail behind it or not, prints."""
    words, _, cut = command.partition(" | ")
    arguments = ["--lang", lang, *shlex.split(words)[1:]]
    lines = CliRunner().invoke(main, arguments, catch_exceptions=False).output.splitlines()
    name, _, number = cut.partition(" -")
    return "\n".join({"": lines, "head": lines[: int(number or 0)], "tail": lines[-int(number or 0) :]}[name])


@pytest.mark.parametrize(("readme", "lang"), [("README.md", "en"), ("README.ru.md", "ru")])
def test_the_readmes_session_is_what_the_commands_print(folder: Path, readme: str, lang: Lang) -> None:
    """Each command of the printed session prints the lines below it; a terminal may wrap them elsewhere."""
    steps = session(readme)
    assert [command.split()[0] for command, _ in steps] == ["cat", *["provision"] * 3, "cat", "provision"]
    for number, (command, output) in enumerate(steps):
        if number == 0:
            Path(command.split()[1]).write_text(output, encoding="utf-8")
        elif command.startswith("cat "):
            assert Path(command.split()[1]).read_text(encoding="utf-8") == output
        else:
            assert shown(command, lang).split() == output.split()


def test_what_only_a_person_can_correct_is_put_aside(folder: Path) -> None:
    """The rest of the list is corrected; the line as it was is in a file of its own that only its owner can read."""
    (folder / ONLINE).write_text(ACCESSES, encoding="utf-8")

    output = run("check", ONLINE, "--repaired", "repaired", status=1).output.splitlines()
    aside, account = f"repaired/{ONLINE[:-4]}.aside.csv", f"repaired/{ONLINE[:-4]}.changes.csv"
    assert output[-3:] == [
        f"repaired/{ONLINE}: исправленный список; исправлений: 2",
        f"{aside}: отложено строк: 1; исправьте их и перенесите в список",
        f"{account}: что сделано с каждой строкой",
    ]
    assert Path(aside).read_text(encoding="utf-8") == ACCESSES.splitlines(keepends=True)[2]
    assert Path(aside).stat().st_mode & 0o777 == 0o600
    assert [(row[0], row[2], row[3]) for row in table(Path(account).read_bytes())[1:]] == [
        ("2", "O07", "исправлено"),
        ("2", "O13", "исправлено"),
        ("3", "O01", "отложено"),
    ]


def test_corrected_lists_are_never_written_over(folder: Path) -> None:
    """A second run refuses, says so, and leaves every file as it is."""
    (folder / MANAGERS).write_text(DAMAGED, encoding="utf-8")
    run("check", MANAGERS, "--repaired", ".", status=1)
    before = (folder / MANAGERS).read_text(encoding="utf-8")
    assert before == DAMAGED
    assert [path.name for path in folder.iterdir()] == [MANAGERS]

    run("check", MANAGERS, "--repaired", "repaired", status=1)
    written = folder / "repaired" / MANAGERS
    written.write_text("by hand", encoding="utf-8")
    assert f"repaired/{MANAGERS} уже есть" in run("check", MANAGERS, "--repaired", "repaired", status=1).output
    assert written.read_text(encoding="utf-8") == "by hand"


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_every_code_is_explained(lang: Lang) -> None:
    """All codes that any message can have: of lists, tenants.yaml and dashboards, in both languages."""
    codes = {**checker.CODES, **config.CODES, **kinds.codes()}
    assert {code[0] for code in codes} == set("DFMNOPXY")
    for code, row in codes.items():
        said = run("check", "--explain", code, lang=lang).output
        assert said.startswith(f"{code}, ")
        assert row.wrong.say(lang) in said
        assert row.hint.say(lang) in said
        assert row.example.splitlines() == [line.strip() for line in row.example.splitlines() if f"  {line}\n" in said]


@pytest.mark.parametrize(
    ("wrong", "similar"), [("M99", "M09"), ("Y99", "Y19"), ("D", "D01, D02, D03"), ("?", "F01, M01")]
)
def test_an_unknown_code(wrong: str, similar: str) -> None:
    """It is wrong usage, and those that may be meant are named."""
    result = run("check", "--explain", wrong, status=2)
    assert f"Нет такого кода: {wrong}" in result.stderr
    assert similar in result.stderr


def test_the_table_of_problems_opens_in_a_spreadsheet(folder: Path) -> None:
    """--format csv gives every problem, worst first, the same to a file and to standard output."""
    (folder / MANAGERS).write_text(DAMAGED, encoding="utf-8")

    said = run("check", MANAGERS, "--format", "csv", "--out", "problems.csv", status=1)
    assert said.output == "2 ошибки, 8 предупреждений. Записано: problems.csv\n"
    written = (folder / "problems.csv").read_bytes()
    rows = table(written)
    assert rows[0] == ["файл", "строка", "поле", "уровень", "код", "что не так", "что делать"]
    codes = ["M04", "M13", "M02", "F18", "F14", "F19", "M12", "M26", "M15", "F19"]
    assert [row[4] for row in rows[1:]] == codes
    assert run("check", MANAGERS, "--format", "csv", status=1).stdout_bytes == written


def test_other_formats_to_a_file(folder: Path) -> None:
    """JSON and text go to a file whole; the names of corrected files are not mixed with JSON on standard output."""
    (folder / MANAGERS).write_text(DAMAGED, encoding="utf-8")

    for shape in ("json", "text"):
        shown = run("check", MANAGERS, "--format", shape, status=1).stdout
        run("check", MANAGERS, "--format", shape, "--out", f"problems.{shape}", status=1)
        assert shown.startswith((folder / f"problems.{shape}").read_text(encoding="utf-8"))
    result = run("check", MANAGERS, "--format", "json", "--repaired", "repaired", status=1)
    assert json.loads(result.stdout)["summary"] == {"error": 2, "warning": 8, "note": 0}
    assert "repaired/" in result.stderr


def test_a_folder_is_all_its_lists(folder: Path) -> None:
    """Every list of the folder is checked together with the others, what --repaired wrote beside them is not."""
    (folder / "lists").mkdir()
    (folder / "lists" / MANAGERS).write_text(SOUND, encoding="utf-8")
    (folder / "lists" / ONLINE).write_text(
        f"ООО Мак,u1,p1,111222.example.ru,docs,http,ivanova,ivanova@example.ru\n{ACCESSES}", encoding="utf-8"
    )
    assert "O12: lists/romashka_online_20260417.csv, строка 1" in run("check", "lists/", status=1).output
    run("check", "lists/", "--repaired", "repaired/", status=1)
    assert len(list(Path("repaired").glob("*.csv"))) == 5
    assert "Всего строк: 8; годных: 8" in run("check", "repaired/").output
    every = sorted(map(str, Path("repaired").glob("*.csv")))
    assert "aside.csv, строка 1" in run("check", *every, status=1).output
    assert "changes.csv," not in run("check", *every, status=1).output
    assert "отчёт" in run("check", f"repaired/{ONLINE[:-4]}.changes.csv", status=2).output
    assert run("check", "repaired/", "repaired/").output == run("check", "repaired").output
    Path("empty").mkdir()
    assert "нет файлов .csv" in run("check", "empty/", status=2).output
    assert "либо кабинеты, либо файлы" in run("check", "lists/", "romashka", status=2).output


def test_older_versions_are_reported_and_not_compared(folder: Path) -> None:
    """Two versions of one list do not repeat each other's lines: the older one is superseded."""
    (folder / MANAGERS).write_text(SOUND, encoding="utf-8")
    (folder / MANAGERS.replace("17", "16")).write_text(SOUND, encoding="utf-8")

    output = run("check", ".").output
    assert f"F03: {MANAGERS.replace('17', '16')}" in output
    assert f"есть новее: {MANAGERS}" in output
    assert "M26" not in output


def test_lists_of_several_companies_are_not_compared(folder: Path) -> None:
    """Branches side by side in a folder are cabinets of their own: the same client in both is no repeat here."""
    (folder / MANAGERS).write_text(SOUND, encoding="utf-8")
    (folder / MANAGERS.replace("romashka", "lutik")).write_text(SOUND, encoding="utf-8")
    assert run("check", ".").output.startswith("Всё в порядке.")
    (folder / MANAGERS.replace("romashka", "lutik")).rename(folder / "romashka_managers.csv")
    (folder / MANAGERS).rename(folder / "managers.csv")
    assert "M26" in run("check", ".").output


def test_what_has_changed_between_two_versions(folder: Path) -> None:
    """Clients that came, went or have another manager; exit 3, and 0 where nothing differs."""
    new = MANAGERS.replace("17", "18")
    (folder / MANAGERS).write_text(SOUND, encoding="utf-8")
    (folder / new).write_text(
        SOUND.replace("Zavod", "Most").replace(f"Teplo,{SENT}", f"Teplo,{SENT.replace('sidorova', 'petrov')}"),
        encoding="utf-8",
    )

    assert run("lists", "diff", MANAGERS, new, status=3).output.splitlines() == [
        "Добавлены: 1",
        f"  Most, {new}:4",
        "Исчезли: 1",
        f"  Zavod, {MANAGERS}:4",
        "Перешли к другому менеджеру: 1",
        f"  Teplo, {new}:5: sidorova → petrov",
    ]
    assert run("lists", "diff", MANAGERS, MANAGERS).output == "Списки одинаковы.\n"

    data = json.loads(run("lists", "diff", MANAGERS, new, "--format", "json", status=3).stdout)
    assert {"change": "moved", "name": "Teplo", "field": "manager", "was": "sidorova", "now": "petrov"}.items() <= data[
        2
    ].items()
    rows = table(run("lists", "diff", MANAGERS, new, "--format", "csv", status=3).stdout_bytes)
    assert rows[0][:5] == ["что", "клиент или доступ", "поле", "было", "стало"]
    assert rows[3][1:5] == ["Teplo", "manager (менеджер)", "sidorova", "petrov"]


def test_a_name_that_is_no_list_is_answered_with_what_was_meant(folder: Path) -> None:
    """A forgotten .csv, a folder that does not exist: the message asks for list files."""
    (folder / MANAGERS).write_text(SOUND, encoding="utf-8")

    assert f"Вероятно, {MANAGERS}" in run("check", MANAGERS.removesuffix(".csv"), status=2).stderr
    assert "Назовите файлы списков" in run("check", "names/", status=2).stderr


def test_the_blank_line_between_the_blocks_is_not_counted(folder: Path) -> None:
    """It belongs there, so it is neither a line of data nor one that was passed over."""
    (folder / MANAGERS).write_text(SOUND, encoding="utf-8")
    assert "Всего строк: 5; годных: 5." in run("check", MANAGERS).output


def test_a_manager_unknown_to_the_estate_is_reported(world: World) -> None:
    """A new version of a list is compared with the people of its company (P02); another company's is not."""
    new = world.folder / "volga_manager_20260418.csv"
    new.write_text(
        world.manager_line("ivanova", "x.example.ru:80") + world.manager_line("gusev", "y.example.ru:80"), "utf-8"
    )
    problems = json.loads(world.run("check", str(new), "--format", "json").stdout)["problems"]
    assert [(one["code"], one["line"]) for one in problems] == [("P02", 2)]

    other = new.rename(world.folder / "kama_manager_20260418.csv")
    assert json.loads(world.run("check", str(other), "--format", "json").stdout)["problems"] == []


def test_clients_of_scripts_and_uploads_are_in_the_lists(folder: Path, world: World) -> None:
    """X02 names the client of a .zip or a script that no list has, with the name that was probably meant."""
    (folder / MANAGERS).write_text(SOUND, encoding="utf-8")
    for name in ("Zavod.zip", "zavod.zip", "Depo.zip"):
        (folder / name).write_bytes(b"PK")
    (folder / "send.bat").write_text(
        "curl -F file=@Teplo.zip https://smart.example.ru\r\ncurl -F file=@Kran.zip", "utf-8"
    )
    names = ("Zavod.zip", "zavod.zip", "Depo.zip", "send.bat")
    problems = json.loads(run("check", MANAGERS, *names, "--format", "json", status=1).stdout)["problems"]
    assert sorted((one["code"], one["file"]) for one in problems if one["level"] == "error") == [
        ("X02", "Depo.zip"),
        ("X02", "send.bat"),
        ("X02", "zavod.zip"),
    ]
    assert "«Zavod»" in next(one["hint"] for one in problems if one["file"] == "zavod.zip")

    upload = world.folder / "Depo.zip"
    upload.write_bytes(b"PK")
    assert "X02" in world.run("check", str(upload)).output


def test_versions_that_cannot_be_compared(folder: Path) -> None:
    """Lists of two kinds and an unreadable list are refused; lines with mistakes are not compared but reported."""
    (folder / MANAGERS).write_text(DAMAGED, encoding="utf-8")
    (folder / ONLINE).write_text(ACCESSES, encoding="utf-8")

    assert "одного вида" in run("lists", "diff", MANAGERS, ONLINE, status=2).stderr
    assert "такого файла нет" in run("lists", "diff", MANAGERS, "nowhere.csv", status=1).stderr
    result = run("lists", "diff", ONLINE, ONLINE)
    assert f"{ONLINE}: строк с ошибками 2" in result.stderr
    assert result.stdout == "Списки одинаковы.\n"


@pytest.fixture
def world(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """An estate of two cabinets on a sandbox of its own."""
    monkeypatch.chdir(tmp_path)
    return World(sandbox.url, "admin", "admin", folder=tmp_path, api="auto")


def test_the_proposed_command_makes_the_cabinet(world: World) -> None:
    """propose prints a block that loads, and the `provision new` that does all the same at once."""
    tag = world.tag
    world.write(f"{tag}rk_manager_20260417.csv", world.manager_line("kamina", f"{tag}kama.example.ru:80"))
    result = world.run("lists", "propose", f"{tag}rk_manager_20260417.csv")
    assert result.exit_code == 0
    assert f"  {tag}rk:\n    title: {tag}rk\n    cabinets:\n" in result.stdout
    assert f"        lists:\n          managers: [{tag}rk_manager_20260417.csv]\n" in result.stdout
    before = (world.folder / "tenants.yaml").read_text(encoding="utf-8")

    world.write("tenants.yaml", before + result.stdout)
    pasted = config.load(world.folder / "tenants.yaml").cabinets
    world.write("tenants.yaml", before)
    (command,) = [line for line in result.stderr.splitlines() if line.startswith("  provision new ")]
    made = world.run(*shlex.split(command)[1:], "--yes")
    assert made.exit_code == 0, made.output
    assert [one.id for one in config.load(world.folder / "tenants.yaml").cabinets] == [one.id for one in pasted]
    assert world.orgs() == [f"{tag}rk"]

    again = world.run("lists", "propose", f"{tag}rk_manager_20260417.csv")
    assert again.exit_code == 1
    assert f"has a cabinet {tag}rk already" in again.stderr


def test_another_branch_of_a_known_company_is_proposed_for_its_block(world: World) -> None:
    """The cabinet alone is printed, as deep as it belongs, and the command says nothing of the company."""
    name = f"d{world.tag}-ural_online_20260417.csv"
    world.write(name, f"ООО Мак,u9,{PASSWORD},online1.example.ru,docs,https,x,x@example.ru\n")
    world.change("tenants.yaml", f"  d{world.tag}:", f"  d{world.tag}-ural:")
    result = world.run("lists", "propose", name)
    assert result.exit_code == 0
    assert result.stdout.startswith("      # title: put in the names")
    assert f"\n      d{world.tag}-ural:\n        profile: company\n" in result.stdout
    assert "--distributor-title" not in result.stderr
    assert PASSWORD not in result.output


def test_nothing_to_propose(folder: Path) -> None:
    """Lists that cannot be used, and names that are no files, end in a sentence."""
    (folder / MANAGERS).write_text("", encoding="utf-8")
    assert "нет ни одной строки" in run("lists", "propose", MANAGERS, status=1).stderr
    assert "Нет такого файла: romashka" in run("lists", "propose", "romashka", status=2).stderr
    (folder / ONLINE).write_text(ACCESSES, encoding="utf-8")
    half = run("lists", "propose", MANAGERS, ONLINE, status=1)
    assert f"# {MANAGERS}: не использован, F13" in half.stdout
    assert f"online: [{ONLINE}]" in half.stdout


def test_working_lists_of_some_files(folder: Path) -> None:
    """Markdown and tables into one folder, never over what somebody has ticked off there."""
    (folder / MANAGERS).write_text(SOUND, encoding="utf-8")
    (folder / ONLINE).write_text(ACCESSES, encoding="utf-8")

    output = run("lists", "prepare", MANAGERS, ONLINE, "-o", "work").output
    names = {"preparation.md", "own-centre.csv", "client-hardware.csv", "online.csv", "gaps.csv"}
    assert {path.name for path in Path("work").iterdir()} == names
    assert all(f"Записано: work/{name}\n" in output for name in names)
    assert [row[0] for row in table(Path("work/client-hardware.csv").read_bytes())[1:]] == ["Zavod", "Teplo", "Svet"]
    everything = b"".join(path.read_bytes() for path in Path("work").iterdir()).decode()
    assert PASSWORD not in everything
    assert "У кого ещё нет логина: ivanova, sidorova." in everything

    Path("work/online.csv").write_text("ticked off", encoding="utf-8")
    assert "уже есть" in run("lists", "prepare", MANAGERS, ONLINE, "-o", "work", status=1).stderr
    assert Path("work/online.csv").read_text(encoding="utf-8") == "ticked off"


def test_working_lists_of_cabinets(world: World) -> None:
    """A folder for each cabinet; what tenants.yaml answers is not asked."""
    result = world.run("lists", "prepare", "-o", "work")
    assert result.exit_code == 0, result.output
    assert {path.name for path in Path("work").iterdir()} == {world.volga, world.don}
    text = Path("work", world.volga, "preparation.md").read_text(encoding="utf-8")
    assert "Without a login" not in text
    assert "mailbox is named" not in text
    assert "Pw-Example-1" not in text
    assert world.run("lists", "prepare", world.don, "-o", "other").exit_code == 0
    assert {path.name for path in Path("other").iterdir()} == {world.don}
    assert world.run("lists", "prepare", "nowhere", "-o", "other").exit_code == 2


def test_only_lists_below_the_estate_are_copied(world: World) -> None:
    """An included file may name any path: what is no .csv file below the estate is not read into the output folder."""
    estate = world.folder / "estate"
    estate.mkdir()
    (world.folder / "secret.csv").write_text("the-secret\n", encoding="utf-8")
    (estate / ".hidden").write_text("the-secret\n", encoding="utf-8")
    (world.folder / "other.csv").write_text("the-secret\n", encoding="utf-8")
    (estate / "link.csv").symlink_to(world.folder / "other.csv")
    lists = "managers: [../secret.csv, .hidden, link.csv, ../volga_manager_20260417.csv]"
    text = (world.folder / "tenants.yaml").read_text(encoding="utf-8")
    (estate / "tenants.yaml").write_text(
        text.replace("managers: [volga_manager_20260417.csv]", lists).split(f"      {world.don}:")[0], encoding="utf-8"
    )
    world.folder = estate
    result = world.run("check", "--repaired", str(estate / "out"))
    written = list((estate / "out").iterdir()) if (estate / "out").exists() else []
    assert "the-secret" not in "".join(path.read_text(encoding="utf-8") for path in written)
    assert result.stderr.count("was not corrected") == 4


def test_the_lists_of_a_cabinet_are_corrected(world: World) -> None:
    """Without files --repaired takes the lists of the estate, or of the cabinets named."""
    world.change("don_manager_20260417.csv", ",http,", ",HTTP,")
    result = world.run("check", world.don, "--repaired", "repaired")
    assert result.exit_code == 0, result.output
    assert "HTTP" not in Path("repaired/don_manager_20260417.csv").read_text(encoding="utf-8")
    assert not Path("repaired/volga_manager_20260417.csv").exists()
    assert world.run("check", "--repaired", "all").exit_code == 0
    assert {path.name.partition("_")[0] for path in Path("all").iterdir()} == {"don", "volga"}
    world.write("tenants.yaml", "defaults: {timezone: [\n")
    assert world.run("check", "--repaired", "none").exit_code == 1
    assert not Path("none").exists()


def test_a_cabinet_goes_before_a_folder_of_its_name(world: World) -> None:
    """Where there is an estate, a folder is named with a slash."""
    Path(world.don).mkdir()
    assert world.run("check", world.don).exit_code == 0
    assert world.run("check", f"{world.don}/").exit_code == 2


def test_utf16_is_reported_and_can_be_corrected(folder: Path) -> None:
    """Such a file is not read, but --repaired saves it as it should be; nothing helps a file that is not there."""
    (folder / MANAGERS).write_text(SOUND, encoding="utf-16")
    assert "это UTF-16. Подсказка: Сохраните его в UTF-8 сами или командой" in run("check", MANAGERS, status=1).output
    run("check", MANAGERS, "--repaired", "repaired", status=1)
    assert (folder / "repaired" / MANAGERS).read_text(encoding="utf-8") == SOUND
    assert "--repaired" not in run("check", "nowhere.csv", status=1).output
