"""The pages of docs/alerts describe the alerts as they are."""

import pytest

from dashboards import alerts
from dashboards.__main__ import ALERTS
from dashboards.alerts._pages import pages
from tests.dashboards.boards import EVERYTHING

PAGES = pages()
EVERY = [alert for some in alerts.alerts(EVERYTHING).values() for alert in some]


def test_the_pages_are_in_step_with_the_alerts() -> None:
    """Each page is what `python -m dashboards` would write, and there is no page of an alert that is gone."""
    stored = {path.name: path.read_text(encoding="utf-8") for path in ALERTS.glob("*.md")}
    assert stored.keys() == PAGES.keys(), "run python -m dashboards"
    for name, text in stored.items():
        assert text == PAGES[name], f"{name}: run python -m dashboards"


@pytest.mark.parametrize("alert", EVERY, ids=lambda alert: alert.name)
def test_a_page_tells_what_it_means_why_and_what_to_do(alert: alerts.Alert) -> None:
    """Title, causes, remedies, where it goes and the query; the index leads to it."""
    text = PAGES[f"{alert.name}.md"].replace("\\", "")
    assert alert.causes
    assert alert.remedies
    for words in (alert.title, *alert.causes, *alert.remedies, f"Приоритет: {alert.priority}"):
        assert words in text
    assert f"| [{alert.name}]({alert.name}.md) |" in PAGES["README.md"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("KodeksHttp200Status", ["Сколько должно длиться: 15 мин.", "Молчит, пока о причине сообщает", "Telegram"]),
        ("KodeksTcpStatus", ["Пока длится, молчит", "раз в 5 мин."]),
        ("OnlineLoginFailed", ["1 ч 10 мин", "`url`, `catalog`, `user`"]),
        ("KodeksSearchIsEmpty", ["```sql", "Источник: `core.search_queries`."]),
        ("KodeksOfflineSensLockCheck", ["`clientname`, `regnum`", "Особые данные:"]),
        ("OnlineBillingDocsLeft150", ["почта «работа пользователей»."]),
    ],
)
def test_words_of_a_page(name: str, words: list[str]) -> None:
    """Times, labels, mailboxes and ties to other alerts."""
    for word in words:
        assert word in PAGES[f"{name}.md"].replace("\\", "")
