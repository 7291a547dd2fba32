"""What is wrong with the cabinets' dashboards, found without a server, with codes of their own."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import dashboards
from provision.kinds.dashboard import render, scope_of
from provision.model import Cabinet, Code, Problem
from provision.text import Text

if TYPE_CHECKING:
    from dashboards.lint import Finding

# Rules of dashboards/lint -> codes of their own: a code never changes its meaning.
_CODES = {
    "canonical-form": "D11",
    "panel-ids": "D12",
    "ref-ids": "D13",
    "data-sources": "D14",
    "panel-types": "D15",
    "units": "D16",
    "descriptions": "D17",
    "refresh": "D18",
    "variables": "D19",
    "promql": "D20",
    "sql": "D21",
    "links": "D22",
    "names": "D23",
}
_CHECKED = (
    Code(
        "D01",
        "error",
        Text("нет такого дашборда", "there is no such dashboard"),
        Text(
            "Дашборды лежат в dashboards/, имя — имя файла с дефисами; можно написать образец вроде billing-online-*.",
            "Dashboards are files in dashboards/, named with hyphens here; a pattern like billing-online-* will do.",
        ),
        "dashboards: [for-manager]",
        "dashboards: [for-managers]",
    ),
    Code(
        "D02",
        "error",
        Text("начальный дашборд не входит в кабинет", "the home dashboard is not one of the cabinet's"),
        Text("Выберите home из dashboards кабинета.", "Choose home among the cabinet's dashboards."),
        'dashboards: ["billing-online-*"]\nhome: for-managers',
        'dashboards: ["billing-online-*", for-managers]\nhome: for-managers',
    ),
    Code(
        "D03",
        "error",
        Text("имя файла дашборда не годится для uid", "the dashboard's file name cannot be a uid"),
        Text(
            "До 34 строчных латинских букв, цифр и подчёркиваний: uid начинается с smart- и не длиннее 40 знаков.",
            "At most 34 lower-case Latin letters, digits and underscores: the uid begins with smart- and has up to 40.",
        ),
        "dashboards/a_very_long_name_that_goes_on_and_on.py",
        "dashboards/short_name.py",
    ),
)
_LONGEST_UID = 40  # characters (Grafana 12.4)


def codes() -> Iterable[Code]:
    """What the codes mean."""
    from dashboards.lint import RULES

    yield from _CHECKED
    for rule, code in _CODES.items():
        wrong = Text(f"дашборд нарушает правило «{rule}»", f"the dashboard breaks the rule {rule!r}")
        yield Code(code, "error", wrong, Text(*RULES[rule]))


def lint(
    cabinets: Iterable[Cabinet],
    *,
    metrics: Mapping[str, frozenset[str]],
    tables: Mapping[str, frozenset[str]],
) -> Iterator[Problem]:
    """Every breach of the house rules in the dashboards that these cabinets get, each once; asks no server.

    `metrics` are labels by metric, `tables` columns by table: what the stores hold.
    """
    from dashboards import lint as linter  # its parsers of PromQL and SQL take a while to load

    contract = linter.Contract(metrics, tables)
    cabinets = list(cabinets)
    names = sorted({cabinet.title for cabinet in cabinets if " " in cabinet.title})  # one word may be any word
    reported = set()
    scopes = dict.fromkeys(map(scope_of, cabinets))
    for slug in dict.fromkeys(slug for scope in scopes for slug in scope.slugs):
        yield from _bad_uid(slug)
    for scope in scopes:
        for slug in scope.slugs:
            for finding in linter.lint(slug, dict(render(slug, scope)), scope.slugs, contract, names):
                if (slug, finding) not in reported:
                    reported.add((slug, finding))
                    hint = linter.RULES[finding.rule]
                    yield breach(finding, _CODES[finding.rule], hint, dashboards.origin(slug))


def _bad_uid(slug: str) -> Iterator[Problem]:
    """What the file name alone shows: Grafana would refuse the uid that is made of it."""
    uid = dashboards.uid(slug)
    if len(uid) <= _LONGEST_UID and re.fullmatch(r"[a-z][a-z0-9-]*", uid):
        return
    longest = _LONGEST_UID - len(dashboards.uid(""))
    yield Problem(
        code="D03",
        level="error",
        message=Text(
            f"Из имени файла выходит uid «{uid}», который Grafana не примет",
            f"The file name makes the uid {uid!r}, which Grafana refuses",
        ),
        hint=Text(
            f"Назовите файл короче: до {longest} строчных латинских букв, цифр и подчёркиваний",
            f"Rename the file: at most {longest} lower-case Latin letters, digits and underscores",
        ),
        file=dashboards.origin(slug),
        field_name="uid",
        value=uid,
    )


def breach(finding: "Finding", code: str, hint: tuple[str, str], file: str) -> Problem:
    """What the linter found in that file, as a problem of that code."""
    return Problem(
        code=code,
        level="error",
        message=Text(f"{finding.where}: {finding.ru}", f"{finding.where}: {finding.en}"),
        hint=Text(*hint),
        file=file,
        field_name=finding.rule,
        value=finding.where,
    )
