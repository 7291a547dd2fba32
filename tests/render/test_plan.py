"""What holds for every output format, and plans and outcomes as JSON and text."""

import json
import tracemalloc
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision import render
from provision.errors import ApiError, ProvisionError
from provision.model import Ref, Resource
from provision.plan import CabinetOutcome, CabinetPlan, Change, Outcome, Outcomes, Plan
from provision.render import OUTCOME_FORMATS, PLAN_FORMATS, View
from provision.text import Lang, Text
from tests.render.sample_plans import (
    CREATE,
    DELETE,
    KINDS,
    REFUSED,
    SPECS,
    STRANGER,
    UPDATE,
    assert_harmless,
    calm,
    change,
    joined,
    one,
    plans,
)

outcome_json = joined(render.outcome_json)
outcome_text = joined(render.outcome_text)
plan_json = joined(render.plan_json)


def every_form(plan: Plan, lang: Lang) -> Iterable[tuple[str, str]]:
    """The plan in all formats with everything shown."""
    for name, form in PLAN_FORMATS.items():
        yield name, joined(form)(plan, lang=lang, colour=False, diff=True, unmanaged=True, kinds=KINDS)


@pytest.mark.parametrize("form", PLAN_FORMATS)
def test_a_long_plan_is_never_whole_in_memory(form: str) -> None:
    """It is made cabinet by cabinet: a hundred cabinets need no more room than a few."""
    board = {"panels": [{"id": number, "title": "x" * 100} for number in range(300)]}
    plan = Plan(tuple(CabinetPlan(f"c{n}", f"C{n}", (change("x", None, board, cabinet=f"c{n}"),)) for n in range(100)))
    tracemalloc.start()
    written = sum(map(len, PLAN_FORMATS[form](plan, View(lang="en", diff=True, unmanaged=True, kinds=KINDS))))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert written > (50_000 if form == "markdown" else 4_000_000)
    assert peak < 2_000_000


def test_json_of_a_plan() -> None:
    """The JSON holds digest, sums, changes in the order of writing, refusals and strangers."""
    plan = Plan((*one(CREATE, DELETE, unmanaged=(STRANGER,)).cabinets, REFUSED))
    value = json.loads(plan_json(plan, lang="ru"))

    assert list(value) == [
        "digest",
        "server",
        "cabinets",
        "summary",
        "changes",
        "refused",
        "unmanaged",
        "orphans",
        "excluded_lines",
        "states",
    ]
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


SECRET_KEYS = [
    "password",
    "Secret",
    "accessToken",
    "basicAuthPassword",
    "secureJsonData",
    "SECUREJSONDATA",
    "api_key",
    "Authorization",
]


@pytest.mark.parametrize("key", SECRET_KEYS)
@pytest.mark.parametrize("form", PLAN_FORMATS)
def test_secrets_are_masked(form: str, key: str) -> None:
    """A value under a key that looks like a secret's is never shown, whatever it is and at any depth."""
    spec = {"deep": [{key: {"inner-hunter2": ["hunter2"]}}], key: "hunter2"}
    inner = change("w", {key: {"hunter2": 1}}, {key: {"hunter2": 2}})
    changed = change("x", spec, {**spec, key: "hunter2-new"})
    plan = one(inner, changed, change("y", None, spec), change("z", spec, None))
    shown = joined(PLAN_FORMATS[form])(plan, lang="ru", colour=False, diff=True, unmanaged=True)

    assert "hunter2" not in shown
    assert "***" in shown


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_change_of_a_secret_alone_is_reported(form: str) -> None:
    """When only a masked value differs, its path is named and the diff says that there is nothing else."""
    changed = change("x", {"password": "old-one"}, {"password": "new-one"})
    shown = joined(PLAN_FORMATS[form])(one(changed), lang="en", colour=False, diff=True, unmanaged=False)

    assert "dashboards/x.py: password" in shown
    assert "(only hidden values differ)" in shown
    assert "new-one" not in shown


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


@pytest.mark.parametrize("char", ["\x1b", "\n", "\r", "\x7f", "\x9b", "\u202e", "\u2028", "\u200b", "\ud800"])
@pytest.mark.parametrize("form", PLAN_FORMATS)
def test_odd_characters_are_written_out(form: str, char: str) -> None:
    """A character that steers terminals or deceives the eye is written out as JSON does, wherever it occurs."""
    odd = f"a{char}b"
    spec = {"title": odd, "query": {odd: odd}}
    new = Resource(Ref(odd, odd, f"key {odd}"), spec, odd)
    old = Resource(new.ref, {**spec, odd: 1}, odd)
    text, stranger = Text(odd, odd), Resource(new.ref, {"title": odd}, "grafana", managed=False)
    wishes = (Change(new.ref, None, new), Change(new.ref, old, None), Change(new.ref, old, new))
    plan = Plan((CabinetPlan(odd, odd, wishes, (stranger,), text, text), CabinetPlan(odd, odd)))
    shown = joined(PLAN_FORMATS[form])(plan, lang="ru", colour=False, diff=True, unmanaged=True, kinds={odd: text})

    assert_harmless(shown)
    assert odd not in shown
    assert (f"a\\u{ord(char):04x}b" in shown.replace("&#92;", "\\")) is (char not in "\n\r")


@calm
@given(plans(), st.sampled_from(["ru", "en"]))
def test_any_plan_is_harmless(plan: Plan, lang: Lang) -> None:
    """Whatever lists and servers say: JSON parses and nothing steers the terminal."""
    for name, text in every_form(plan, lang):
        assert_harmless(text)
        if name == "json":
            json.loads(text, parse_constant=pytest.fail)


FAULT = ApiError(412, "POST", "/api/dashboards/db", "somebody was\nthere\x1b[0m first")


def outcomes_of(plan: Plan) -> Outcomes:
    """The first change failed after one was done, the rest was skipped."""
    done, failed, *skipped = plan.cabinets[0].changes
    found = [Outcome(done, "done"), Outcome(failed, "failed", FAULT), *(Outcome(rest, "skipped") for rest in skipped)]
    return Outcomes((CabinetOutcome(plan.cabinets[0], tuple(found)),))


def test_outcome_text_tells_failures() -> None:
    """A failed cabinet has one line: what failed, what to do, how much is written."""
    text = outcome_text(one(CREATE, UPDATE, DELETE), outcomes_of(one(CREATE, UPDATE, DELETE)), lang="ru", kinds=KINDS)

    assert text.splitlines() == [
        "! ООО «Ромашка» (romashka), ~ дашборд smart-usage: Grafana ответила POST /api/dashboards/db: 412 "
        r"somebody was\nthere\u001b[0m first. Записано: 1 из 3.",
        "Создано 1, изменено 0, удалено 0 в 1 кабинете. Не удалось: 1 кабинет.",
    ]


def test_outcome_text_of_other_ends() -> None:
    """A cabinet's own error, refusals, unchanged cabinets and those never begun are reported or counted."""
    lost = CabinetPlan("lost", "Пропавший", (CREATE,))
    quiet, late = CabinetPlan("quiet", "Тихий"), CabinetPlan("late", "Поздний", (CREATE,))
    error = ProvisionError(Text("Нет связи", "No answer"), Text("Проверьте адрес", "Check the address"))
    ends = Outcomes((CabinetOutcome(lost, (), error), CabinetOutcome(REFUSED), CabinetOutcome(quiet)))
    text = outcome_text(Plan((lost, REFUSED, quiet, late)), ends, lang="en")

    assert text.splitlines() == [
        "! Пропавший (lost): No answer. Hint: Check the address. Written: 0 of 1.",
        "! Лютик (lutik): Refused, nothing was written here: No. Hint: Wait.",
        "Nothing was written. Unchanged: 1 cabinet. Failed: 1 cabinet. Refused: 1 cabinet. Not begun: 1 cabinet.",
    ]


def test_outcome_text_of_success() -> None:
    """When all went well only the sums are shown, in colour if asked."""
    plan = one(CREATE, DELETE)
    done = Outcomes((CabinetOutcome(plan.cabinets[0], tuple(Outcome(each, "done") for each in plan.changes)),))

    assert outcome_text(plan, done, lang="ru") == "Создано 1, изменено 0, удалено 1 в 1 кабинете."
    assert outcome_text(plan, done, lang="ru", colour=True).startswith("\x1b[1m")


def test_outcome_json() -> None:
    """Each change has its outcome and error, each cabinet its status; what was never begun is skipped."""
    late = CabinetPlan("late", "Поздний", (change("x", None, {}, cabinet="late"),))
    plan = Plan((*one(CREATE, UPDATE, DELETE).cabinets, REFUSED, late))
    ends = Outcomes((*outcomes_of(plan).cabinets, CabinetOutcome(REFUSED)))
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
    """A failure outside any single change is shown at the cabinet, with its hint."""
    error = ProvisionError(Text("Нет связи", "No answer"), Text("Проверьте адрес", "Check the address"))
    plan = one(CREATE)
    value = json.loads(outcome_json(plan, Outcomes((CabinetOutcome(plan.cabinets[0], (), error),)), lang="ru"))

    assert value["cabinets"] == [
        {"cabinet": "romashka", "status": "failed", "error": "Нет связи", "hint": "Проверьте адрес"}
    ]


@pytest.mark.parametrize("form", OUTCOME_FORMATS)
def test_any_outcome_is_harmless(form: str) -> None:
    """What a server answers cannot steer the terminal."""
    odd = "a\x1bb"
    text, key = Text(odd, odd), Ref(odd, odd, odd)
    wish = Change(key, None, Resource(key, {}, odd))
    failed, refused = CabinetPlan(odd, odd, (wish,)), CabinetPlan("b", odd, refused=text, hint=text)
    lost = CabinetPlan("c", odd, (wish,))
    ends = Outcomes(
        (
            CabinetOutcome(failed, (Outcome(wish, "failed", FAULT),)),
            CabinetOutcome(refused),
            CabinetOutcome(lost, (), ProvisionError(text, text)),
        )
    )
    shown = joined(OUTCOME_FORMATS[form])(
        Plan((failed, refused, lost)), ends, lang="ru", colour=False, kinds={odd: text}
    )

    assert_harmless(shown)
    assert r"a\u001bb" in shown
