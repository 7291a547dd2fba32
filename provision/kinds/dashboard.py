"""A cabinet's dashboards, rendered from `dashboards/` once per distinct scope."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from threading import Lock

import dashboards
from dashboards import Scope
from provision.errors import EstateError, NotFoundError
from provision.grafana import Json
from provision.kinds import heads
from provision.kinds.base import One
from provision.kinds.context import CabinetContext, RunContext
from provision.kinds.folder import UID as FOLDER
from provision.model import Cabinet, Code, Problem, Ref, Resource, Spec
from provision.os_errors import reason
from provision.ownership import PREFIX, WRITTEN
from provision.plan import Change
from provision.text import Text, harmless

_MESSAGE = "grafana.app/message"
_SERVER_MADE = ("id", "uid", "version")
_FEW = 4  # dashboards of an org that are read one by one; more are read in one list of all, whole
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


class DashboardKind(One):
    name = "dashboard"
    title = Text("дашборд", "dashboard")
    needs = ("org",)

    def __init__(self, run: RunContext) -> None:
        super().__init__(run)
        self._made: dict[Scope, Mapping[str, tuple[Spec, str]]] = {}
        self._making = Lock()

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        scope = scope_of(cabinet)
        made = self._rendered(scope)
        for slug in scope.slugs:
            uid = dashboards.uid(slug)
            yield Resource(Ref(cabinet.id, self.name, uid), made[uid][0], dashboards.origin(slug))

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        org = context.org
        if self.run.server.apis:
            return self._read_apis(context)
        return (
            self._seen_legacy(context, org.get(f"/api/dashboards/uid/{row['uid']}"))
            for row in org.pages("/api/search", type="dash-db")
        )

    def create(self, context: CabinetContext, new: Resource) -> None:
        org = context.org
        if not self.run.server.apis:
            org.request("POST", "/api/dashboards/db", json=self._legacy(new))
            return
        metadata = org.request("POST", org.apis("dashboard"), json=self._object(new))["metadata"]
        if context.is_new:
            context.created[new.ref.key] = self._fingerprint(context, new, metadata)
        else:
            self.update(context, replace(new, handle=_handle(metadata)), new)

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
        org = context.org
        if not self.run.server.apis:
            org.request("POST", "/api/dashboards/db", json=self._legacy(new, **old.handle))
            return
        written = {"uid": old.handle["uid"], "generation": old.handle["generation"] + 1}
        body = self._object(new, written=self._fingerprint(context, new, written), lock=old.handle["resourceVersion"])
        org.request("PUT", org.apis("dashboard", new.ref.key), json=body)

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
        from provision.kinds import dashboard_lint

        return dashboard_lint.codes()

    @staticmethod
    def lint(cabinets: Sequence[Cabinet]) -> Iterable[Problem]:
        """What the linter finds, with queries held against what the stores hold."""
        from provision.kinds import dashboard_lint
        from provision.stores.contract import columns_by_table, labels_by_metric

        return dashboard_lint.lint(cabinets, metrics=labels_by_metric(), tables=columns_by_table())

    @staticmethod
    def files(cabinet: Cabinet) -> Iterable[tuple[str, str]]:
        """Each dashboard with its uid, as Grafana's own export has it."""
        scope = scope_of(cabinet)
        for slug in scope.slugs:
            yield f"{dashboards.uid(slug)}.json", _exported(slug, scope)

    def _rendered(self, scope: Scope) -> Mapping[str, tuple[Spec, str]]:
        """Each dashboard as it is compared and written and the digest of its content, by uid; once for all cabinets."""
        with self._making:
            if scope not in self._made:
                specs = {slug: self.normalise({"folder": FOLDER, "spec": render(slug, scope)}) for slug in scope.slugs}
                self._made[scope] = {
                    dashboards.uid(slug): (one, heads.digest(one["spec"])) for slug, one in specs.items()
                }
            return self._made[scope]

    def _read_apis(self, context: CabinetContext) -> Iterator[Resource]:
        """From their heads where these prove the content, see heads; the others whole. None where an earlier plan has
        proved all of them.
        """
        org, unread = context.org, []
        wanted = {} if context.cabinet.state == "absent" else self._rendered(scope_of(context.cabinet))
        contents = [f"{uid} {content}" for uid, (_spec, content) in wanted.items()]
        if wanted and self.run.remembered.holds(org.number, contents):
            for uid, (spec, _content) in wanted.items():
                yield Resource(Ref(context.cabinet.id, self.name, uid), spec, "grafana")
            return
        proven: list[Resource] = []
        created = context.dashboards_created
        for item in org.apis_list("dashboard", heads=True):
            metadata = item["metadata"]
            spec, content = wanted.get(str(metadata["name"]), ({}, ""))
            if spec and heads.is_unchanged(self.run.root, org.number, metadata, created, content):
                ref = Ref(context.cabinet.id, self.name, str(metadata["name"]))
                proven.append(Resource(ref, spec, "grafana", _handle(metadata)))
            else:
                unread.append(str(metadata["name"]))
        if len(unread) > _FEW:
            yield from (self._seen_apis(context, item) for item in org.apis_list("dashboard"))
            return
        if wanted and not unread and len(proven) == len(wanted):
            self.run.remembered.note(org.number, contents)
        yield from proven
        for name in unread:
            with suppress(NotFoundError):  # deleted since the list was read
                yield self._seen_apis(context, org.get(org.apis("dashboard", name)))

    def _seen_apis(self, context: CabinetContext, item: Mapping[str, Json]) -> Resource:
        metadata = item["metadata"]
        folder, handle = heads.folder_of(metadata), _handle(metadata)
        return self._seen(context, str(metadata["name"]), folder, item.get("spec") or {}, handle)

    def _seen_legacy(self, context: CabinetContext, whole: Mapping[str, Json]) -> Resource:
        spec, folder = whole["dashboard"], whole["meta"].get("folderUid", "")
        return self._seen(context, str(spec["uid"]), folder, spec, {"version": spec["version"]})

    def _seen(self, context: CabinetContext, uid: str, folder: str, spec: Spec, handle: Mapping[str, Json]) -> Resource:
        if uid.startswith(PREFIX):
            return self.seen(context, uid, {"folder": folder, "spec": spec}, handle=handle)
        return self.seen(context, uid, {"title": str(spec.get("title", ""))}, managed=False)

    def _fingerprint(self, context: CabinetContext, new: Resource, metadata: heads.Metadata) -> str:
        org, folder = context.org.number, str(new.spec["folder"])
        _spec, content = self._rendered(scope_of(context.cabinet))[new.ref.key]
        return heads.fingerprint(self.run.root, org, new.ref.key, metadata, folder, content)

    def _object(self, new: Resource, *, written: str = "", lock: str = "") -> dict[str, object]:
        annotations = {heads.FOLDER: new.spec["folder"], _MESSAGE: self.run.message}
        return {
            "apiVersion": "dashboard.grafana.app/v1beta1",
            "kind": "Dashboard",
            "metadata": {
                "name": new.ref.key,
                "annotations": {**annotations, WRITTEN: written} if written else annotations,
                **({"resourceVersion": lock} if lock else {}),
            },
            "spec": new.spec["spec"],
        }

    def _legacy(self, new: Resource, **lock: int) -> dict[str, object]:
        return {
            "dashboard": {**new.spec["spec"], "id": None, "uid": new.ref.key, **lock},
            "folderUid": new.spec["folder"],
            "message": self.run.message,
            "overwrite": False,  # 412 when the stored version is not the one we read
        }


def _handle(metadata: heads.Metadata) -> dict[str, Json]:
    """What a write over this version of the object needs."""
    return {key: metadata[key] for key in ("uid", "generation", "resourceVersion")}


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
        slugs=_slugs(cabinet.dashboards, bool(cabinet.installations), bool(cabinet.accesses)),
        has_installations=bool(cabinet.installations),
        has_online=bool(cabinet.accesses),
        has_polled=any(one.polled for one in cabinet.installations),
        runbooks=cabinet.alerting.runbooks,
    )


def use(folder: Path | None) -> None:
    """Takes dashboards from this folder besides the shipped ones."""
    dashboards.use(folder)
    for made in (render, _slugs, _exported):
        made.cache_clear()


def home_title(cabinet: Cabinet) -> str:
    """The title of the dashboard that opens first."""
    return str(render(cabinet.home, scope_of(cabinet))["title"])


@cache
def _slugs(patterns: tuple[str, ...], has_installations: bool, has_online: bool) -> tuple[str, ...]:
    """The dashboards that the patterns name and that have data to show."""
    has = {"installations": has_installations, "online": has_online}
    named = [slug for slug in dashboards.slugs() if any(fnmatchcase(slug, pattern) for pattern in patterns)]
    with _reported():
        return tuple(slug for slug in named if any(has[data] for data in dashboards.needs(slug)))


@cache
def _exported(slug: str, scope: Scope) -> str:
    whole = {**render(slug, scope), "uid": dashboards.uid(slug)}
    return json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True)


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
        cause, said = error.__cause__, harmless(error.reason)
        why = reason(cause) if isinstance(cause, OSError) else Text(said, said)
        raise EstateError(
            Text(
                f"Дашборд не построить: {error.file}, строка {error.line}: {why.ru}",
                f"A dashboard cannot be built: {error.file}, line {error.line}: {why.en}",
            ),
            Text("Исправьте этот файл или уберите его из папки", "Correct that file, or move it out of the folder"),
        ) from None
