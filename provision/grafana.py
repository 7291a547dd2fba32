"""The only door to Grafana's HTTP API: `Grafana` is a server we are logged in to, `Org` one proven org of it.

Facts: Grafana 12.4.0 and 9.5; a wrong `X-Grafana-Org-Id` is silently taken for org 1, so no request to an org is
possible before `GET /api/org` has shown the org's number and our mark.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError
from urllib3.util.retry import Retry

from provision import __version__
from provision.errors import (
    ApiError,
    ConflictError,
    ForbiddenError,
    GrafanaError,
    LoginError,
    NotFoundError,
    UnreachableError,
    UnsuitableError,
    UsageError,
)
from provision.text import Text
from provision.throttle import Throttle

OLDEST = (9, 5)
MARK = "smart cabinet="
PAGE = 1000
# SQLite locks its file for each write: more than two workers only earn errors (measured on 12.4).
_WORKERS, _WORKERS_OF_A_SERVER = 2, 8
_RENEWALS = 5  # of a session for one request: more would mean that it ends faster than we can ask
_APIS = ("dashboard.grafana.app/v1beta1", "folder.grafana.app/v1beta1")
_ERRORS: dict[int, type[ApiError]] = {403: ForbiddenError, 404: NotFoundError, 409: ConflictError, 412: ConflictError}

Api = Literal["auto", "legacy"]
Json: TypeAlias = Any  # what a server sends; looked into only where it is used


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the server is and who we are. `timeout` in seconds is for connecting and for each wait for data.

    `workers` is how many requests run side by side at most; 0 lets the server's database decide.
    `pause` in seconds is the first wait before something is tried again; each further one is longer.
    """

    url: str
    user: str
    password: str = field(repr=False)
    api: Api = "auto"
    timeout: float = 30
    ca_file: str = ""
    client_certificate: str = ""
    client_key: str = ""
    workers: int = 0
    pause: float = 0.3


class _Patience(Retry):
    """Repeats reads after a lost connection or a passing error, and anything that 429 turned away undone."""

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        if status_code == requests.codes.too_many_requests:
            return bool(self.total)
        return super().is_retry(method, status_code, has_retry_after)


def _patience(pause: float) -> Retry:
    return _Patience(
        total=5,
        backoff_factor=pause,
        backoff_jitter=pause,
        status_forcelist=(500, 502, 503, 504),
        allowed_methods=("GET",),
        raise_on_status=False,
        retry_after_max=60,
    )


class Grafana:
    """A server we are logged in to. One session cookie for all threads; basic auth where password login is off.

    Making it asks `/api/health`, logs in and looks which APIs there are. Raises UnreachableError, LoginError,
    UnsuitableError, or ApiError while the server or its proxy is out of order. Requests raise ApiError (by status) and
    UnreachableError.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._base = _checked(connection.url).rstrip("/")
        self.throttle = Throttle(connection.workers or _WORKERS)
        self._renewal = threading.Lock()
        self._renewals = 0
        self._asking = threading.Lock()
        self.gone: GrafanaError | None = None  # once ask_whether_gone() has found that the server does not work
        self._session = self._open_session()
        self.version = self._ask_version()
        self._log_in()
        self.apis = connection.api == "auto" and self._has_apis()
        if not connection.workers and self.settings.get("database", {}).get("type") in ("postgres", "mysql"):
            self.throttle = Throttle(_WORKERS_OF_A_SERVER)

    @property
    def url(self) -> str:
        """The address people open."""
        return self._base

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
    ) -> Json:
        """The JSON answer, or None when there is no body. Renews the session when the server asks for it."""
        for _attempt in range(_RENEWALS):
            renewals = self._renewals
            answer = self._send(method, path, org=org, json=json, params=params)
            if answer.status_code != requests.codes.unauthorized or "session" not in self._message_id(answer):
                break
            self._renew(renewals)
        return self._content(answer, method, path)

    def ask_whether_gone(self) -> bool:
        """Whether the server as a whole does not work, asked after an outage. From then on each request fails at once.

        So hundreds of cabinets do not wait for all their repeats one after the other.
        """
        with self._asking:
            if self.gone is None:
                try:
                    self.get("/api/health")
                except GrafanaError as error:
                    self.gone = error
        return self.gone is not None

    def pages(self, path: str) -> Iterator[Mapping[str, Json]]:
        """All rows of a list that comes in pages, such as /api/users and /api/orgs."""
        page = 1 if path != "/api/orgs" else 0  # /api/orgs counts from 0 (12.4, store.go), the others from 1
        while rows := self.get(path, perpage=PAGE, page=page):
            yield from rows
            if len(rows) < PAGE:
                return
            page += 1

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
        """Raises UnsuitableError when we are no server admin or new users would get orgs of their own."""
        if not self.get("/api/user").get("isGrafanaAdmin"):
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

    def visitor(self, login: str, password: str) -> "Visitor":
        """Another login on this server."""
        return Visitor(self._open_session(), self._base, self._connection.timeout, login, password, self.throttle)

    @property
    def pauses(self) -> tuple[float, ...]:
        """Seconds to wait before each further try of what failed but may pass."""
        return tuple(self._connection.pause * factor for factor in (1, 3, 9, 27))

    def older_than(self, major: int) -> bool:
        """Whether the server's major version is known and lower."""
        number = self.version.split(".")[0]
        return number.isdigit() and int(number) < major

    def _open_session(self) -> requests.Session:
        session = requests.Session()
        adapter = HTTPAdapter(pool_maxsize=32, max_retries=_patience(self._connection.pause))
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        connection = self._connection
        session.verify = connection.ca_file or True
        if connection.client_certificate:
            session.cert = (connection.client_certificate, connection.client_key or connection.client_certificate)
        settings = session.merge_environment_settings(self._base, {}, None, None, None)
        session.proxies = settings["proxies"]
        session.verify = connection.ca_file or settings["verify"]
        # Asked once above: looking into the environment and netrc at every request costs more than a fast answer.
        session.trust_env = False
        session.headers["User-Agent"] = f"smart-provision/{__version__}"
        return session

    def _send(
        self,
        method: str,
        path: str,
        *,
        org: int | None = None,
        json: object = None,
        params: Mapping[str, str | int] | None = None,
    ) -> requests.Response:
        """One answer. A read whose answer breaks off in its body is repeated; the rest is _Patience's."""
        headers = {} if org is None else {"X-Grafana-Org-Id": str(org)}
        pauses = iter(self.pauses if method == "GET" else ())
        while True:
            with self.throttle.turn():
                if self.gone:
                    raise self.gone
                try:
                    answer = self._session.request(
                        method,
                        f"{self._base}{path}",
                        headers=headers,
                        json=json,
                        params=params,
                        timeout=self._connection.timeout,
                        allow_redirects=False,
                    )
                    break
                except (requests.RequestException, OSError, ValueError) as error:
                    self.throttle.trouble()
                    pause = next(pauses, None) if isinstance(error, ChunkedEncodingError) else None
                    if pause is None:
                        raise self._unreachable(error) from None
            time.sleep(pause)
        self._weigh(answer)
        if answer.is_redirect:
            raise UnreachableError(
                Text(
                    f"{self._base}{path} отсылает на {answer.headers['Location']}",
                    f"{self._base}{path} redirects to {answer.headers['Location']}",
                ),
                Text("Укажите в GRAFANA_URL конечный адрес", "Set GRAFANA_URL to the final address"),
            )
        return answer

    def _weigh(self, answer: requests.Response) -> None:
        """Tells the throttle how the server fares."""
        repeated = answer.raw.retries and answer.raw.retries.history
        if repeated or answer.status_code >= 500:
            self.throttle.trouble()
        else:
            self.throttle.good()

    def _unreachable(self, error: Exception) -> UnreachableError:
        reason = getattr(error, "args", [error])
        while reason and isinstance(reason[0], Exception):  # requests wraps urllib3, which wraps the system's error
            error = getattr(reason[0], "reason", None) or reason[0]
            reason = error.args if isinstance(error, Exception) else ()
        what = f"{type(error).__name__}: {error}".split(" object at ")[0]
        if isinstance(error, requests.exceptions.SSLError) or "SSL" in what or "CERTIFICATE" in what.upper():
            hint = Text(
                "Сертификат сервера не принят. Свой центр сертификации укажите в GRAFANA_CA_FILE",
                "The server's certificate was not accepted. Name your own CA's file in GRAFANA_CA_FILE",
            )
        else:
            hint = Text(
                "Проверьте GRAFANA_URL, работает ли сервер и пропускает ли сеть",
                "Check GRAFANA_URL, whether the server runs and whether the network lets us through",
            )
        return UnreachableError(
            Text(f"Нет ответа от {self._base}: {what}", f"No answer from {self._base}: {what}"), hint
        )

    def _content(self, answer: requests.Response, method: str, path: str) -> Json:
        if answer.status_code == requests.codes.unauthorized:
            raise self._refused()
        if not answer.ok:
            kind = _ERRORS.get(answer.status_code, ApiError)
            raise kind(answer.status_code, method, path, self._message(answer))
        if not answer.content:
            return None
        try:
            return answer.json()
        except requests.JSONDecodeError:
            raise self._not_grafana() from None

    @staticmethod
    def _message(answer: requests.Response) -> str:
        try:
            body = answer.json()
            return str(body.get("message") or body.get("reason") or body)[:300]
        except (requests.JSONDecodeError, AttributeError):
            return answer.reason or ""

    @staticmethod
    def _message_id(answer: requests.Response) -> str:
        try:
            return str(answer.json().get("messageId", ""))
        except (requests.JSONDecodeError, AttributeError):
            return ""

    def _not_grafana(self) -> UnreachableError:
        return UnreachableError(
            Text(f"По адресу {self._base} отвечает не Grafana", f"What answers at {self._base} is not a Grafana"),
            Text(
                "Проверьте GRAFANA_URL, с путём, если Grafana стоит не в корне сайта",
                "Check GRAFANA_URL, with the path if Grafana is not at the site's root",
            ),
        )

    def _refused(self) -> LoginError:
        return LoginError(
            Text(
                f"Grafana не приняла логин {self._connection.user} или его пароль",
                f"Grafana refused the login {self._connection.user} or its password",
            ),
            Text(
                "Проверьте GRAFANA_USER и GRAFANA_PASSWORD. После пяти отказов Grafana пять минут не пускает "
                "и с верным паролем",
                "Check GRAFANA_USER and GRAFANA_PASSWORD. After five refusals Grafana refuses the right password "
                "too for five minutes",
            ),
        )

    def _ask_version(self) -> str:
        try:
            health = self.get("/api/health")
            version = str(health.get("version", ""))
            known = "database" in health
        except (ApiError, LoginError, AttributeError) as error:
            if isinstance(error, ApiError) and error.is_outage:
                raise
            known = False
        if not known:
            raise self._not_grafana()
        numbers = tuple(int(part) for part in version.split("-")[0].split(".")[:2] if part.isdigit())
        if numbers and numbers < OLDEST:  # an empty version is hidden by `[auth.anonymous] hide_version`
            oldest = ".".join(map(str, OLDEST))
            raise UnsuitableError(
                Text(f"Grafana {version} слишком старая", f"Grafana {version} is too old"),
                Text(f"Нужна {oldest} или новее", f"{oldest} or newer is needed"),
            )
        return version

    def _log_in(self) -> None:
        connection = self._connection
        for pause in (*self.pauses, None):
            try:
                answer = self._send("POST", "/login", json={"user": connection.user, "password": connection.password})
            except UnreachableError:
                if pause is None:
                    raise
            else:
                if answer.status_code < 500 or pause is None:
                    break
            time.sleep(pause)
        if answer.status_code in (401, 429) or answer.status_code >= 500:
            self._content(answer, "POST", "/login")  # raises
        if not answer.ok:  # password login is switched off ([auth] disable_login_form): basic auth may still do
            self._session.auth = (connection.user, connection.password)
        self.get("/api/user")

    def _renew(self, seen: int) -> None:
        """A new session token, asked for by the first thread that met the old one's end."""
        with self._renewal:
            if self._renewals != seen:
                return
            answer = self._send("POST", "/api/user/auth-tokens/rotate", json={})
            if not answer.ok:
                self._session.cookies.clear()
                self._log_in()
            self._renewals += 1

    def _has_apis(self) -> bool:
        """Whether dashboards and folders are served through /apis (Grafana 12 and newer). A fault is no answer."""
        try:
            groups = self.get("/apis").get("groups", [])
        except (NotFoundError, ForbiddenError, AttributeError):
            return False
        served = {version["groupVersion"] for group in groups for version in group.get("versions", [])}
        return served.issuperset(_APIS)


class Answer(NamedTuple):
    """Status and body; status 0 when there was no answer at all."""

    status: int
    text: str


class Visitor:
    """Another login, for trying out what it may do: answers come as they are, nothing is repeated, nothing raised.

    It comes with a session's cookie, at a third of what basic auth costs the server (12.4 hashes the password for each
    request); with basic auth where password login is off. A session that has to be renewed is.
    """

    def __init__(
        self, session: requests.Session, base: str, timeout: float, login: str, password: str, throttle: Throttle
    ) -> None:
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(max_retries=0))
        self._session, self._base, self._timeout, self._throttle = session, base, timeout, throttle
        self._login, self._password = login, password
        self._auth: tuple[str, str] | None = None  # of basic auth
        self._log_in()
        if self.ask("GET", "/api/user").status == requests.codes.unauthorized:
            self._auth = (login, password)

    def ask(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        login: bool = True,
    ) -> Answer:
        """The answer. The path goes out as it stands, dots and slashes too; without `login` as nobody."""
        # requests puts cookies and basic auth on at preparing, so that nobody's request never meets them.
        request = requests.Request(method, self._base, headers=headers, json=json, data=body)
        answer = self._send(request, path, login=login)
        if login and answer.status == requests.codes.unauthorized and '"session.token.rotate"' in answer.text:
            self._log_in()
            return self._send(request, path, login=login)
        return answer

    def _send(self, request: requests.Request, path: str, *, login: bool) -> Answer:
        if login:
            request.auth = self._auth
            request.cookies = self._cookies
        prepared = request.prepare()
        prepared.url = f"{self._base}{path}"
        with self._throttle.turn():
            try:
                answer = self._session.send(prepared, timeout=self._timeout, allow_redirects=False)
                return Answer(answer.status_code, answer.text)
            except (requests.RequestException, OSError, ValueError):
                return Answer(0, "")

    def _log_in(self) -> None:
        """Keeps the cookies of a login, whatever answers later set or clear: an attempt must not shut out the next."""
        self._session.cookies.clear()
        self.ask("POST", "/login", json={"user": self._login, "password": self._password}, login=False)
        self._cookies = self._session.cookies.copy()


def _checked(url: str) -> str:
    """The address itself. Raises UsageError when it is none of a web server."""
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        named = parts.username is not None or parts.password is not None
    except ValueError:
        fits, named = False, "@" in url
    if named:  # would stand in messages and hand-over notes, so it is not shown here either
        raise UsageError(
            Text("В адресе Grafana стоят логин или пароль", "There is a login or a password in Grafana's address"),
            Text("Им место в GRAFANA_USER и GRAFANA_PASSWORD", "They belong in GRAFANA_USER and GRAFANA_PASSWORD"),
        )
    if not fits:
        raise UsageError(
            Text(f"«{url}» — не адрес Grafana", f"{url!r} is no address of a Grafana"),
            Text("GRAFANA_URL вида https://grafana.example.ru", "GRAFANA_URL looks like https://grafana.example.ru"),
        )
    return url


def mark(cabinet: str) -> str:
    """The mark of a cabinet's org: its `address1`."""
    return f"{MARK}{cabinet}"


class Org:
    """One org, bound when made. Nothing is written to it before it has proven to be ours."""

    def __init__(self, server: Grafana, number: int, cabinet: str) -> None:
        """Raises GrafanaError when the server answers for another org than `number`."""
        self.server = server
        self.number = number
        self.cabinet = cabinet
        self.name = ""
        self.address: dict[str, str] = {}
        self.proven = self.prove()

    def prove(self) -> bool:
        """Asks `GET /api/org` under the header: whether the org bears the mark of the cabinet."""
        seen = self.server.get("/api/org", org=self.number)
        if seen.get("id") != self.number:
            raise GrafanaError(
                Text(
                    f"Grafana отвечает за организацию {seen.get('id')} вместо {self.number}",
                    f"Grafana answers for org {seen.get('id')} instead of {self.number}",
                )
            )
        self.name = str(seen["name"])
        self.address = {key: str(value) for key, value in seen.get("address", {}).items()}
        address = self.address.get("address1", "")
        self.proven = mark(self.cabinet) in (address, not address and self.name)
        return self.proven

    def request(self, method: str, path: str, json: object = None, **params: str | int) -> Json:
        """As Grafana.request, in this org. Raises GrafanaError for a write to an org that has not proven to be ours."""
        if method != "GET" and not self.proven:
            raise GrafanaError(
                Text(
                    f"Организация {self.number} («{self.name}») не помечена как кабинет {self.cabinet}",
                    f"Org {self.number} ({self.name!r}) does not bear the mark of cabinet {self.cabinet}",
                )
            )
        return self.server.request(method, path, org=self.number, json=json, params=params)

    def get(self, path: str, **params: str | int) -> Json:
        """As Grafana.get, in this org."""
        return self.request("GET", path, **params)

    def apis(self, group: Literal["dashboard", "folder"], name: str = "") -> str:
        """The path of this org's dashboards or folders under /apis. There the namespace, not the header, decides."""
        namespace = "default" if self.number == 1 else f"org-{self.number}"
        path = f"/apis/{group}.grafana.app/v1beta1/namespaces/{namespace}/{group}s"
        return f"{path}/{name}" if name else path

    def apis_list(self, group: Literal["dashboard", "folder"]) -> Iterator[Mapping[str, Json]]:
        """Every object of that group in this org, whole, in pages of 500."""
        params: dict[str, str | int] = {"limit": 500}
        while True:
            answer = self.get(self.apis(group), **params)
            yield from answer["items"]
            if not (rest := answer["metadata"].get("continue")):
                return
            params["continue"] = rest
