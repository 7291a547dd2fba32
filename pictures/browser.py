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
_ABOVE = 200  # pixels of what is above the grid and below it
_QUIET = 3.0  # seconds without a request until a dashboard counts as loaded
_LIMIT = 180.0
_SECTION = 'section[data-testid*="Panel header"]'
# A panel whose code failed shows an alert in its place; a head of a column that is wider than the column is cut.
_PANELS = """() => [...document.querySelectorAll('SECTION')].map(panel => ({
  title: (panel.querySelector('h2, h6')?.innerText || '').trim(),
  text: panel.innerText,
  broken: ['Panel status error', 'Alert error'].some(id => panel.querySelector(`[data-testid="data-testid ${id}"]`)),
  cut: [...panel.querySelectorAll('[role="columnheader"]')]
    .filter(head => {
      const words = document.createRange(), column = head.getBoundingClientRect()
      words.selectNodeContents(head)
      const place = words.getBoundingClientRect()
      return place.left < column.left || place.right > column.right || place.top < column.top
    })
    .map(head => head.innerText.trim()),
}))""".replace("SECTION", _SECTION)
_PAGE = re.compile(rb"/Type\s*/Page\b")  # Chromium leaves the pages' objects of a PDF uncompressed
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

    page.set_viewport_size({"width": _WIDTH, "height": lines * _LINE + _ABOVE})  # panels out of sight would not load
    page.on("response", note)
    began = time.monotonic()
    page.goto(f"{url}/d/smart-{slug}?orgId={org}", timeout=_LIMIT * 1000)
    try:
        page.wait_for_selector(_SECTION, timeout=_LIMIT * 1000)
    except PageTimeoutError:
        errors.append("no panel was drawn: the picture shows what was")
    drawn = time.monotonic()
    while time.monotonic() - max([drawn, *answered]) < _QUIET and time.monotonic() - began < _LIMIT:
        page.wait_for_timeout(200)
    page.remove_listener("response", note)
    page.screenshot(path=picture)
    panels = page.evaluate(_PANELS)
    return Seen(
        slug=slug,
        requests=len(answered),
        seconds=max([began, *answered]) - began,
        errors=(
            *errors,
            *(f"error in «{panel['title']}»" for panel in panels if panel["broken"]),
            *(f"cut in «{panel['title']}»: «{head}»" for panel in panels for head in panel["cut"]),
        ),
        empty=tuple(panel["title"] for panel in panels if _EMPTY.search(panel["text"])),
    )


def printed(page: Page, paper: Path) -> list[str]:
    """Prints the open dashboard on A4, landscape, and keeps the PDF; says what is wrong if it takes several pages."""
    page.pdf(path=paper, format="A4", landscape=True)
    pages = len(_PAGE.findall(paper.read_bytes()))
    return [] if pages == 1 else [f"printed on {pages} pages"]
