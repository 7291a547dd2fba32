"""The pages."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.caller import Caller


def panel(number: int, title: str, x: int, y: int, **more: Any) -> dict[str, Any]:
    """A panel of width 6 and height 4."""
    grid = {"x": x, "y": y, "w": 6, "h": 4}
    query = {"refId": "A", "expr": f"query_{number}"}
    return {"id": number, "type": "stat", "title": title, "gridPos": grid, "targets": [query], **more}


PANELS = [
    panel(1, "Первая", 0, 0),
    panel(2, "Вторая", 6, 0),
    {"id": 3, "type": "row", "title": "Ряд", "collapsed": False, "gridPos": {"x": 0, "y": 4, "w": 24, "h": 1}},
    panel(4, "В ряду", 18, 5),
    {
        "id": 5,
        "type": "row",
        "title": "Свёрнутый",
        "collapsed": True,
        "repeat": "host",
        "gridPos": {"x": 0, "y": 9, "w": 24, "h": 1},
        "panels": [panel(6, "Внутри", 12, 10)],
    },
]


@pytest.fixture
def org(admin: Caller) -> int:
    """An org with everything."""
    org = int(admin.do("POST", "/api/orgs", {"name": "Рога & <b>копыта</b>"})["orgId"])
    admin.do("PUT", f"/api/orgs/{org}/address", {"address1": "smart cabinet=x"})
    source = {"uid": "smart-metrics", "name": "smart-metrics", "type": "prometheus", "access": "proxy"}
    secret = {"url": "http://store.example.ru", "secureJsonData": {"basicAuthPassword": "Very-secret-1"}}
    admin.do("POST", "/api/datasources", {**source, **secret}, org=org)
    admin.do("POST", "/api/folders", {"uid": "f", "title": "Папка"}, org=org)
    board = {"uid": "d", "title": "Доска", "panels": PANELS, "tags": ["метка"]}
    admin.do("POST", "/api/dashboards/db", {"dashboard": board, "folderUid": "f"}, org=org)
    admin.do("PATCH", "/api/org/preferences", {"language": "ru-RU", "homeDashboardUID": "d"}, org=org)
    person = {"login": "orlova", "name": "Орлова", "email": "orlova@example.ru", "password": "Very-secret-2"}
    admin.do("POST", "/api/admin/users", {**person, "OrgId": org})
    return org


@pytest.fixture
def reader(admin: Caller) -> Iterator[Caller]:
    """Somebody who is not logged in."""
    caller = Caller(admin.url)
    yield caller
    caller.close()


def page(reader: Caller, path: str, **query: Any) -> str:
    """The text of a page."""
    answer = reader.ask("GET", path, **query)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    return answer.text


def test_the_front_lists_all_orgs(reader: Caller, org: int) -> None:
    """With their marks, for anybody who looks."""
    text = page(reader, "/")
    assert "Main Org." in text
    assert "smart cabinet=x" in text
    assert f'href="/?orgId={org}"' in text


def test_an_org_shows_what_is_in_it(reader: Caller, org: int) -> None:
    """Members, data sources, preferences, folders and dashboards."""
    text = page(reader, "/", orgId=org)
    for word in ("orlova@example.ru", "Viewer", "http://store.example.ru", "basicAuthPassword", "ru-RU", "Папка"):
        assert word in text, word
    assert f'href="/d/d/d?orgId={org}"' in text


def test_names_are_never_markup(reader: Caller, org: int) -> None:
    """An org called `<b>` shows these characters."""
    for path in ("/", f"/?orgId={org}", f"/d/d?orgId={org}"):
        text = page(reader, path)
        assert "Рога &amp; &lt;b&gt;копыта&lt;/b&gt;" in text
        assert "<b>копыта" not in text


def test_no_secret_is_shown(reader: Caller, org: int) -> None:
    """Only that one is set."""
    for path in ("/", f"/?orgId={org}", f"/d/d?orgId={org}"):
        assert "Very-secret" not in page(reader, path)


def test_panels_are_where_grafana_has_them(reader: Caller, org: int) -> None:
    """Row / column / height / width; each row begins a grid of its own."""
    text = page(reader, "/d/d", orgId=org)
    placed = re.findall(
        r"grid-area: (\d+) / (\d+) / span (\d+) / span (\d+).*?class=\"head\">([^<]+)<", text, re.DOTALL
    )
    assert placed == [
        ("1", "1", "4", "6", "Первая"),
        ("1", "7", "4", "6", "Вторая"),
        ("1", "19", "4", "6", "В ряду"),
        ("1", "13", "4", "6", "Внутри"),
    ]
    assert text.index("Вторая") < text.index("Ряд") < text.index("В ряду") < text.index("Свёрнутый")
    assert "query_6" in text
    assert "повтор по $host" in text


def test_a_link_with_a_slug_leads_there_too(reader: Caller, org: int) -> None:
    """As in links that Grafana itself makes."""
    assert "Доска" in page(reader, "/d/d/whatever", orgId=org)


def test_the_language_is_remembered(reader: Caller, org: int) -> None:
    """Russian at first; English when asked for, and then on other pages too."""
    assert "Участники" in page(reader, "/", orgId=org)
    assert "Members" in page(reader, "/", orgId=org, lang="en")
    assert "Members" in page(reader, "/", orgId=org)
    assert "Участники" in page(reader, "/", orgId=org, lang="ru")


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        ("en-US,en;q=0.9", "Members"),
        ("en-GB,ru;q=0.8", "Members"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "Участники"),
        ("de", "Участники"),
    ],
)
def test_the_first_language_is_the_browsers(reader: Caller, org: int, wanted: str, word: str) -> None:
    """Until another is asked for; Russian for who reads neither."""
    reader.session.headers["Accept-Language"] = wanted
    assert word in page(reader, "/", orgId=org)
    assert "Участники" in page(reader, "/", orgId=org, lang="ru")
    assert "Участники" in page(reader, "/", orgId=org)


@pytest.mark.parametrize("path", ["/?orgId=999", "/d/nope", "/d/d?orgId=999", "/nonsense", f"/?orgId={10**30}"])
def test_what_is_not_there_is_404(reader: Caller, path: str) -> None:
    """As a page."""
    answer = reader.ask("GET", path)
    assert (answer.status_code, "Такой страницы нет" in answer.text) == (404, True)


def test_a_page_takes_nothing_from_elsewhere(reader: Caller, org: int) -> None:
    """Neither scripts nor styles nor images: the header forbids them and none is named."""
    for path in ("/", f"/?orgId={org}", f"/d/d?orgId={org}"):
        answer = reader.ask("GET", path)
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert not re.search(r"<script|src=|@import|url\(", answer.text)
