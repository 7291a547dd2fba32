"""Plans, outcomes and problems as a person or a program reads them."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from provision.errors import ApiError, ProvisionError
from provision.model import Level, Problem, Ref, Resource
from provision.plan import CabinetOutcome, CabinetPlan, Change, Outcome, Plan
from provision.render import (
    OUTCOME_FORMATS,
    PLAN_FORMATS,
    PROBLEM_FORMATS,
    outcome_json,
    outcome_text,
    plan_json,
    plan_markdown,
    plan_text,
    problems_json,
    problems_text,
)
from provision.render_words import NO_NAMES, cabinets, in_cabinets
from provision.text import Lang, Text

KINDS = {"dashboard": Text("дашборд", "dashboard"), "folder": Text("папка", "folder")}
LIMIT = 60_000


def resource(
    key: str,
    spec: Mapping[str, Any],
    *,
    cabinet: str = "romashka",
    origin: str = "grafana",
    managed: bool = True,
) -> Resource:
    """One object."""
    return Resource(Ref(cabinet, "dashboard", key), spec, origin, managed=managed)


def change(
    key: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    *,
    cabinet: str = "romashka",
    origin: str = "",
) -> Change:
    """One change; what is there was found in Grafana."""
    old = None if before is None else resource(key, before, cabinet=cabinet)
    new = None if after is None else resource(key, after, cabinet=cabinet, origin=origin or f"dashboards/{key}.py")
    return Change(Ref(cabinet, "dashboard", key), old, new)


def one(*changes: Change, **rest: Any) -> Plan:
    """The plan of the one cabinet."""
    return Plan((CabinetPlan("romashka", "ООО «Ромашка»", changes, **rest),))


CREATE = change("smart-managers", None, {"title": "Для менеджеров"})
UPDATE = change(
    "smart-usage",
    {"title": "Работа", "panels": [{"title": "a"}, {"title": "b"}], "time": {"from": "now-1d"}},
    {"title": "Работа", "panels": [{"title": "a"}, {"title": "c"}], "time": {"from": "now-7d"}},
)
DELETE = change("smart-old", {"title": "Старый"}, None)
STRANGER = resource("abc", {"title": "Чужой"}, managed=False)
REFUSED = CabinetPlan(
    "lutik", "Лютик", (change("smart-x", {"title": "x"}, None, cabinet="lutik"),), refused=Text("Нельзя", "No"),
    hint=Text("Подождите", "Wait"),
)  # fmt: skip


# --- text


def test_text_tells_each_change() -> None:
    """Every change has its sign, kind in the reader's language, key, title, and why."""
    lines = plan_text(one(CREATE, UPDATE, DELETE), lang="ru", kinds=KINDS).splitlines()

    assert lines == [
        "ООО «Ромашка» (romashka)",
        "  + дашборд  smart-managers  Для менеджеров  dashboards/smart-managers.py",
        "  ~ дашборд  smart-usage     Работа          dashboards/smart-usage.py: panels[1].title, time.from",
        "  - дашборд  smart-old       Старый          есть в Grafana, в описании больше нет",
        "",
        "Создать 1, изменить 1, удалить 1 в 1 кабинете.",
        f"Отпечаток плана: {one(CREATE, UPDATE, DELETE).digest}",
    ]


def test_text_in_english() -> None:
    """The same in English; a kind without a name is shown as it is."""
    text = plan_text(one(DELETE), lang="en")

    assert "  - dashboard  smart-old  Старый  is in Grafana, no longer described" in text
    assert "Create 0, update 0, delete 1 in 1 cabinet." in text


def test_text_folds_unchanged_cabinets() -> None:
    """Cabinets with nothing to do share one line that names a few of them."""
    quiet = tuple(CabinetPlan(f"c{number}", f"К {number}") for number in range(12))
    text = plan_text(Plan((*quiet, *one(CREATE).cabinets)), lang="ru")

    assert "Без изменений: 12 кабинетов: c0, c1, c2, c3, c4, c5 …" in text.splitlines()
    assert "К 3" not in text


def test_text_of_nothing_to_do() -> None:
    """A plan without changes says so."""
    assert plan_text(Plan((CabinetPlan("a", "A"),)), lang="en").splitlines()[0] == "Unchanged: 1 cabinet: a"
    assert "\nЗаписывать нечего.\n" in plan_text(Plan((CabinetPlan("a", "A"),)), lang="ru")


def test_refused_cabinet_is_not_counted() -> None:
    """A refusal shows reason, hint and what was wished, but the sums hold only what would be written."""
    plan = Plan((*one(CREATE).cabinets, REFUSED))
    text = plan_text(plan, lang="ru")

    assert "  ! Отказ, здесь ничего не будет записано: Нельзя. Подсказка: Подождите." in text.splitlines()
    assert "  - dashboard  smart-x" in text
    assert "Создать 1, изменить 0, удалить 0 в 1 кабинете. Отказано: 1 кабинет." in text
    assert json.loads(plan_json(plan))["summary"]["delete"] == 0


def test_unmanaged_are_listed_on_demand() -> None:
    """Objects without our mark are counted always and listed only when asked for."""
    plan = one(unmanaged=(STRANGER,))

    assert "abc" not in plan_text(plan, lang="ru")
    assert "Без нашей метки: 1 объект." in plan_text(plan, lang="ru")
    listed = plan_text(plan, lang="ru", unmanaged=True)
    assert "  ? dashboard  abc  Чужой  без нашей метки, не трогаем" in listed.splitlines()
    assert "Без изменений" not in listed


def test_many_parts_are_cut() -> None:
    """Of many differing parts a few are named, and a list of another length is one part."""
    before = {**{f"k{number}": 0 for number in range(6)}, "a list": [1, 2]}
    after = {**{f"k{number}": 1 for number in range(6)}, "a list": [1, 2, 3]}
    text = plan_text(one(change("x", before, after)), lang="en")

    assert '"a list" (2 → 3), k0, k1, k2 and 3 more' in text


def test_part_that_came_or_went_is_named() -> None:
    """A key that only one side has is named, not what is under it."""
    text = plan_text(one(change("x", {"a": {"b": 1}}, {"c": {"d": 1}})), lang="en")

    assert "dashboards/x.py: a, c" in text


def test_diff_only_when_asked() -> None:
    """Without `diff` no diff is shown; with it additions, removals and the differing lines are."""
    plan = one(CREATE, UPDATE, DELETE)

    assert "now-7d" not in plan_text(plan, lang="ru")
    shown = [line.strip() for line in plan_text(plan, lang="ru", diff=True).splitlines()]
    assert '+  "title": "Для менеджеров"' in shown
    assert '-    "from": "now-1d"' in shown
    assert '+    "from": "now-7d"' in shown
    assert '-  "title": "Старый"' in shown
    assert "--- romashka/dashboard/smart-usage (grafana)" in shown
    assert "+++ romashka/dashboard/smart-usage (dashboards/smart-usage.py)" in shown


def test_text_diff_is_never_cut() -> None:
    """However long a spec is, the diff in text shows all of it."""
    plan = one(change("x", None, {"rows": list(range(5000))}))

    assert all(f"+    {number}" in plan_text(plan, lang="en", diff=True) for number in (0, 2500, 4999))


def test_colour_only_when_asked() -> None:
    """Escape codes are there with `colour` and only then, and they change nothing else."""
    plan = Plan((*one(CREATE, UPDATE, DELETE, unmanaged=(STRANGER,)).cabinets, REFUSED))
    plain = plan_text(plan, lang="ru", diff=True, unmanaged=True)
    coloured = plan_text(plan, lang="ru", diff=True, unmanaged=True, colour=True)

    assert "\x1b" not in plain
    assert "\x1b[32m+\x1b[0m" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain


@pytest.mark.parametrize(
    ("number", "nominative", "locative"),
    [
        (0, "0 кабинетов", "в 0 кабинетах"),
        (1, "1 кабинет", "в 1 кабинете"),
        (2, "2 кабинета", "в 2 кабинетах"),
        (5, "5 кабинетов", "в 5 кабинетах"),
        (11, "11 кабинетов", "в 11 кабинетах"),
        (14, "14 кабинетов", "в 14 кабинетах"),
        (21, "21 кабинет", "в 21 кабинете"),
        (104, "104 кабинета", "в 104 кабинетах"),
        (111, "111 кабинетов", "в 111 кабинетах"),
    ],
)
def test_russian_plurals(number: int, nominative: str, locative: str) -> None:
    """Counted cabinets take the right Russian form."""
    assert cabinets(number).ru == nominative
    assert in_cabinets(number).ru == locative


# --- JSON


def test_json_of_a_plan() -> None:
    """The JSON holds digest, sums, changes in the order of writing, refusals and strangers."""
    plan = Plan((*one(CREATE, DELETE, unmanaged=(STRANGER,)).cabinets, REFUSED))
    value = json.loads(plan_json(plan, lang="ru"))

    assert list(value) == ["digest", "summary", "changes", "refused", "unmanaged"]
    assert value["digest"] == plan.digest
    assert value["summary"] == {"create": 1, "update": 0, "delete": 1, "unmanaged": 1}
    assert value["changes"][0] == {
        "cabinet": "romashka",
        "kind": "dashboard",
        "key": "smart-managers",
        "action": "create",
        "origin": "dashboards/smart-managers.py",
        "before": None,
        "after": {"title": "Для менеджеров"},
    }
    assert [said["key"] for said in value["changes"]] == ["smart-managers", "smart-old"]
    assert value["refused"][0]["reason"] == "Нельзя"
    assert value["refused"][0]["hint"] == "Подождите"
    assert [said["key"] for said in value["refused"][0]["changes"]] == ["smart-x"]
    assert value["unmanaged"] == [{"cabinet": "romashka", "kind": "dashboard", "key": "abc", "title": "Чужой"}]


def test_json_is_readable() -> None:
    """Russian letters are letters and levels are indented by two spaces."""
    assert '\n        "title": "Для менеджеров"\n' in plan_json(one(CREATE))


# --- secrets

SECRET_KEYS = ["password", "Secret", "accessToken", "basicAuthPassword", "secureJsonData", "SECUREJSONDATA", "api_key"]


@pytest.mark.parametrize("key", SECRET_KEYS)
@pytest.mark.parametrize("form", PLAN_FORMATS)
def test_secrets_are_masked(form: str, key: str) -> None:
    """A value under a key that looks like a secret's is never shown, whatever it is and however deep it stands."""
    spec = {"deep": [{key: {"inner-hunter2": ["hunter2"]}}], key: "hunter2"}
    changed = change("x", spec, {**spec, key: "hunter2-new"})
    plan = one(changed, change("y", None, spec), change("z", spec, None))
    shown = PLAN_FORMATS[form](plan, lang="ru", colour=False, diff=True, unmanaged=True, kinds=NO_NAMES)

    assert "hunter2" not in shown
    assert "***" in shown


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_change_of_a_secret_alone_is_told(form: str) -> None:
    """When only a masked value differs, its path is named and the diff says that there is nothing else."""
    changed = change("x", {"password": "old-one"}, {"password": "new-one"})
    shown = PLAN_FORMATS[form](one(changed), lang="en", colour=False, diff=True, unmanaged=False, kinds=NO_NAMES)

    assert "dashboards/x.py: password" in shown
    assert "(only hidden values differ)" in shown
    assert "new-one" not in shown


# --- Markdown


class Tags(HTMLParser):
    """Which tags the HTML opens, whether all are closed in order, and its text."""

    VOID = frozenset({"br", "hr", "img"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.wrong: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def read_markdown(text: str) -> Tags:
    """The Markdown as a forge reads it: CommonMark with tables, raw HTML let through."""
    return Tags(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


OURS = {"h3", "p", "code", "ul", "li", "strong", "s", "table", "thead", "tbody", "tr", "th", "td", "details", "summary"}


def assert_sound(text: str) -> None:
    """The Markdown is small enough, balanced, and made only of the tags we use."""
    tags = read_markdown(text)

    assert len(text) <= LIMIT
    assert (tags.open, tags.wrong) == ([], [])
    assert tags.seen <= OURS | {"pre"}


def test_markdown_of_a_plan() -> None:
    """The comment begins with its marker and tells sums, table and folded changes."""
    plan = Plan((*one(CREATE, UPDATE).cabinets, REFUSED, CabinetPlan("quiet", "Тихий")))
    text = plan_markdown(plan, lang="ru", kinds=KINDS)

    assert text.splitlines()[0] == "<!-- smart-provision plan -->"
    assert "### Создать 1, изменить 1, удалить 0 в 1 кабинете. Отказано: 1 кабинет" in text.splitlines()
    assert "| ООО «Ромашка» <code>romashka</code> | 1 | 1 | 0 | 0 |" in text.splitlines()
    assert "| Лютик <code>lutik</code> | 0 | 0 | ~~1~~ | 0 |" in text.splitlines()
    assert "<details><summary>ООО «Ромашка» <code>romashka</code></summary>" in text.splitlines()
    assert "- <code>+</code> дашборд <code>smart-managers</code> Для менеджеров: dashboards/smart-managers.py" in text
    assert "Нельзя. Подсказка: Подождите." in text
    assert "Без изменений: 1 кабинет: quiet" in text
    assert_sound(text)
    assert "details" in read_markdown(text).seen


def test_markdown_lists_unmanaged_on_demand() -> None:
    """Objects without our mark are listed only when asked for."""
    plan = one(CREATE, unmanaged=(STRANGER,))

    assert "abc" not in plan_markdown(plan, lang="en")
    assert "<code>abc</code> Чужой: without our mark, left alone" in plan_markdown(plan, lang="en", unmanaged=True)


def test_markdown_folds_long_diffs() -> None:
    """A short diff stands open, a long one is folded; both are fenced."""
    short = plan_markdown(one(CREATE), lang="en", diff=True)
    long = plan_markdown(one(change("x", None, {"rows": list(range(50))})), lang="en", diff=True)

    assert short.count("<details>") == 1
    assert long.count("<details>") == 2
    assert "<summary>Differences, lines: 57</summary>" in long
    for text in (short, long):
        assert text.count("```diff") == 1
        assert_sound(text)


def test_markdown_without_diff_has_no_fence() -> None:
    """Without `diff` no diff is shown."""
    assert "```" not in plan_markdown(one(UPDATE), lang="en")


def test_fence_outgrows_backticks() -> None:
    """Backticks inside a diff do not close its fence."""
    text = plan_markdown(one(change("x", None, {"query": "`````", "after": "<b>"})), lang="en", diff=True)

    assert "\n``````diff\n" in text
    assert_sound(text)


NASTY = "</details><script>alert(1)</script> `a` *b* _c_ [d](http://example.com) | e & f ~~g~~ <!-- h --> \\"


def test_markdown_escapes_titles() -> None:
    """What a title holds is read as the very same text, never as HTML or Markdown."""
    wish = change("x" + NASTY, None, {"title": NASTY}, origin=NASTY)
    plan = Plan((CabinetPlan("a", NASTY, (wish,), refused=Text(NASTY, NASTY), hint=Text(NASTY, NASTY)),))
    text = plan_markdown(plan, lang="en", kinds={"dashboard": Text(NASTY, NASTY)})
    tags = read_markdown(text)

    assert_sound(text)
    # The refused cabinet, reason and hint; the table; the fold; then kind, key, title and origin of the change.
    assert tags.text.replace("\u2060", "").count(NASTY) == 9
    assert "a" not in tags.seen


def test_markdown_mentions_nobody() -> None:
    """A title with @all or #1 notifies nobody and refers to nothing: the sign and the word are kept apart."""
    tags = read_markdown(plan_markdown(one(change("x", None, {"title": "@all #1 !2 ~l %m $n &o"})), lang="en"))

    assert not re.search(r"[@#!~%$&]\w", tags.text)
    assert "@all #1 !2 ~l %m $n &o" in tags.text.replace("\u2060", "")


def test_markdown_logins_can_be_copied() -> None:
    """A login is code, where nobody is mentioned, and has nothing invisible in it."""
    text = read_markdown(plan_markdown(one(change("ivanov@example.ru", None, {})), lang="en")).text

    assert "ivanov@example.ru " in text.replace(":", " ")


def test_markdown_cut_at_the_limit() -> None:
    """A plan too large for a comment is cut, closed, and says how much of it is there and how to see the rest."""
    plans = [
        CabinetPlan(f"c{number}", f"К {number}", (change("x", None, {"q": ["`" * 50] * 100}, cabinet=f"c{number}"),))
        for number in range(30)
    ]
    text = plan_markdown(Plan(tuple(plans)), lang="ru", diff=True)

    assert_sound(text)
    assert len(text) > LIMIT - 2000
    told = re.search(r"целиком здесь (\d+) кабинет\w* из 30\.", text.splitlines()[-1])
    assert told
    assert int(told[1]) == len(re.findall(r"^</details>\n\n<details><summary>К", text, re.MULTILINE))
    assert "provision plan --diff" in text.splitlines()[-1]


def test_markdown_of_a_whole_estate_fits() -> None:
    """Even a table larger than a comment is cut soundly."""
    plans = [CabinetPlan(f"c{number}", "Т" * 300, (CREATE,)) for number in range(500)]

    assert_sound(plan_markdown(Plan(tuple(plans)), lang="en", diff=True))


def test_markdown_that_fits_is_whole() -> None:
    """What fits is not cut."""
    assert "Not all is shown" not in plan_markdown(one(*[CREATE] * 100), lang="en", diff=True)


# --- any values

# How long an example takes says nothing here: the machine may be busy.
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

WORDS = st.text(max_size=30) | st.sampled_from(
    ["\ud800", "\x1b[31m", "a\nb", "\x9b2J", "\u202e", "</details>", "```", "~~~", "|"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
SPECS = st.dictionaries(WORDS | st.sampled_from(["title", "name"]), JSON, max_size=5)


@st.composite
def changes(draw: st.DrawFn, cabinet: str) -> Change:
    """Any change."""
    ref = Ref(cabinet, draw(WORDS), draw(WORDS))
    before = draw(st.none() | SPECS)
    after = draw(SPECS if before is None else st.none() | SPECS)
    sides = [None if spec is None else Resource(ref, spec, draw(WORDS)) for spec in (before, after)]
    return Change(ref, *sides)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any plan of a few cabinets with all that a plan can hold."""
    found = []
    for _ in range(draw(st.integers(0, 3))):
        name = draw(WORDS)
        strangers = [Resource(Ref(name, draw(WORDS), draw(WORDS)), draw(SPECS), "grafana", managed=False)]
        texts = [draw(st.none() | st.builds(Text, WORDS, WORDS)) for _ in range(2)]
        wishes = draw(st.lists(changes(name), max_size=3))
        found.append(CabinetPlan(name, draw(WORDS), tuple(wishes), tuple(strangers), *texts))
    return Plan(tuple(found))


def assert_harmless(text: str) -> None:
    """No character but line breaks could steer a terminal, and the text is UTF-8."""
    text.encode()
    assert {
        char for char in text.replace("\n", "") if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    } == set()


def every_form(plan: Plan, lang: Lang) -> Iterable[tuple[str, str]]:
    """The plan in all formats with everything shown."""
    for name, form in PLAN_FORMATS.items():
        yield name, form(plan, lang=lang, colour=False, diff=True, unmanaged=True, kinds=KINDS)


@calm
@given(plans(), st.sampled_from(["ru", "en"]))
def test_any_plan_is_harmless(plan: Plan, lang: Lang) -> None:
    """Whatever lists and servers say: JSON parses, Markdown is sound, nothing steers the terminal."""
    for name, text in every_form(plan, lang):
        assert_harmless(text)
        if name == "json":
            json.loads(text, parse_constant=pytest.fail)
        if name == "markdown":
            assert_sound(text)


@settings(calm, max_examples=30)
@given(plans(), st.integers(1, 400))
def test_any_cut_is_sound(plan: Plan, times: int) -> None:
    """Wherever in any plan the limit falls, what remains is small enough and balanced."""
    assert_sound(plan_markdown(Plan(plan.cabinets * times), lang="ru", diff=True, unmanaged=True))


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@calm
@given(PLAIN)
def test_json_keeps_values(value: Any) -> None:
    """A spec of plain JSON values comes back from the JSON as it was, strange characters and all."""
    text = plan_json(one(change("x", None, {"kept": value})))

    assert json.loads(text)["changes"][0]["after"] == {"kept": value}


@calm
@given(SPECS, st.sampled_from(SECRET_KEYS), st.sampled_from(["", "my", "2"]), st.data())
def test_any_secret_is_masked(spec: dict[str, Any], key: str, around: str, data: st.DataObject) -> None:
    """A secret put anywhere into any spec never shows in any format."""
    hidden: Any = {around + key + around: data.draw(st.sampled_from(["hunter2", ["hunter2"], {"hunter2": "hunter2"}]))}
    for wrap in data.draw(st.lists(st.sampled_from(["list", "dict"]), max_size=3)):
        hidden = [1, hidden] if wrap == "list" else {"in": hidden}
    loaded = {**spec, "holder": hidden}
    plan = one(change("a", spec, loaded), change("b", loaded, spec), change("c", None, loaded))

    for _, text in every_form(plan, "en"):
        assert "hunter2" not in text


@calm
@given(SPECS, SPECS)
def test_every_difference_has_a_part(before: dict[str, Any], after: dict[str, Any]) -> None:
    """An update of anything names at least one part, and none when both sides are equal."""
    equal = before == after
    text = plan_text(one(change("x", before, after)), lang="en")

    assert ("dashboards/x.py: " in text) is (not equal)


# --- outcomes

FAULT = ApiError(412, "POST", "/api/dashboards/db", "somebody was\nthere\x1b[0m first")


def outcomes_of(plan: Plan) -> list[CabinetOutcome]:
    """The first change failed after one was done, the rest was skipped."""
    done, failed, *skipped = plan.cabinets[0].changes
    found = [Outcome(done, "done"), Outcome(failed, "failed", FAULT), *(Outcome(rest, "skipped") for rest in skipped)]
    return [CabinetOutcome(plan.cabinets[0], tuple(found))]


def test_outcome_text_tells_failures() -> None:
    """A failed cabinet has one line: what failed, what to do, how much is written."""
    text = outcome_text(one(CREATE, UPDATE, DELETE), outcomes_of(one(CREATE, UPDATE, DELETE)), lang="ru", kinds=KINDS)

    assert text.splitlines() == [
        "! ООО «Ромашка» (romashka), ~ дашборд smart-usage: Grafana ответила POST /api/dashboards/db: 412 "
        r"somebody was\nthere\u001b[0m first. Записано: 1 из 3.",
        "Создано 1, изменено 0, удалено 0 в 1 кабинете. Не удалось: 1 кабинет.",
    ]


def test_outcome_text_of_other_ends() -> None:
    """A cabinet's own error, refusals, unchanged cabinets and those never begun are told or counted."""
    lost = CabinetPlan("lost", "Пропавший", (CREATE,))
    quiet, late = CabinetPlan("quiet", "Тихий"), CabinetPlan("late", "Поздний", (CREATE,))
    error = ProvisionError(Text("Нет связи", "No answer"), Text("Проверьте адрес", "Check the address"))
    ends = [CabinetOutcome(lost, (), error), CabinetOutcome(REFUSED), CabinetOutcome(quiet)]
    text = outcome_text(Plan((lost, REFUSED, quiet, late)), ends, lang="en")

    assert text.splitlines() == [
        "! Пропавший (lost): No answer. Hint: Check the address. Written: 0 of 1.",
        "! Лютик (lutik): Refused, nothing was written here: No. Hint: Wait.",
        "Nothing was written. Unchanged: 1 cabinet. Failed: 1 cabinet. Refused: 1 cabinet. Not begun: 1 cabinet.",
    ]


def test_outcome_text_of_success() -> None:
    """When all went well only the sums are told, in colour if asked."""
    plan = one(CREATE, DELETE)
    done = [CabinetOutcome(plan.cabinets[0], tuple(Outcome(each, "done") for each in plan.changes))]

    assert outcome_text(plan, done, lang="ru") == "Создано 1, изменено 0, удалено 1 в 1 кабинете."
    assert outcome_text(plan, done, lang="ru", colour=True).startswith("\x1b[1m")


def test_outcome_json() -> None:
    """Each change has its outcome and error, each cabinet its status; what was never begun is skipped."""
    late = CabinetPlan("late", "Поздний", (change("x", None, {}, cabinet="late"),))
    plan = Plan((*one(CREATE, UPDATE, DELETE).cabinets, REFUSED, late))
    ends = [*outcomes_of(plan), CabinetOutcome(REFUSED)]
    value = json.loads(outcome_json(plan, ends, lang="en"))

    assert value["digest"] == plan.digest
    assert [said["outcome"] for said in value["changes"]] == ["done", "failed", "skipped", "skipped"]
    assert [said["error"] for said in value["changes"]] == [None, FAULT.text.en, None, None]
    assert [(said["cabinet"], said["status"]) for said in value["cabinets"]] == [
        ("romashka", "failed"),
        ("lutik", "refused"),
        ("late", "skipped"),
    ]


def test_outcome_json_tells_a_cabinets_error() -> None:
    """A failure outside any single change stands at the cabinet, with its hint."""
    error = ProvisionError(Text("Нет связи", "No answer"), Text("Проверьте адрес", "Check the address"))
    plan = one(CREATE)
    value = json.loads(outcome_json(plan, [CabinetOutcome(plan.cabinets[0], (), error)], lang="ru"))

    assert value["cabinets"] == [
        {"cabinet": "romashka", "status": "failed", "error": "Нет связи", "hint": "Проверьте адрес"}
    ]


# --- problems


def problem(level: Level, file: str, line: int = 0, **rest: Any) -> Problem:
    """One problem with plain words."""
    return Problem("X01", level, Text("порт пуст", "port is empty"), Text("допишите", "add it"), file, line, **rest)


@pytest.mark.parametrize(
    ("found", "ru", "en"),
    [
        (
            problem("error", "lists/a.csv", 3, field_number=2, field_name="e-mail"),
            "ошибка: lists/a.csv, строка 3, поле 2 (e-mail): порт пуст. Подсказка: допишите.",
            "error: lists/a.csv, line 3, field 2 (e-mail): port is empty. Hint: add it.",
        ),
        (
            problem("warning", "tenants.yaml", 7, column=5),
            "предупреждение: tenants.yaml, строка 7, столбец 5: порт пуст. Подсказка: допишите.",
            "warning: tenants.yaml, line 7, column 5: port is empty. Hint: add it.",
        ),
        (
            problem("error", "", cabinet="romashka", field_name="mail"),
            "ошибка: romashka, поле (mail): порт пуст. Подсказка: допишите.",
            "error: romashka, field (mail): port is empty. Hint: add it.",
        ),
        (Problem("X", "error", Text("Нет!", "No!"), Text("", "")), "ошибка: Нет!", "error: No!"),
    ],
)
def test_problem_line(found: Problem, ru: str, en: str) -> None:
    """A problem says where, what and what to do, leaving out what is not known."""
    assert problems_text([found], lang="ru").splitlines()[0] == ru
    assert problems_text([found], lang="en").splitlines()[0] == en


MIXED = [
    problem("note", "b.csv", 1),
    problem("warning", "b.csv", 2),
    problem("warning", "a.csv", 9),
    problem("error", "a.csv", 12),
    problem("error", "a.csv", 4),
]


def test_problems_grouped_worst_first() -> None:
    """Files with errors come first, errors stand before warnings, and the sums are told."""
    assert problems_text(MIXED, lang="ru").splitlines() == [
        "ошибка: a.csv, строка 4: порт пуст. Подсказка: допишите.",
        "ошибка: a.csv, строка 12: порт пуст. Подсказка: допишите.",
        "предупреждение: a.csv, строка 9: порт пуст. Подсказка: допишите.",
        "",
        "предупреждение: b.csv, строка 2: порт пуст. Подсказка: допишите.",
        "",
        "2 ошибки, 2 предупреждения, 1 замечание (замечания покажет --verbose).",
    ]


def test_notes_only_when_verbose() -> None:
    """Notes are only counted until asked for."""
    assert "note: b.csv" not in problems_text(MIXED, lang="en")
    verbose = problems_text(MIXED, lang="en", verbose=True)
    assert "note: b.csv, line 1: port is empty. Hint: add it." in verbose.splitlines()
    assert verbose.splitlines()[-1] == "2 errors, 2 warnings, 1 note."


def test_no_problems() -> None:
    """No problems is good news."""
    assert problems_text([], lang="ru") == "Всё в порядке."
    assert json.loads(problems_json([], lang="ru"))["problems"] == []


def test_problems_json() -> None:
    """The JSON has sums by level and every problem, notes too, in the order of the text."""
    value = json.loads(problems_json([problem("note", "b.csv"), *MIXED[1:]], lang="en"))

    assert value["summary"] == {"error": 2, "warning": 2, "note": 1}
    assert [(said["file"], said["line"]) for said in value["problems"]] == [
        ("a.csv", 4),
        ("a.csv", 12),
        ("a.csv", 9),
        ("b.csv", 2),
        ("b.csv", None),
    ]
    assert value["problems"][0] == {
        "code": "X01",
        "level": "error",
        "cabinet": "",
        "file": "a.csv",
        "line": 4,
        "column": None,
        "field": "",
        "message": "port is empty",
        "hint": "add it",
    }


def test_problem_value_is_never_shown() -> None:
    """What was found in a list may be a password typed into the wrong field: no format shows the value."""
    found = [problem("error", "a.csv", 1, value="hunter2", mended="hunter3")]

    for form in PROBLEM_FORMATS.values():
        assert "hunter" not in form(found, lang="ru", colour=False, verbose=True)


@calm
@given(WORDS, WORDS, WORDS, WORDS)
def test_any_problem_is_harmless(file: str, name: str, message: str, hint: str) -> None:
    """Nothing that stands in a list can steer the terminal or break the JSON."""
    found = [Problem("X", "error", Text(message, message), Text(hint, hint), file, 1, field_name=name)]

    for form in PROBLEM_FORMATS.values():
        assert_harmless(form(found, lang="ru", colour=False, verbose=True))
    json.loads(problems_json(found, lang="ru"))


@pytest.mark.parametrize("form", OUTCOME_FORMATS)
def test_any_outcome_is_harmless(form: str) -> None:
    """What a server answers cannot steer the terminal."""
    plan = one(CREATE, UPDATE, DELETE)

    assert_harmless(OUTCOME_FORMATS[form](plan, outcomes_of(plan), lang="ru", colour=False, kinds=KINDS))
