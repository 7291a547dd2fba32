"""Every mistake of tenants.yaml is reported at its place, with what was probably meant."""

import re
from pathlib import Path

import pytest

from provision import config
from provision.errors import EstateError
from provision.model import Problem
from tests.config.estates import HEAD, PROFILES, STORES, TODAY, cabinet, check, distributor, estate, reported, write

ONE = """\
defaults: {timezone: Europe/Samara}
stores:
  metrics: {kind: victoriametrics, url: "http://127.0.0.1:8427"}
  events: {kind: postgresql, address: "127.0.0.1:5432"}
profiles:
  company: {dashboards: ["*"]}
distributors:
  romashka:
    title: ООО «Ромашка»
    cabinets:
      romashka:
        profile: company
        title: Ромашка
        lists:
          managers: [lists/a.csv]
        heads:
          - {login: orlova, email: orlova@example.ru, role: Viewer}
"""
"""An estate without mistakes; each case below spoils one place of it."""

CASES = {
    # what is replaced, by what: line:column code, what was meant, a word of the hint
    "no-such-zone": ("Europe/Samara", "Europe/Samarra", "1:22 Y05", "Europe/Samara", "Вероятно"),
    "zone-without-continent": ("Europe/Samara", "Samara", "1:22 Y05", "Europe/Samara", "Вероятно"),
    "zone-of-another-continent": ("Europe/Samara", "Europe/Omsk", "1:22 Y05", "Asia/Omsk", "Вероятно"),
    "zone-as-offset": ("Europe/Samara", "UTC+4", "1:22 Y05", None, "Europe/Kaliningrad"),
    "zone-of-the-machine": ("Europe/Samara", "localtime", "1:22 Y05", None, "Бывает"),
    "zone-in-cyrillic": ("Europe/Samara", "Europe/Sаmara", "1:22 Y05", "Europe/Samara", "латинскими"),
    "unknown-section": ("defaults:", "defalts:", "1:1 Y03", "defaults", "Вероятно"),
    "unknown-key": ("        title: Ромашка", "        titel: Ромашка", "13:9 Y03", "title", "Вероятно"),
    "key-in-cyrillic": ("        title: Ромашка", "        tіtle: Ромашка", "13:9 Y03", "title", "латинскими"),
    "key-elsewhere": ("        title: Р", "        isolated: true\n        title: Р", "13:9 Y03", None, "*.isolated"),
    "key-like-nothing": ("        title: Р", "        qqqq: 1\n        title: Р", "13:9 Y03", None, "Бывает"),
    "key-missing": ("        profile: company\n", "", "11:7 Y02", None, "Профиль"),
    "key-twice": ("        title: Р", "        profile: company\n        title: Р", "13:9 Y04", None, "Оставьте"),
    "no-such-profile": ("profile: company\n", "profile: compani\n", "12:18 Y05", "company", "Вероятно"),
    "no-such-role": ("role: Viewer", "role: viewer", "17:61 Y05", "Viewer", "Вероятно"),
    "no-such-store": ("victoriametrics", "VictoriaMetrics", "3:19 Y05", "victoriametrics", "Вероятно"),
    "bare-no": ("title: Ромашка", "title: no", "13:16 Y02", '"no"', "Напишите"),
    "bare-on": ("title: Ромашка", "title: On", "13:16 Y02", '"On"', "Напишите"),
    "bare-null": ("title: Ромашка", "title: ~", "13:16 Y02", None, "Впишите"),
    "nothing": ("title: Ромашка", "title:", "13:15 Y02", None, "Впишите"),
    "list-for-text": ("title: Ромашка", "title: [Ромашка]", "13:16 Y02", None, "Название"),
    "text-for-list": ("[lists/a.csv]", "lists/a.csv", "15:21 Y02", '["lists/a.csv"]', "Напишите"),
    "text-for-section": ("{timezone: Europe/Samara}", "Europe/Samara", "1:11 Y02", None, "Настройки"),
    "empty-list": ("[lists/a.csv]", "[]", "15:21 Y02", None, "Установки"),
    "empty-path": ("[lists/a.csv]", "['']", "15:22 Y02", None, "Путь"),
    "no-list-at-all": ("lists:\n          managers: [lists/a.csv]", "lists: {}", "14:16 Y02", None, "Списки"),
    "number-with-zero": ("timezone: Europe/Samara", "generation: 08", "1:24 Y02", "8", "Напишите"),
    "number-in-quotes": ("timezone: Europe/Samara", 'generation: "2"', "1:24 Y02", "2", "Напишите"),
    "number-too-small": ("timezone: Europe/Samara", "generation: 0", "1:24 Y02", None, "Номер"),
    "number-too-large": ("timezone: Europe/Samara", "generation: 99999999", "1:24 Y02", None, "Номер"),
    "number-not-whole": ("timezone: Europe/Samara", "generation: 1.5", "1:24 Y02", None, "Номер"),
    "language": ("timezone: Europe/Samara", "language: ru", "1:22 Y02", None, "ru-RU"),
    "id-in-capitals": ("      romashka:", "      Romashka:", "11:7 Y02", None, "строчные"),
    "id-too-long": ("      romashka:", f"      {'r' * 32}:", "11:7 Y02", None, "до 31"),
    "login-with-space": ("login: orlova", "login: orlova vera", "17:21 Y02", None, "Повторите"),
    "no-e-mail": ("orlova@example.ru", "orlova", "17:36 Y02", None, "почтовый"),
    "title-too-long": ("title: Ромашка", f"title: {'Р' * 190}", "13:16 Y02", None, "Название"),
    "truth-by-another-word": ("    cabinets:", "    isolated: да\n    cabinets:", "10:15 Y02", None, "Филиалы"),
    "password-in-address": ("http://127", "http://u:secret-1@127", "3:41 Y02", None, "без имени и пароля"),
}  # fmt: skip


def spoil(old: str, new: str) -> str:
    assert old in ONE
    return ONE.replace(old, new, 1)


def one(folder: Path, text: str) -> Problem:
    """The only problem of that tenants.yaml."""
    estate_ = check(folder, {"tenants.yaml": text})
    assert estate_.cabinets == ()
    (problem,) = estate_.problems
    return problem


def test_the_estate_the_cases_spoil_has_no_mistake(tmp_path: Path) -> None:
    """Without a spoilt place only the missing list is reported."""
    assert reported(check(tmp_path, {"tenants.yaml": ONE}).problems, tmp_path) == [
        "tenants.yaml:15:22 Y11",
        "tenants.yaml:11:7 X05",
        "tenants.yaml:11:7 X05",
    ]


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_reported_with_its_place_and_what_was_meant(case: str, tmp_path: Path) -> None:
    """One spoilt place gives one problem: its line, column and code, the word meant, and a hint."""
    old, new, place, meant, hint = CASES[case]
    problem = one(tmp_path, spoil(old, new))

    assert reported([problem], tmp_path) == [f"tenants.yaml:{place}"]
    assert problem.level == "error"
    assert problem.suggestion == meant
    assert hint in problem.hint.ru
    assert problem.hint.en
    assert "secret" not in repr(problem)


SYNTAX = {
    "tab": ("a: 1\n\tb: 2", "2:1", "табуляция"),
    "tab-after-key": ("a:\n\t- b", "2:1", "табуляция"),
    "colon-in-text": ("title: ООО: Ромашка", "1:11", "двоеточие"),
    "no-colon": ("a: 1\nb\nc: 2", "3:1", "двоеточия"),
    "key-in-list": ("- a\nb: c", "2:1", "пунктов"),
    "open-quote": ("a: 'b\nc: d", "2:5", "кавычка"),
    "quotes-in-quotes": ('a: "ООО "Рога""', "1:10", "раздел"),
    "indentation": ("a:\n  b: 1\n c: 2", "3:2", "раздел"),
    "bad-start": ("a: @b", "1:4", "этого знака"),
    "star": ("dashboards: [*]", "1:15", "кавычек"),
    "alias": ("a: &x 1\nb: *x", "2:4", "ссылки"),
    "tag": ("a: !!python/name:os.system x", "1:4", "метки"),
    "open-bracket": ("a: [1\nb: 2", "2:2", "скобка"),
    "two-documents": ("a: 1\n---\nb: 2", "2:1", "второй документ"),
    "no-document": ("# nothing\n", "1:1", "пуст"),
    "control-character": ("a: 1\nbй: \x07", "2:5", "управляющий"),
    "key-of-many": ("? [a]\n: b", "1:3", "слово"),
    "too-deep": ("a: " + "[" * 100_000, "1:24", "вложенности"),
    "wrong-version": ("%YAML 3.0\n---\na: 1", "1:1", "YAML"),
}


@pytest.mark.parametrize("case", SYNTAX)
def test_what_is_no_yaml_is_reported_with_its_place(case: str, tmp_path: Path) -> None:
    """The first reason why the file cannot be read is reported with line and column, in words of ours."""
    text, place, word = SYNTAX[case]
    problem = one(tmp_path, text)

    assert reported([problem], tmp_path) == [f"tenants.yaml:{place} Y01"]
    assert word in problem.message.ru


def test_bytes_that_are_not_utf8_are_reported_with_their_line(tmp_path: Path) -> None:
    """A file saved in cp1251 is refused, and the line of its first Russian letter named."""
    path = tmp_path / "tenants.yaml"
    path.write_bytes("a: 1\nb: Ромашка\n".encode("cp1251"))
    (problem,) = config.check(path).problems

    assert (problem.code, problem.line) == ("Y01", 2)
    assert "UTF-8" in problem.message.ru


@pytest.mark.parametrize("make", [lambda path: None, Path.mkdir, lambda path: path.symlink_to(path)])
def test_a_file_that_is_not_there_is_an_error_of_ours(make: object, tmp_path: Path) -> None:
    """Nothing, a folder or a loop of links in place of tenants.yaml is Y01, never an exception of Python's."""
    path = tmp_path / "tenants.yaml"
    assert callable(make)
    make(path)
    (problem,) = config.check(path).problems

    assert (problem.code, problem.file) == ("Y01", str(path))
    with pytest.raises(EstateError, match=r"tenants\.yaml"):
        config.load(path)


def test_text_that_looks_like_a_number_or_a_date_is_text(tmp_path: Path) -> None:
    """Where text is wanted, 2026-11-03, 012, 1_000 and 12:30 stay as they are written."""
    for title in ("2026-11-03", "012", "1_000", "12:30", "1e3", "0x1F", ".inf", "08"):
        (found,) = check(tmp_path, {"tenants.yaml": spoil("title: Ромашка", f"title: {title}")}).cabinets
        assert found.title == title


def test_a_byte_order_mark_does_not_shift_columns(tmp_path: Path) -> None:
    """The mark that Windows editors write at the start is ignored; columns are counted without it."""
    problem = one(tmp_path, "\ufeff" + spoil("Europe/Samara", "Samara"))

    assert (problem.line, problem.column) == (1, 22)


def test_all_mistakes_are_reported_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    """Mistakes of form, of reference and doubled names come together; load() puts each on a line of its own."""
    text = estate(
        distributor("romashka", cabinet("volga"), cabinet("ural", "home: nowhere", "role: x")),
        distributor("lutik", cabinet("volga"), cabinet("don", "belongs_to: vlga").replace("branch", "brnch")),
        distributor("romashka", cabinet("neva")),
        head=f"defaults: {{timezone: Samara}}\n{HEAD}",
    )
    found = check(tmp_path, {"tenants.yaml": text}).problems

    assert reported(found, tmp_path) == [
        "tenants.yaml:1:22 Y05",
        "tenants.yaml:11:187 Y03",
        "tenants.yaml:15:7 Y06",
        "tenants.yaml:15:39 Y06",
        "tenants.yaml:16:22 Y05",
        "tenants.yaml:16:178 Y05",
        "tenants.yaml:17:3 Y04",
    ]
    with pytest.raises(EstateError) as error:
        config.load(tmp_path / "tenants.yaml", today=TODAY)
    for text in error.value.text:
        assert [line.split(":")[1] for line in text.splitlines()[1:]] == ["1", "11", "15", "15", "16", "16", "17"]


@pytest.mark.parametrize("gone", ["stores", "profiles", "distributors"])
def test_a_section_that_is_missing_is_reported(gone: str, tmp_path: Path) -> None:
    """Without stores or profiles there is no estate, without distributors there are no cabinets yet."""
    sections = {
        "stores": STORES,
        "profiles": PROFILES,
        "distributors": f"distributors:\n{distributor('aa', cabinet('volga'))}",
    }
    problem = one(tmp_path, "".join(text for name, text in sections.items() if name != gone))

    assert problem.code == ("Y19" if gone == "distributors" else "Y02")
    assert gone in f"{problem.message.ru} {problem.hint.ru if problem.hint else ''}"


def test_a_title_is_taken_whatever_its_letter_case(tmp_path: Path) -> None:
    """Titles name organisations: two that differ in case and spaces only are one; the place of the first is named."""
    text = estate(
        distributor(
            "aa",
            cabinet("volga").replace("title: volga", "title: Рога  и Копыта"),
            cabinet("ural").replace("title: ural", "title: РОГА и копыта"),
        )
    )
    problem = one(tmp_path, text)

    assert reported([problem], tmp_path) == ["tenants.yaml:10:38 Y06"]
    assert "tenants.yaml:9" in problem.message.ru


def test_an_old_file_is_reported_the_new_names(tmp_path: Path) -> None:
    """`kinds` and `kind` became `profiles` and `profile`: each place is reported once, with the new word."""
    text = ONE.replace("profiles:", "kinds:").replace("profile:", "kind:")
    found = check(tmp_path, {"tenants.yaml": text}).problems

    assert [(p.code, p.value, p.suggestion) for p in found] == [
        ("Y03", "kinds", "profiles"),
        ("Y03", "kind", "profile"),
    ]
    assert found[0].hint.en == "It is now profiles: rename the key."


@pytest.mark.parametrize("branch", ["volga", "don"])
def test_a_branch_belongs_to_another_cabinet(branch: str, tmp_path: Path) -> None:
    """`belongs_to` names a cabinet that belongs to none: not the cabinet itself, not a part of a branch."""
    cabinets = cabinet("volga", f"belongs_to: {branch}"), cabinet("don", "belongs_to: neva"), cabinet("neva")
    problem = one(tmp_path, estate(distributor("aa", *cabinets)))

    assert (problem.code, problem.line, problem.value) == ("Y08", 9, branch)


def test_a_branch_of_another_distributor_is_no_branch(tmp_path: Path) -> None:
    """`belongs_to` does not reach into another company."""
    text = estate(distributor("aa", cabinet("volga", "belongs_to: ural")), distributor("bb", cabinet("ural")))

    assert one(tmp_path, text).code == "Y05"


def test_one_head_is_one_entry(tmp_path: Path) -> None:
    """A head named twice in one cabinet is reported, in any letter case; two cabinets of one company may share one."""
    heads = "heads: [{login: orlova, email: o@example.ru}, {login: Orlova, email: o@example.ru}]"
    problem = one(tmp_path, estate(distributor("aa", cabinet("volga", heads))))

    assert (problem.code, problem.line, problem.value) == ("Y06", 9, "Orlova")


def test_the_last_line_break_of_a_block_is_not_meant(tmp_path: Path) -> None:
    """`title: |` gives the text without the line break at its end; one inside a title is a mistake."""
    (found,) = check(tmp_path, {"tenants.yaml": spoil("title: Ромашка", "title: |\n          Ромашка")}).cabinets
    assert found.title == "Ромашка"

    problem = one(tmp_path, spoil("title: Ромашка", 'title: "Ромашка\\nЛютик"'))
    assert (problem.code, problem.line, problem.column) == ("Y02", 13, 16)


def test_names_of_full_length_are_distinguished(tmp_path: Path) -> None:
    """A mistake in one of two cabinets with the longest ids is reported for that one."""
    names = "v" * 30 + "a", "v" * 30 + "b"
    text = estate(distributor("d" * 31, *map(cabinet, names))).replace(f"profile: branch, title: {names[1]}, ", "")
    found = check(tmp_path, {"tenants.yaml": text}).problems

    assert reported(found, tmp_path) == ["tenants.yaml:10:7 Y02", "tenants.yaml:10:7 Y02"]
    assert found[0].field_name.endswith(names[1])


def test_long_and_unprintable_values_are_cut(tmp_path: Path) -> None:
    """A message stays short and on one line, whatever the file contains."""
    problem = one(tmp_path, spoil("role: Viewer", f'role: "{"x" * 500}\\n\\e[2J"'))

    assert len(problem.message.ru) < 200
    assert problem.message.ru.isprintable()


def test_every_mistake_has_its_code_in_the_table(tmp_path: Path) -> None:
    """CODES, which the documentation repeats, names all codes that are used, and no others."""
    sources = (
        path.read_text(encoding="utf-8") for path in Path(config.__file__).parent.glob("*.py") if path.stem != "codes"
    )
    used = {code for source in sources for code in re.findall(r'"(Y\d\d)"', source)} - {"Y10"}

    assert used == config.CODES.keys()


def test_load_gives_what_check_gives(tmp_path: Path) -> None:
    """One way leads to both: where nothing is wrong with the file they are equal."""
    path = write(tmp_path, {"tenants.yaml": ONE})

    assert config.load(path, today=TODAY) == config.check(path, today=TODAY)
