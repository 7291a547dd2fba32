"""A new cabinet is added to tenants.yaml without changing any other character, however oddly the file is written."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from provision import config
from provision.config import Edit, NewCabinet
from provision.errors import EstateError, UsageError
from tests.config.estates import HEAD, PROFILES, STORES, cabinet, distributor, estate, installations, write

LIST = "managers: [lists/a.csv]"
NEW_ID = "lutik-don"

# The last cabinet of the last distributor, in all the ways its end may be written; {0} is its indentation.
ENDS = [
    "{0}title: Лютик",
    "{0}title: Лютик  # the company",
    "{0}title: 'Лютик: it''s'",
    '{0}title: "Лютик # 1"   ',
    "{0}title: |\n{0}  Лютик",
    "{0}title: |\n{0}  Лютик\n\n",
    "{0}title: |+\n{0}  Лютик\n\n\n",
    "{0}title: >-\n{0}  Лютик\n{0}  и сын",
    "{0}title: Лютик\n{0}  и сын",
    "{0}title: Лютик\n{0}mail:\n{0} usage: a@example.ru",
    "{0}title: Лютик\n{0}heads:\n{0}- login: orlova\n{0}  email: o@example.ru",
    "{0}title: Лютик\n{0}heads:\n{0}  -   {{login: orlova, email: o@example.ru}}",
    "{0}title: Лютик\n{0}dashboards:\n{0}- '*'\n{0}- for-managers",
    "{0}title: Лютик\n{0}dashboards: [\n'*',\n  for-managers ]  # both",
    "{0}title: Лютик 😀",
    '{0}"title" : Лютик',
]
NOISE = [
    "",
    "   ",
    "# a comment",
    "          # a deep one",
    "  # lutik: {title: an old one}",
    "# emoji 😀 and ёлочки «»",
]


@st.composite
def noise(draw: st.DrawFn) -> str:
    """Lines that mean nothing to YAML, each with its line break."""
    return "".join(f"{line}\n" for line in draw(st.lists(st.sampled_from(NOISE), max_size=3)))


@st.composite
def in_blocks(draw: st.DrawFn) -> str:
    """An estate in block style, with noise between its sections and after its end."""
    one, two, three, four = (" " * draw(st.integers(1, 5)) for _ in range(4))
    two, three, four = one + two, one + two + three, one + two + three + four
    between = [draw(noise()) for _ in range(6)]
    quote = draw(st.sampled_from(["", "'", '"']))
    start = draw(st.sampled_from(["", "---\n", "%YAML 1.1\n---\n", "# first\n\n"]))
    end = draw(st.sampled_from(ENDS))
    is_block = "|" in end or ">" in end
    if is_block:  # a deeper comment below would be part of the text
        between[4:] = ["".join(f"{line.lstrip()}\n" for line in text.splitlines()) for text in between[4:]]
    lines = [
        start + STORES + PROFILES + between[0],
        f"{quote}distributors{quote}:\n{between[1]}",
        f"{one}romashka:\n{two}title: Ромашка\n{two}cabinets:\n{three}romashka: {{profile: branch, title: Р, "
        f"lists: {{{LIST}}}}}\n{between[2]}",
        f"{one}lutik:\n{two}title: ООО «Лютик»\n{two}cabinets: # its cabinets\n{between[3]}",
        f"{three}{quote}lutik{quote}:\n{four}profile: branch\n{four}lists: {{managers: [lists/b.csv]}}\n",
        f"{end.format(four)}\n{between[4]}",
    ]
    after = draw(st.sampled_from(["", "defaults: {folder: СМАРТ}\n", "...\n", "# the end\n"]))
    text = "".join(lines) + after + (between[5] if after != "...\n" else "")
    if draw(st.booleans()) and not is_block and not text.endswith("\n\n"):  # a block's own break would be missing
        text = text.removesuffix("\n")
    return text


IN_BRACES = [
    # a section in braces ends: on its own line, with a comma, inside, with a comment, as JSON
    '  lutik: {title: Л, cabinets: {lutik: {profile: branch, title: "Л", lists: {managers: [lists/b.csv]}}}}\n',
    "  lutik:\n    title: Л\n    cabinets: {\n      lutik: {profile: branch, title: Л, lists: {managers: [b.csv]}},\n"
    "    }  # end\n",
    "  lutik:\n    title: Л\n    cabinets: {lutik: {profile: branch, lists: {managers: [b.csv]}, title: Л # comment\n"
    "      }\n      , }\n",
    '  "lutik": {"title": "Л", "cabinets":\n    {"lutik": {"profile": "branch", "title": "Л", "lists": '
    '{"managers": ["lists/b.csv"]}}\n    }\n  }\n',
]


def encoded(text: str, newline: str, *, bom: bool) -> bytes:
    return (b"\xef\xbb\xbf" if bom else b"") + text.replace("\n", newline).encode()


def proposed(folder: Path, content: bytes, **about: Any) -> Edit:
    """The edit that adds a cabinet to the estate of that content."""
    path = folder / "tenants.yaml"
    path.write_bytes(content)
    wanted: dict[str, Any] = {"id": NEW_ID, "distributor": "lutik", "profile": "branch", "title": "Лютик, Дон"}
    wanted["managers"] = (folder / "lists" / "don.csv",)
    return config.add(path, NewCabinet(**wanted | about))


def inserted(edit: Edit) -> bytes:
    """What the edit puts in. Fails unless all that was there is there still, in one piece before and one after."""
    before, after = edit.before, edit.after
    start = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), len(before))
    rest = before[start:]
    assert after.startswith(before[:start])
    assert after.endswith(rest)
    return after[start : len(after) - len(rest)]


def meaning(content: bytes) -> Any:
    """The content as any reader of YAML has it."""
    return yaml.load(content.decode("utf-8-sig"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def new_only(edit: Edit) -> Any:
    """The new cabinet as any reader has it. Fails if the edit changes the meaning of anything else."""
    old, new = meaning(edit.before), meaning(edit.after)
    block = new["distributors"]["lutik"]["cabinets"].pop(NEW_ID)
    assert new == old
    return block


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=in_blocks(), newline=st.sampled_from(["\n", "\r\n"]), bom=st.booleans())
def test_lines_are_added_and_none_is_touched(tmp_path: Path, text: str, newline: str, bom: bool) -> None:
    """Whole lines are added at one place, whatever is around it; what was there keeps its meaning."""
    edit = proposed(tmp_path, encoded(text, newline, bom=bom))
    inserted(edit)
    lines, grown = edit.before.split(newline.encode()), edit.after.split(newline.encode())
    added = len(grown) - len(lines)
    assert added >= 4
    assert any(grown[:at] + grown[at + added :] == lines for at in range(len(lines) + 1))
    assert new_only(edit) == {"profile": "branch", "title": "Лютик, Дон", "lists": {"managers": ["lists/don.csv"]}}


@pytest.mark.parametrize("text", IN_BRACES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_section_in_braces_grows_inside_them(tmp_path: Path, text: str, newline: str) -> None:
    """Where the section is written in braces the block goes in before the closing one, nothing else moves."""
    edit = proposed(tmp_path, encoded(f"{HEAD}distributors:\n{text}# end\n", newline, bom=False))
    assert b"\n" not in inserted(edit)
    assert new_only(edit)["title"] == "Лютик, Дон"


def test_a_file_of_json_stays_json(tmp_path: Path) -> None:
    """A tenants.yaml that is JSON altogether can be read as JSON afterwards."""
    import json

    text = json.dumps(meaning(f"{HEAD}distributors:\n{IN_BRACES[0]}".encode()), indent=2)
    edit = proposed(tmp_path, text.encode(), id=NEW_ID)
    assert json.loads(edit.after)["distributors"]["lutik"]["cabinets"][NEW_ID]["profile"] == "branch"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=in_blocks(), newline=st.sampled_from(["\n", "\r\n"]))
def test_a_new_distributor_is_added_after_the_others(tmp_path: Path, text: str, newline: str) -> None:
    """A distributor that is not there yet gets a block of its own; the others keep theirs."""
    about = {"distributor": "vasilek", "distributor_title": "ООО «Василёк»", "isolated": True}
    edit = proposed(tmp_path, encoded(text, newline, bom=False), **about)
    inserted(edit)
    old, new = meaning(edit.before), meaning(edit.after)
    block = new["distributors"].pop("vasilek")
    assert new == old
    assert (block["title"], block["isolated"], list(block["cabinets"])) == ("ООО «Василёк»", True, [NEW_ID])


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1).filter(
    lambda text: text == text.strip() and "\ufffe" not in text and "\uffff" not in text and "\ufeff" not in text
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(title=TEXTS, name=TEXTS, braces=st.booleans())
@example(title="no", name="012", braces=False)
@example(title="2026-11-03", name="a: b # c", braces=False)
@example(title="- [x]", name="{*&!%@`", braces=True)
def test_any_text_is_written_so_that_it_is_read_as_itself(tmp_path: Path, title: str, name: str, braces: bool) -> None:
    """Whatever a title, a name or a path is made of, the file says exactly that."""
    head = {"login": "orlova", "email": "o@example.ru", "name": name}
    text = f"{HEAD}distributors:\n{IN_BRACES[0]}" if braces else estate(distributor("lutik", cabinet("lutik")))
    file = tmp_path / "lists" / f"{title.replace('/', '_')[:60]}.csv"
    about = {"title": title, "heads": (head,), "managers": (file,)}
    edit = proposed(tmp_path, text.encode(), **about)
    block = new_only(edit)
    assert block["title"] == title
    assert block["heads"] == [head]
    assert block["lists"] == {"managers": [f"lists/{file.name}"]}
    found = config.check(tmp_path / "tenants.yaml", instead=edit.instead).problems
    assert not [problem for problem in found if problem.code in ("Y01", "Y03", "Y04")]


def added_lines(edit: Edit) -> Sequence[str]:
    return inserted(edit).decode().splitlines()


def test_the_block_looks_like_its_neighbours(tmp_path: Path) -> None:
    """Indentation and blank lines are as in the distributor's other blocks; comments keep their place."""
    text = f"""\
{HEAD}distributors:

    # the company
    lutik:
        title: Л
        cabinets:

            # the first one
            lutik:
                profile: branch
                title: Л
                lists: {{managers: [a.csv]}}
                # mail: to be asked

    # the next company
    romashka: {{title: Р, cabinets: {{romashka: {{profile: branch, title: Р, lists: {{managers: [b.csv]}}}}}}}}
"""
    heads = ({"login": "orlova", "email": "o@example.ru"}, {"login": "panin", "email": "p@example.ru"})
    mail = {"high_priority": "sos@example.ru", "usage": "u@example.ru"}
    about = {"mail": mail, "heads": heads, "belongs_to": "lutik", "timezone": "Europe/Samara"}
    edit = proposed(tmp_path, text.encode(), **about)
    block = """\

            lutik-don:
                profile: branch
                belongs_to: lutik
                title: Лютик, Дон
                timezone: Europe/Samara
                lists:
                    managers: [lists/don.csv]
                mail: {high_priority: sos@example.ru, usage: u@example.ru}
                heads:
                    - {login: orlova, email: o@example.ru}
                    - {login: panin, email: p@example.ru}
"""
    comment = "                # mail: to be asked\n"
    assert edit.after.decode() == text.replace(comment, comment + block)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_last_line_without_its_break_stays_a_line(tmp_path: Path, newline: str) -> None:
    """Where the file ends in the middle of a line the block begins a line of its own."""
    text = estate(distributor("lutik", cabinet("lutik"))).removesuffix("\n").replace("\n", newline)
    added = inserted(proposed(tmp_path, text.encode())).decode()
    assert added.startswith(f"{newline}      {NEW_ID}:{newline}")
    assert added.endswith(newline)


def test_a_long_text_stays_on_its_line(tmp_path: Path) -> None:
    """Texts are not folded, however long: a person looks for them."""
    title = "Лютик и " * 20 + "сын"
    edit = proposed(tmp_path, estate(distributor("lutik", cabinet("lutik"))).encode(), title=title)
    assert f"        title: {title}" in added_lines(edit)


def test_the_cabinet_goes_where_its_distributor_lives(tmp_path: Path) -> None:
    """A distributor of an included file grows there, and paths of lists start from that file's folder."""
    files = {
        "tenants.yaml": f"include: [estate/*/*.yaml]\n{HEAD}",
        "estate/romashka/a.yaml": "distributors:\n" + distributor("romashka", cabinet("romashka")),
        "estate/lutik/b.yaml": "distributors:\n" + distributor("lutik", cabinet("lutik")),
    }
    path = write(tmp_path, files)
    new = NewCabinet(
        id=NEW_ID, distributor="lutik", profile="branch", title="Д", managers=(tmp_path / "incoming" / "don.csv",)
    )
    edit = config.add(path, new)
    assert edit.shown == str(tmp_path / "estate/lutik/b.yaml")
    assert new_only(edit)["lists"] == {"managers": ["../../incoming/don.csv"]}
    found = config.check(path, instead=edit.instead)
    assert [one.id for one in found.cabinets] == ["lutik", NEW_ID, "romashka"]


def test_a_file_without_distributors_gets_the_section(tmp_path: Path) -> None:
    """A new distributor where all others are in included files: the main file gets its own section."""
    text = f"include: [a.yaml]\n\n{STORES}\n{PROFILES}# the end\n"
    write(tmp_path, {"a.yaml": "distributors:\n" + distributor("romashka", cabinet("romashka"))})
    edit = proposed(tmp_path, text.encode(), distributor_title="Л")
    assert list(meaning(edit.after)["distributors"]) == ["lutik"]
    assert edit.after.decode().startswith(text.removesuffix("# the end\n"))
    assert len(config.check(tmp_path / "tenants.yaml", instead=edit.instead).cabinets) == 2


def test_a_path_through_a_link_still_leads_to_the_list(tmp_path: Path) -> None:
    """Where the estate's folder is reached by a link, the path written is one that opens the list."""
    text = estate(distributor("lutik", cabinet("lutik")))
    (tmp_path / "real" / "sub").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real" / "sub")
    (tmp_path / "real" / "don.csv").write_text(installations(("Don", "petrov", "p@example.ru")))
    edit = proposed(tmp_path / "link", text.encode(), managers=(tmp_path / "real" / "don.csv",))
    assert new_only(edit)["lists"] == {"managers": ["../don.csv"]}
    (found,) = [
        one for one in config.check(tmp_path / "link/tenants.yaml", instead=edit.instead).cabinets if one.id == NEW_ID
    ]
    assert len(found.installations) == 1


RARE = [
    "  ? lutik\n  : title: Л\n    cabinets:\n      ? lutik\n      : {profile: branch, title: Л, "
    "lists: {managers: [a]}}\n",
    "  lutik:\n    title: Л\n    ? cabinets\n    : ? |-\n        lutik\n      : profile: branch\n        title: Л\n"
    "        lists: {managers: [a]}\n",
]


@pytest.mark.parametrize("text", RARE)
def test_keys_with_question_marks_are_understood(tmp_path: Path, text: str) -> None:
    """The rarest form of YAML's keys is no obstacle."""
    edit = proposed(tmp_path, f"{HEAD}distributors:\n{text}".encode())
    assert new_only(edit)["title"] == "Лютик, Дон"
    assert inserted(edit).startswith(b"      lutik-don:\n")


@pytest.mark.parametrize("text", [distributor("lutik", cabinet("lutik")), IN_BRACES[0]])
def test_text_that_no_file_can_hold_is_refused(tmp_path: Path, text: str) -> None:
    """A title that is not Unicode (a command line may hold any bytes) ends in a sentence with the block to write."""
    with pytest.raises(EstateError) as refused:
        proposed(tmp_path, estate(text).encode(), title="Л\udcff")
    assert refused.value.hint
    assert "profile: branch" in refused.value.hint.en


def test_an_estate_with_mistakes_does_not_grow(tmp_path: Path) -> None:
    """Nothing is proposed for a file that cannot be used as it is; its mistakes are reported."""
    text = estate(distributor("lutik", cabinet("lutik")), head=f"default: {{}}\n{HEAD}")
    with pytest.raises(EstateError, match=r"tenants\.yaml:1:1.*defaults"):
        proposed(tmp_path, text.encode())
    with pytest.raises(EstateError, match="there is no such file"):
        config.add(tmp_path / "none.yaml", NewCabinet(id="a", distributor="lutik", profile="branch", title="A"))


def test_a_distributor_must_be_known_or_introduced(tmp_path: Path) -> None:
    """An unknown distributor needs a title (a slip is guessed), a known one takes none."""
    content = estate(distributor("lutik", cabinet("lutik"))).encode()
    with pytest.raises(UsageError) as slip:
        proposed(tmp_path, content, distributor="lutic")
    assert slip.value.hint
    assert slip.value.hint.en.startswith("Probably lutik. For a new one")
    for about in ({"distributor_title": "Л"}, {"isolated": True}):
        with pytest.raises(UsageError, match="there already"):
            proposed(tmp_path, content, **about)


def test_saving_replaces_the_file_whole(tmp_path: Path) -> None:
    """The file keeps its mode, a link to it stays a link, and nothing else is left in the folder."""
    content = estate(distributor("lutik", cabinet("lutik"))).encode()
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / "estate.yaml"
    real.write_bytes(content)
    real.chmod(0o640)
    (tmp_path / "tenants.yaml").symlink_to(real)
    edit = proposed(tmp_path, content)
    assert real.read_bytes() == content
    edit.save()
    assert real.read_bytes() == edit.after
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert (tmp_path / "tenants.yaml").is_symlink()
    assert [path.name for path in real.parent.iterdir()] == ["estate.yaml"]


def test_a_file_that_somebody_changed_is_left_alone(tmp_path: Path) -> None:
    """What was written between the proposal and the answer is not undone."""
    content = estate(distributor("lutik", cabinet("lutik"))).encode()
    edit = proposed(tmp_path, content)
    (tmp_path / "tenants.yaml").write_bytes(content + b"# mine\n")
    with pytest.raises(EstateError, match="changed in the meantime"):
        edit.save()
    assert (tmp_path / "tenants.yaml").read_bytes() == content + b"# mine\n"
    assert [path.name for path in tmp_path.iterdir()] == ["tenants.yaml"]


def test_a_write_that_fails_leaves_the_file(tmp_path: Path) -> None:
    """Where there is no room for the new file the old one stays whole, and no half is left behind."""
    content = estate(distributor("lutik", cabinet("lutik"))).encode()
    edit = proposed(tmp_path, content)
    child = os.fork()
    if not child:  # a limit on the size of files cannot be taken back, so it is set in a process of its own
        import resource
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (16, 16))
        try:
            edit.save()
        except OSError:
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert (tmp_path / "tenants.yaml").read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["tenants.yaml"]
