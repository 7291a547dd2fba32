"""The sandbox to look at: its orgs, what is in each, and every dashboard drawn on its grid. Needs no login.

The addresses are Grafana's, so that links of a hand-over note work: `/`, `/?orgId=2`, `/d/<uid>/<slug>?orgId=2`.
"""

import json
import re
import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from provision.sandbox import objects
from provision.sandbox.access import database, settings
from provision.sandbox.objects import Object
from provision.sandbox.page_words import WORDS
from provision.sandbox.panels import Section, count_panels, sections_of
from provision.text import Lang, Text

blueprint = Blueprint("pages", __name__)

_LANGUAGE = "sandbox_language"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder (the root has no uid) with its dashboards and their sections."""

    uid: str
    title: str
    dashboards: tuple[tuple[Object, tuple[Section, ...]], ...]


@blueprint.get("/")
def front() -> Response:
    """All orgs, or the one that `orgId` names."""
    return _org(_asked_org()) if "orgId" in request.args else _estate()


@blueprint.get("/d/<name>")
@blueprint.get("/d/<name>/<_slug>")
def dashboard(name: str, _slug: str = "") -> Response:
    """One dashboard of the org that `orgId` names, or of the first one."""
    row = _row(_asked_org())
    found = objects.find(database(), row["id"], "dashboards", name)
    if found is None:
        raise NotFound
    folder = objects.find(database(), row["id"], "folders", found.folder)
    variables = found.spec.get("templating", {})
    listed = variables.get("list") if isinstance(variables, dict) else []
    return _page(
        "dashboard.html",
        org=row,
        dashboard=found,
        folder=folder,
        sections=sections_of(found.spec),
        panels=count_panels(found.spec),
        variables=[v for v in listed or [] if isinstance(v, dict)],
    )


@blueprint.get("/login")
def login_form() -> Response:
    """There is nothing to log in to: the pages are open."""
    return redirect(url_for("pages.front"))


def _estate() -> Response:
    """All orgs, the main one first, each with the numbers of what it holds."""
    rows = database().execute(
        "SELECT id, name, address,"
        " (SELECT count(*) FROM member WHERE org_id = org.id) AS members,"
        " (SELECT count(*) FROM data_source WHERE org_id = org.id) AS sources,"
        " (SELECT count(*) FROM object WHERE org_id = org.id AND resource = 'dashboards') AS dashboards"
        " FROM org ORDER BY id != 1, name"
    )
    return _page("estate.html", orgs=[{**dict(row), "mark": _mark(row)} for row in rows])


def _org(number: int) -> Response:
    row, db = _row(number), database()
    select = "SELECT user.*, role FROM member JOIN user ON user.id = user_id WHERE member.org_id = ? ORDER BY login"
    return _page(
        "org.html",
        org=row,
        mark=_mark(row),
        preferences=json.loads(row["preferences"]),
        members=db.execute(select, (number,)).fetchall(),
        sources=[_source(s) for s in db.execute("SELECT * FROM data_source WHERE org_id = ? ORDER BY name", (number,))],
        places=_places(number),
    )


def _places(org: int) -> list[Place]:
    """The root, where something lies in it, then the folders by title."""
    db = database()
    folders = sorted(objects.every(db, org, "folders"), key=lambda folder: folder.title.lower())
    named = [("", ""), *((folder.name, folder.title) for folder in folders)]
    places = [
        Place(
            uid,
            title,
            tuple((held, tuple(sections_of(held.spec))) for held in objects.inside(db, org, uid, "dashboards")),
        )
        for uid, title in named
    ]
    return [place for place in places if place.uid or place.dashboards]


def _mark(org: sqlite3.Row) -> str:
    return str(json.loads(org["address"]).get("address1", ""))


def _source(row: sqlite3.Row) -> dict[str, Any]:
    body = json.loads(row["body"])
    return {
        "uid": row["uid"],
        "name": row["name"],
        "type": body.get("type", ""),
        "url": body.get("url", ""),
        "user": body.get("basicAuthUser") or body.get("user") or "",
        "secrets": json.loads(row["secret_keys"]),
        "is_default": bool(row["is_default"]),
        "version": row["version"],
    }


def _asked_org() -> int:
    """The org of `orgId`, 1 when it is left out, 0 when it is none."""
    asked = request.args.get("orgId", "1")
    return int(asked) if re.fullmatch(r"\d{1,18}", asked) else 0


def _row(org: int) -> sqlite3.Row:
    found: sqlite3.Row | None = database().execute("SELECT * FROM org WHERE id = ?", (org,)).fetchone()
    if found is None:
        raise NotFound
    return found


def missing() -> Response:
    """The page for an address that leads nowhere."""
    answer = _page("missing.html")
    answer.status_code = 404
    return answer


def _page(template: str, **content: Any) -> Response:
    """In the language of the query, which is remembered, else of the cookie, else the browser's, else Russian."""
    read = (tag.partition("-")[0] for tag in request.accept_languages.values())
    browsers = next((language for language in read if language in ("ru", "en")), "ru")
    lang: Lang = "en" if (request.args.get("lang") or request.cookies.get(_LANGUAGE) or browsers) == "en" else "ru"

    def say(key: str | Text) -> str:
        return (WORDS[key] if isinstance(key, str) else key).say(lang)

    def other_language() -> str:
        """This page in the other one."""
        query = {**request.args.to_dict(), "lang": "ru" if lang == "en" else "en"}
        return f"{request.path}?{urlencode(query)}"

    page = render_template(
        template, say=say, lang=lang, other_language=other_language(), version=settings().version, **content
    )
    answer = Response(page, mimetype="text/html", headers={"Content-Security-Policy": _POLICY})
    answer.set_cookie(_LANGUAGE, lang, samesite="Lax")
    return answer
