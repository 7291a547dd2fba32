"""A Grafana server that we are logged in to."""

import re
import threading
from collections.abc import Iterator, Mapping
from functools import cached_property
from http import HTTPStatus

from provision.errors import ApiError, ForbiddenError, GrafanaError, NotFoundError, UnsuitableError
from provision.grafana.client import HttpClient
from provision.grafana.connection import Connection
from provision.grafana.failures import not_grafana, refused_by_proxy, wants_tls
from provision.grafana.login import Login
from provision.grafana.probe import ProbeSession
from provision.grafana.transport import WORKERS, Json, Transport
from provision.text import Text
from provision.throttle import Throttle

OLDEST = (9, 5)
PAGE = 1000
_PAGE_OF_APIS = 500
# The name of the page's size, the number of the first page, the size (12.4). Orgs and users come in one page: what
# somebody makes or renames between two pages might be in neither, and on PostgreSQL orgs have no order.
_PAGING = {
    "/api/orgs": ("perpage", 0, 1_000_000),
    "/api/users": ("perpage", 1, 1_000_000),
    "/api/folders": ("limit", 1, PAGE),
    "/api/search": ("limit", 1, PAGE),
}
_PAGING_OF_OTHERS = ("perpage", 1, PAGE)
_MOST_WORKERS = 8
_READERS = 4  # SQLite does not mind them: an audit takes a sixth less time than with two (12.4, two cores)
_RENEWALS = 5  # of a session for one request: more would mean that it ends faster than we can ask
# Metadata alone, 52 KB instead of 1.14 MB for 24 dashboards (12.4); whole objects from a server that has no such form.
HEADS = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
_APIS = ("dashboard.grafana.app/v1beta1", "folder.grafana.app/v1beta1")


class Grafana:
    """A server we are logged in to. One session cookie for all threads; basic auth where password login is off.

    Making it asks `/api/health`, logs in and looks which APIs there are. Raises UnreachableError, LoginError,
    UnsuitableError, or ApiError while the server or its proxy is out of order. Requests raise ApiError (by status) and
    UnreachableError.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._transport = Transport(connection)
        self._login = Login(self._transport)
        self._asking = threading.Lock()
        self.missing: set[str] = set()  # paths that this server does not have, found out in this run
        self.version = self._ask_version()
        self._login.open()
        self.apis = connection.api == "auto" and self._has_apis()
        database = self.settings.get("database", {})
        if not connection.workers:
            self._transport.throttle = Throttle(_workers(database))
        # Other logins write no more than their own sessions: anything else is refused.
        reads_more = not connection.workers and database.get("type") == "sqlite3"
        self.probing = Throttle(_READERS if reads_more else self.throttle.most)

    @property
    def url(self) -> str:
        """The address of the server as we reach it."""
        return self._transport.base

    @property
    def throttle(self) -> Throttle:
        """How many requests run side by side."""
        return self._transport.throttle

    @property
    def sent(self) -> int:
        """How many requests were sent so far; repeats are not counted."""
        return self._transport.sent

    @property
    def pauses(self) -> tuple[float, ...]:
        """Seconds to wait before each further try of what failed but may pass."""
        return self._connection.pauses

    def get(self, path: str, *, org: int | None = None, **params: str | int) -> Json:
        """The JSON answer to a GET."""
        return self.request("GET", path, org=org, params=params)

    def request(
        self,
        method: str,
        path: str,
        *,
        org: int | None = None,
        json: object = None,
        params: Mapping[str, str | int] | None = None,
        accept: str = "",
    ) -> Json:
        """The JSON answer, or None when there is no body. Renews the session when the server asks for it."""
        for _attempt in range(_RENEWALS):
            renewals = self._login.renewals
            answer = self._transport.send(method, path, org=org, json=json, params=params, accept=accept)
            if not self._login.is_due(answer):
                break
            self._login.renew(renewals)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise self._login.refused(answer)
        return self._transport.content(answer, method, path)

    def pages(self, path: str, *, org: int | None = None, **params: str | int) -> Iterator[Mapping[str, Json]]:
        """All rows of a list that comes in pages, such as /api/users, /api/orgs, /api/folders and /api/search."""
        name, page, size = _PAGING.get(path, _PAGING_OF_OTHERS)
        while rows := self.get(path, org=org, **{**params, name: size, "page": page}):
            yield from rows
            if len(rows) < size:
                return
            page += 1

    def apis_pages(self, path: str, *, org: int, heads: bool = False) -> Iterator[Mapping[str, Json]]:
        """All objects of a list under /apis, whole; with `heads` their metadata alone, without `spec`."""
        params: dict[str, str | int] = {"limit": _PAGE_OF_APIS}
        while True:
            answer = self.request("GET", path, org=org, params=params, accept=HEADS if heads else "")
            yield from answer["items"] or ()  # null for an empty list of heads (12.4)
            if not (rest := answer["metadata"].get("continue")):
                return
            params["continue"] = rest

    @property
    def gone(self) -> GrafanaError | None:
        """Why the server as a whole does not work, once ask_whether_gone() has found that."""
        return self._transport.gone

    def ask_whether_gone(self) -> bool:
        """Whether the server as a whole does not work, asked after an outage. From then on each request fails at once.

        So hundreds of cabinets do not wait for all their repeats one after the other.
        """
        with self._asking:
            if self.gone is None:
                try:
                    self.get("/api/health")
                except GrafanaError as error:
                    self._transport.gone = error
        return self.gone is not None

    @cached_property
    def settings(self) -> Mapping[str, Json]:
        """`GET /api/admin/settings` by section, {} where we may not read it."""
        try:
            return dict(self.get("/api/admin/settings"))
        except (ForbiddenError, NotFoundError):
            return {}

    @cached_property
    def self_login(self) -> str:
        """The login we work as, in lower case."""
        return str(self.get("/api/user")["login"]).lower()

    def require_suitable(self) -> None:
        """Raises UnsuitableError when we are no server admin or in no org, or new users would get orgs of their own."""
        me = self.get("/api/user")
        if not me.get("isGrafanaAdmin"):
            raise UnsuitableError(
                Text(
                    f"Пользователь {self.self_login} не администратор сервера Grafana",
                    f"User {self.self_login} is not a Grafana server admin",
                ),
                Text(
                    "Укажите в GRAFANA_USER администратора сервера: только он создаёт организации",
                    "Name a server admin in GRAFANA_USER: only such a user can make orgs",
                ),
            )
        if me.get("orgId") not in {org["orgId"] for org in self.get("/api/user/orgs")}:
            raise UnsuitableError(
                Text(
                    f"{self.self_login} не состоит в своей текущей организации, и Grafana отвечает ему отказом",
                    f"{self.self_login} is not a member of their current org, so Grafana refuses their requests",
                ),
                Text(
                    f"Добавьте {self.self_login} в любую организацию («Администрирование → Пользователи») "
                    "и войдите под ним один раз",
                    f"Add {self.self_login} to any org (Administration → Users) and log in once as that user",
                ),
            )
        if str(self.settings.get("users", {}).get("auto_assign_org", "true")).lower() == "false":
            raise UnsuitableError(
                Text(
                    "На сервере выключено auto_assign_org: каждый новый пользователь получил бы свою организацию",
                    "auto_assign_org is off on the server: every new user would get an org of his own",
                ),
                Text(
                    "Включите [users] auto_assign_org = true в настройках Grafana",
                    "Set [users] auto_assign_org = true in Grafana's configuration",
                ),
            )

    def probe(self, login: str, password: str) -> ProbeSession:
        """A session of another login on this server."""
        return ProbeSession(HttpClient(self._connection, self.url), login, password, self.probing)

    def older_than(self, *version: int) -> bool:
        """Whether the server's version is known and lower than that one: (11,) or (11, 6)."""
        known = tuple(int(part) for part in re.findall(r"\d+", self.version)[: len(version)])
        return bool(known) and known < version

    def _ask_version(self) -> str:
        answer = self._transport.send("GET", "/api/health")
        if answer.status in (401, 403, 407):  # Grafana answers here without a login
            raise refused_by_proxy(self._connection, answer)
        if answer.status == 400 and b"HTTPS" in answer.data.upper():  # so do Go's servers and nginx
            raise wants_tls(self.url)
        try:
            health = self._transport.content(answer, "GET", "/api/health")
            version = str(health.get("version", ""))
            known = "database" in health
        except (ApiError, AttributeError) as error:
            if isinstance(error, ApiError) and error.is_outage:
                raise
            known = False
        if not known:
            raise not_grafana(self.url)
        numbers = tuple(int(part) for part in version.split("-")[0].split(".")[:2] if part.isdigit())
        if numbers and numbers < OLDEST:  # an empty version is hidden by `[auth.anonymous] hide_version`
            oldest = ".".join(map(str, OLDEST))
            raise UnsuitableError(
                Text(f"Grafana {version} слишком старая", f"Grafana {version} is too old"),
                Text(f"Нужна {oldest} или новее", f"{oldest} or newer is required"),
            )
        return version

    def _has_apis(self) -> bool:
        """Whether dashboards and folders are served through /apis (Grafana 12 and newer). A fault is no answer."""
        try:
            groups = self.get("/apis").get("groups", [])
        except (NotFoundError, ForbiddenError, AttributeError):
            return False
        served = {version["groupVersion"] for group in groups for version in group.get("versions", [])}
        return served.issuperset(_APIS)


def _workers(database: Mapping[str, Json]) -> int:
    """How many requests at once suit a server with these settings of its database.

    As many as it keeps connections to PostgreSQL or MySQL (`max_idle_conn`, by default 2): each one more opens a
    connection and closes it (12.4), and eight at once took longer than two. On SQLite more only cause errors.
    """
    kept = str(database.get("max_idle_conn", "")) if database.get("type") in ("postgres", "mysql") else ""
    return min(max(int(kept) if kept.isdecimal() else 0, WORKERS), _MOST_WORKERS)
