"""Chromium opens a dashboard as a person: its requests, their time, what is wrong, a picture."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Response, sync_playwright
from playwright.sync_api import TimeoutError as PageTimeoutError

from pictures.cabinet import Person
from pictures.report import Seen

_CHROMIUM = "/usr/bin/chromium"  # Debian's; playwright brings none of its own here
_WIDTH = 1600
_LINE = 38  # pixels of a line of the grid
_QUIET = 3.0  # seconds without a request until a dashboard counts as loaded
_LIMIT = 180.0
_PANELS = """() => [...document.querySelectorAll('section[data-testid*="Panel header"]')].map(panel => ({
  title: (panel.querySelector('h2, h6')?.innerText || '').trim(),
  text: panel.innerText,
  broken: !!panel.querySelector('[data-testid="data-testid Panel status error"]'),
}))"""
_EMPTY = re.compile(r"^\s*(No data|Нет данных)\s*$", re.MULTILINE)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def signed_in(browser: Browser, url: str, person: Person) -> Iterator[Page]:
    """A page of the person, in Russian."""
    context = browser.new_context(
        locale="ru-RU", timezone_id="Europe/Samara", viewport={"width": _WIDTH, "height": 900}
    )
    try:
        answer = context.request.post(f"{url}/login", data={"user": person.login, "password": person.password})
        if not answer.ok:
            raise RuntimeError(f"Grafana refused the login of {person.login}: {answer.status}")
        yield context.new_page()
    finally:
        context.close()


def look(page: Page, url: str, org: int, slug: str, lines: int, picture: Path) -> Seen:
    """Opens the dashboard, which has so many lines of the grid, and keeps a picture of all of it."""
    errors: list[str] = []
    answered: list[float] = []

    def note(response: Response) -> None:
        if "/api/ds/query" in response.url or "/api/datasources/" in response.url:
            answered.append(time.monotonic())
            if response.status >= 400:
                errors.append(f"{response.status} {response.url.partition('?')[0].removeprefix(url)}")

    page.set_viewport_size({"width": _WIDTH, "height": lines * (_LINE + 8) + 300})  # panels out of sight would not load
    page.on("response", note)
    began = time.monotonic()
    page.goto(f"{url}/d/smart-{slug}?orgId={org}", timeout=_LIMIT * 1000)
    try:
        page.wait_for_selector('section[data-testid*="Panel header"]', timeout=_LIMIT * 1000)
    except PageTimeoutError:
        errors.append("no panel was drawn: the picture shows what was")
    while time.monotonic() - max([began, *answered]) < _QUIET and time.monotonic() - began < _LIMIT:
        page.wait_for_timeout(200)
    page.remove_listener("response", note)
    page.screenshot(path=picture)
    panels = page.evaluate(_PANELS)
    return Seen(
        slug=slug,
        requests=len(answered),
        seconds=max([began, *answered]) - began,
        errors=(*errors, *(f"error in «{panel['title']}»" for panel in panels if panel["broken"])),
        empty=tuple(panel["title"] for panel in panels if _EMPTY.search(panel["text"])),
    )
