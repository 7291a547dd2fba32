"""Plans as a person at a terminal reads them."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from provision import render
from provision.model import Condition, Ref, Resource
from provision.plan import CabinetOutcome, CabinetPlan, Outcome, Outcomes, Plan, SharedPlan
from provision.render.words import cabinets, where
from provision.text import Text
from tests.render.sample_plans import (
    CREATE,
    DELETE,
    KINDS,
    REFUSED,
    SPECS,
    STRANGER,
    UPDATE,
    calm,
    change,
    joined,
    one,
)

outcome_text = joined(render.outcome_text)
plan_json = joined(render.plan_json)
plan_markdown = joined(render.plan_markdown)
plan_text = joined(render.plan_text)
STATES: dict[str, Condition] = {"don": "active", "ural": "suspended", "volga": "absent"}


def test_text_tells_each_change() -> None:
    """Every change has its mark, kind in the reader's language, key, title, and why."""
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


def test_the_state_of_a_cabinet_is_beside_its_name() -> None:
    """In the heading of a cabinet with changes, else in the line of unchanged cabinets."""
    quiet = [CabinetPlan(name, name, state=state) for name, state in STATES.items()]
    loud = [CabinetPlan(name, name, (DELETE,), state=state) for name, state in STATES.items()]

    shown = plan_text(Plan((*loud, *quiet)), lang="ru").splitlines()
    assert [line for line in shown if line[:1].isalpha()][:4] == [
        "don (don)",
        "ural (ural), приостановлен",
        "volga (volga), на удаление",
        "Без изменений: 3 кабинета: don, ural (приостановлен), volga (удалён)",
    ]
    assert "ural (suspended), volga (removed)" in plan_text(Plan(tuple(quiet)), lang="en")
    assert "<code>ural</code>, suspended" in plan_markdown(Plan(tuple(loud)), lang="en")
    assert json.loads(plan_json(Plan(tuple(quiet))))["states"] == {"ural": "suspended", "volga": "absent"}


def test_empty_column_takes_no_room() -> None:
    """Objects that are called by their keys have no column of titles."""
    lines = plan_text(one(change("x", None, {"name": "x"}), change("yy", None, {})), lang="en").splitlines()

    assert lines[1:3] == ["  + dashboard  x   dashboards/x.py", "  + dashboard  yy  dashboards/yy.py"]


@pytest.mark.parametrize(
    ("spec", "called"),
    [
        ({"title": "Работа", "name": "work"}, "Работа"),
        ({"name": "Ромашка", "email": "a@example.ru"}, "Ромашка"),
        ({"spec": {"title": "Внутри"}}, "Внутри"),
        ({"role": "Viewer", "email": "a@example.ru"}, "Viewer"),
        ({"email": "a@example.ru"}, "a@example.ru"),
        ({"title": 5, "email": ""}, ""),
    ],
    ids=["title", "name", "inner", "role", "email", "none"],
)
def test_what_an_object_is_called(spec: dict[str, Any], called: str) -> None:
    """An object is called by its title or name, even inside its spec, else by role or e-mail."""
    line = plan_text(one(change("x", None, spec)), lang="en").splitlines()[1]

    assert line.split("  ")[2:] == [part for part in ("x", called, "dashboards/x.py") if part]


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


def test_refused_cabinet_without_changes_is_reported() -> None:
    """A refusal is shown although nothing is known about what the cabinet needs."""
    plan = one(refused=Text("Нельзя", "No"))

    assert "  ! Refused, nothing will be written here: No." in plan_text(plan, lang="en").splitlines()
    assert "Unchanged" not in plan_text(plan, lang="en")
    assert "<code>romashka</code>: No." in plan_markdown(plan, lang="en")


def test_unmanaged_are_listed_on_demand() -> None:
    """Objects without our mark are counted always and listed only when asked for."""
    plan = one(unmanaged=(STRANGER,))

    assert "abc" not in plan_text(plan, lang="ru")
    assert "Без нашей метки: 1 объект." in plan_text(plan, lang="ru")
    spec = {"set": "[users] allow_sign_up = false"}
    setting = Resource(Ref("", "server setting", "users.allow_sign_up"), spec, "grafana")
    with_setting = replace(plan, shared=SharedPlan(unmanaged=(setting,)))
    assert "Без нашей метки: 1 объект. Настроек сервера: 1." in plan_text(with_setting, lang="ru")
    assert "Без изменений: 1 кабинет: romashka" in plan_text(plan, lang="ru")
    assert "abc" not in plan_text(one(CREATE, unmanaged=(STRANGER,)), lang="ru")
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
    rows = {"rows": list(range(5000))}
    text = plan_text(one(change("x", None, rows), change("y", rows, None)), lang="en", diff=True)

    assert all(f"{sign}    {number}" in text for sign in "+-" for number in (0, 2500, 4999))


def test_order_of_keys_is_no_difference() -> None:
    """The diff compares specs with their keys sorted."""
    text = plan_text(one(change("x", {"b": 1, "a": 1}, {"a": 2, "b": 1})), lang="en", diff=True)

    assert [line.strip() for line in text.splitlines()[5:10]] == ["{", '-  "a": 1,', '+  "a": 2,', '"b": 1', "}"]


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
        (0, "0 кабинетов", "в хранилищах"),
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
    assert where([CabinetPlan("a", "A")] * number).ru == locative


def test_what_all_cabinets_share_is_no_cabinet() -> None:
    """It has a title of its own, is not counted as a cabinet, and is not mentioned while it is unchanged."""
    quiet = CabinetPlan("a", "A")
    assert plan_text(Plan((quiet,)), lang="en").splitlines()[0] == "Unchanged: 1 cabinet: a"
    shared = SharedPlan((change("x", {}, {"a": 1}, cabinet=""),))
    plan = Plan((quiet,), shared)
    text = plan_text(plan, lang="en")
    assert text.splitlines()[0] == "Shared by all cabinets: stores, server"
    assert "Create 0, update 1, delete 0 in the stores." in text
    assert "all cabinets <code>" not in plan_markdown(plan, lang="en")
    outcomes = Outcomes((CabinetOutcome(quiet),), (Outcome(shared.changes[0], "done"),))
    assert (
        outcome_text(plan, outcomes, lang="en")
        == "Created 0, updated 1, deleted 0 in the stores. Unchanged: 1 cabinet."
    )


@calm
@given(SPECS, SPECS)
def test_every_difference_has_a_part(before: dict[str, Any], after: dict[str, Any]) -> None:
    """An update of anything names at least one part, and none when both sides are equal."""
    equal = before == after
    text = plan_text(one(change("x", before, after)), lang="en")

    assert ("dashboards/x.py: " in text) is (not equal)


@pytest.mark.parametrize(("state", "said"), [("suspended", "is suspended"), ("absent", "is taken away")])
def test_what_goes_because_of_the_state_is_not_called_undescribed(state: Condition, said: str) -> None:
    """People of a suspended cabinet are still in the description: the reason is its state."""
    (cabinet,) = one(DELETE).cabinets
    text = plan_text(Plan((replace(cabinet, state=state),)), lang="en", kinds=KINDS)

    assert f"the cabinet {said}" in text
    assert "no longer described" not in text
