"""Plans as a forge shows them in a comment."""

import re
from html.parser import HTMLParser
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from provision import render
from provision.plan import CabinetPlan, Plan
from provision.text import Text
from tests.render.sample_plans import (
    CREATE,
    KINDS,
    REFUSED,
    STRANGER,
    UPDATE,
    calm,
    change,
    joined,
    one,
    plans,
)

plan_markdown = joined(render.plan_markdown)

LIMIT = 60_000


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
    """The comment begins with its marker and has sums, a table and folded changes."""
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
    """A short diff is open, a long one is folded; both are fenced."""
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
    """A title with @all or #1 notifies nobody and refers to nothing: the character and the word are kept apart."""
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
    counted = re.search(r"целиком здесь (\d+) кабинет\w* из 30\.", text.splitlines()[-1])
    assert counted
    assert int(counted[1]) == len(re.findall(r"^</details>\n\n<details><summary>К", text, re.MULTILINE))
    assert "provision plan --diff" in text.splitlines()[-1]


def test_markdown_of_a_whole_estate_fits() -> None:
    """Even a table larger than a comment is cut soundly."""
    plans = [CabinetPlan(f"c{number}", "Т" * 300, (CREATE,)) for number in range(500)]

    assert_sound(plan_markdown(Plan(tuple(plans)), lang="en", diff=True))


def test_room_is_kept_for_closing() -> None:
    """A fence so long that its closing line would pass the limit is not opened."""
    assert_sound(plan_markdown(one(change("x", None, {"q": "`" * 25_000})), lang="en", diff=True))


def test_markdown_that_fits_is_whole() -> None:
    """What fits is not cut."""
    assert "Not all is shown" not in plan_markdown(one(*[CREATE] * 100), lang="en", diff=True)


@settings(calm, max_examples=30)
@given(plans(), st.integers(1, 400))
def test_any_cut_is_sound(plan: Plan, times: int) -> None:
    """Wherever in any plan the limit falls, what remains is small enough and balanced."""
    assert_sound(plan_markdown(Plan(plan.cabinets * times), lang="ru", diff=True, unmanaged=True))
