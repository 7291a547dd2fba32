"""The command: python -m pictures --url URL [--folder DIR] [SLUG …]; exit code 1 when something is wrong."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import dashboards
from dashboards._pages import SCOPE
from pictures.browser import chromium, look, printed, signed_in
from pictures.cabinet import Cabinet, cabinet
from pictures.report import SHEETS, Seen, table


def main() -> None:
    """Makes the cabinet, the pictures and the table."""
    parser = argparse.ArgumentParser(prog="python -m pictures")
    parser.add_argument(
        "--url", required=True, help="a Grafana for trying out; GRAFANA_USER, GRAFANA_PASSWORD: its admin"
    )
    parser.add_argument("--folder", type=Path, default=Path(".demo/pictures"), help="where the pictures go")
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="dashboards; all when none is named")
    chosen = parser.parse_args()
    folder = chosen.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True, mode=0o711)
    with cabinet(chosen.url.rstrip("/"), folder) as ready:
        seen = _look(ready, folder, chosen.slugs or dashboards.slugs())
    (folder / "README.md").write_text(table(seen), encoding="utf-8")
    sys.stdout.write(table(seen))
    sys.exit(any(one.faults for one in seen))


def _look(ready: Cabinet, folder: Path, slugs: tuple[str, ...] | list[str]) -> list[Seen]:
    """Each dashboard as the manager sees it, and as the head does; the sheets are printed, too."""
    seen = []
    with chromium() as browser:
        for person in ready.people:
            with signed_in(browser, ready.url, person) as page:
                for slug in slugs:
                    picture = folder / f"{slug}-{person.role}.png"
                    one = look(page, ready.url, ready.org, slug, _lines(slug), picture)
                    wrong = printed(page, picture.with_suffix(".pdf")) if slug in SHEETS else []
                    seen.append(replace(one, role=person.role, errors=[*one.errors, *wrong]))
    return seen


def _lines(slug: str) -> int:
    """The lines of the grid that it takes."""
    places = [panel["gridPos"] for panel in dashboards.render(slug, SCOPE)["panels"]]
    return int(max(place["y"] + place["h"] for place in places))


if __name__ == "__main__":
    main()
