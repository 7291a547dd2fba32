"""Made-up plans for the tests of the renderers: a few by hand, and any at all."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from provision.model import Condition, Ref, Resource
from provision.plan import CabinetPlan, Change, Plan
from provision.render import View
from provision.text import Lang, Text

KINDS = {"dashboard": Text("дашборд", "dashboard"), "folder": Text("папка", "folder")}


def joined(form: Callable[..., Iterator[str]]) -> Callable[..., str]:
    """The output format, its pieces put together; the keywords are those of View."""

    def whole(*made: Any, lang: Lang = "en", **more: Any) -> str:
        return "".join(form(*made, View(lang=lang, **more)))

    return whole


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
    old, new = (None if spec is None else Resource(ref, spec, draw(WORDS)) for spec in (before, after))
    return Change(ref, old, new)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any plan of a few cabinets with all that a plan can hold."""
    found = []
    for _ in range(draw(st.integers(0, 3))):
        name = draw(WORDS)
        strangers = [Resource(Ref(name, draw(WORDS), draw(WORDS)), draw(SPECS), "grafana", managed=False)]
        texts = [draw(st.none() | st.builds(Text, WORDS, WORDS)) for _ in range(2)]
        wishes = draw(st.lists(changes(name), max_size=3))
        state = draw(st.sampled_from(get_args(Condition)))
        found.append(CabinetPlan(name, draw(WORDS), tuple(wishes), tuple(strangers), texts[0], texts[1], state))
    return Plan(tuple(found))


def assert_harmless(text: str) -> None:
    """No character but line breaks could steer a terminal, and the text is UTF-8."""
    text.encode()
    assert {
        char for char in text.replace("\n", "") if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    } == set()
