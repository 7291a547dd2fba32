"""A cabinet's dashboards, rendered from `dashboards/` once per distinct scope."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dashboards
from dashboards import Scope
from provision.errors import EstateError
from provision.kinds.base import One
from provision.kinds.context import CabinetContext
from provision.kinds.folder import UID as FOLDER
from provision.model import Cabinet, Code, Problem, Resource, Spec
from provision.ownership import PREFIX
from provision.plan import Change
from provision.text import Text, harmless

if TYPE_CHECKING:
    from dashboards.lint import Finding

_FOLDER = "grafana.app/folder"
_MESSAGE = "grafana.app/message"
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
_SERVER_MADE = ("id", "uid", "version")
_LONGEST_UID = 40  # characters (Grafana 12.4)
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


class DashboardKind(One):
    name = "dashboard"
    title = Text("дашборд", "dashboard")
    needs = ("org",)

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        scope = scope_of(cabinet)
        for slug in scope.slugs:
            spec = {"folder": FOLDER, "spec": render(slug, scope)}
            yield self.resource(cabinet, dashboards.uid(slug), spec, dashboards.origin(slug))

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        org = context.org
        if self.run.server.apis:
            for item in org.apis_list("dashboard"):
                metadata = item["metadata"]
                folder = metadata.get("annotations", {}).get(_FOLDER, "")
                handle = {"resourceVersion": metadata["resourceVersion"]}
                yield self._seen(context, metadata["name"], folder, item.get("spec") or {}, handle)
        else:
            for row in org.pages("/api/search", type="dash-db"):
                found = str(row["uid"])
                whole = org.get(f"/api/dashboards/uid/{found}")
                folder = whole["meta"].get("folderUid", "")
                handle = {"version": whole["dashboard"]["version"]}
                yield self._seen(context, found, folder, whole["dashboard"], handle)

    def create(self, context: CabinetContext, new: Resource) -> None:
        org = context.org
        if self.run.server.apis:
            org.request("POST", org.apis("dashboard"), json=self._object(new))
        else:
            org.request("POST", "/api/dashboards/db", json=self._legacy(new))

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
        org = context.org
        if self.run.server.apis:
            org.request("PUT", org.apis("dashboard", new.ref.key), json=self._object(new, **old.handle))
        else:
            org.request("POST", "/api/dashboards/db", json=self._legacy(new, **old.handle))

    def delete(self, context: CabinetContext, old: Resource) -> None:
        context.org.request("DELETE", f"/api/dashboards/uid/{old.ref.key}")

    def depends(self, change: Change, failed: Change) -> bool:
        """A dashboard needs its folder."""
        return super().depends(change, failed) or (change.after is not None and failed.ref.kind == "folder")

    def normalise(self, spec: Spec) -> Spec:
        """Without what the server makes, and with a refresh that the server allows: it refuses a shorter one (12.4)."""
        if not spec.get("spec"):
            return spec
        own = {key: value for key, value in spec["spec"].items() if key not in _SERVER_MADE}
        floor = str(self.run.server.settings.get("dashboards", {}).get("min_refresh_interval", ""))
        if own.get("refresh") and seconds_of(own["refresh"]) < seconds_of(floor):
            own["refresh"] = floor
        return {**spec, "spec": own}

    @staticmethod
    def check(cabinet: Cabinet) -> Iterable[Problem]:
        """Patterns that name no dashboard, and a home dashboard that the cabinet does not get."""
        slugs = dashboards.slugs()
        file, _, line = cabinet.origin.rpartition(":")
        for pattern in cabinet.dashboards:
            if not any(fnmatchcase(slug, pattern) for slug in slugs):
                yield Problem(
                    code="D01",
                    level="error",
                    message=Text(f"Нет дашборда «{pattern}»", f"There is no dashboard {pattern!r}"),
                    hint=Text(f"Есть такие: {', '.join(slugs)}", f"There are: {', '.join(slugs)}"),
                    file=file,
                    line=int(line),
                    field_name="dashboards",
                    value=pattern,
                    cabinet=cabinet.id,
                    blocks_cabinet=True,
                )
        is_known = not cabinet.blocked or cabinet.blocked_by_contests
        if is_known and cabinet.home not in (given := scope_of(cabinet).slugs):
            yield Problem(
                code="D02",
                level="error",
                message=Text(
                    f"Начальный дашборд «{cabinet.home}» не входит в кабинет",
                    f"The home dashboard {cabinet.home!r} is not one of the cabinet's",
                ),
                hint=Text(f"Выберите home из: {', '.join(given)}", f"Choose home among: {', '.join(given)}")
                if given
                else Text(
                    "Дашбордов у кабинета нет: в его списках нет ни одной верной строки",
                    "It has no dashboards: no line of its lists is valid",
                ),
                file=file,
                line=int(line),
                field_name="home",
                value=cabinet.home,
                cabinet=cabinet.id,
                blocks_cabinet=True,
            )

    @staticmethod
    def codes() -> Iterable[Code]:
        from dashboards.lint import RULES

        yield from _CHECKED
        for rule, code in _CODES.items():
            wrong = Text(f"дашборд нарушает правило «{rule}»", f"the dashboard breaks the rule {rule!r}")
            yield Code(code, "error", wrong, Text(*RULES[rule]))

    @staticmethod
    def lint(cabinets: Sequence[Cabinet]) -> Iterable[Problem]:
        """What the linter finds, with queries held against what the stores hold."""
        from provision.stores.contract import columns_by_table, labels_by_metric

        return lint(cabinets, metrics=labels_by_metric(), tables=columns_by_table())

    @staticmethod
    def files(cabinet: Cabinet) -> Iterable[tuple[str, str]]:
        """Each dashboard with its uid, as Grafana's own export has it."""
        scope = scope_of(cabinet)
        for slug in scope.slugs:
            uid = dashboards.uid(slug)
            whole = {**render(slug, scope), "uid": uid}
            yield f"{uid}.json", json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True)

    def _seen(self, context: CabinetContext, uid: str, folder: str, spec: Spec, handle: dict[str, Any]) -> Resource:
        if uid.startswith(PREFIX):
            return self.seen(context, uid, {"folder": folder, "spec": spec}, handle=handle)
        return self.seen(context, uid, {"title": str(spec.get("title", ""))}, managed=False)

    def _object(self, new: Resource, **metadata: str) -> dict[str, object]:
        annotations = {_FOLDER: new.spec["folder"], _MESSAGE: self.run.message}
        return {
            "apiVersion": "dashboard.grafana.app/v1beta1",
            "kind": "Dashboard",
            "metadata": {"name": new.ref.key, "annotations": annotations, **metadata},
            "spec": new.spec["spec"],
        }

    def _legacy(self, new: Resource, **lock: int) -> dict[str, object]:
        return {
            "dashboard": {**new.spec["spec"], "id": None, "uid": new.ref.key, **lock},
            "folderUid": new.spec["folder"],
            "message": self.run.message,
            "overwrite": False,  # 412 when the stored version is not the one we read
        }


def seconds_of(duration: object) -> float:
    """Seconds of a Grafana duration such as `30s` or `1h30m`; 0 for an empty text or another value."""
    parts = re.findall(r"(\d+)(ms|[smhdw])", str(duration))
    return sum(int(amount) * _SECONDS[unit] for amount, unit in parts)


def scope_of(cabinet: Cabinet) -> Scope:
    """All that the cabinet's dashboards may know of it."""
    return Scope(
        timezone=cabinet.timezone,
        language=cabinet.language,
        week_start=cabinet.week_start,
        slugs=tuple(slug for slug in dashboards.slugs() if _given(slug, cabinet)),
        has_installations=bool(cabinet.installations),
        has_online=bool(cabinet.accesses),
        has_polled=any(one.polled for one in cabinet.installations),
        runbooks=cabinet.alerting.runbooks,
    )


def use(folder: Path | None) -> None:
    """Takes dashboards from this folder besides the shipped ones."""
    dashboards.use(folder)
    render.cache_clear()


def home_title(cabinet: Cabinet) -> str:
    """What people read above the dashboard that opens first."""
    return str(render(cabinet.home, scope_of(cabinet))["title"])


def _given(slug: str, cabinet: Cabinet) -> bool:
    has = {"installations": bool(cabinet.installations), "online": bool(cabinet.accesses)}
    if not any(fnmatchcase(slug, pattern) for pattern in cabinet.dashboards):
        return False
    with _reported():
        return any(has[data] for data in dashboards.needs(slug))


@cache
def render(slug: str, scope: Scope) -> Spec:
    """The dashboard for that scope, made once: hundreds of cabinets share it. Raises EstateError if its code fails."""
    with _reported():
        return dashboards.render(slug, scope)


@contextmanager
def _reported() -> Iterator[None]:
    """Turns a mistake in the code of a dashboard into an error for its author."""
    try:
        yield
    except dashboards.BrokenError as error:
        why = harmless(error.reason)
        raise EstateError(
            Text(
                f"Дашборд не построить: {error.file}, строка {error.line}: {why}",
                f"A dashboard cannot be built: {error.file}, line {error.line}: {why}",
            ),
            Text("Исправьте этот файл или уберите его из папки", "Correct that file, or move it out of the folder"),
        ) from None


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
                    yield _breach(slug, finding, linter.RULES[finding.rule])


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


def _breach(slug: str, finding: "Finding", hint: tuple[str, str]) -> Problem:
    return Problem(
        code=_CODES[finding.rule],
        level="error",
        message=Text(f"{finding.where}: {finding.ru}", f"{finding.where}: {finding.en}"),
        hint=Text(*hint),
        file=dashboards.origin(slug),
        field_name=finding.rule,
        value=finding.where,
    )
