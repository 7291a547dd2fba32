"""Signing in to an online access, and reading its pages, on the server that the list names and on no other.

What the sign-in page of the product looks like is not published. Assumed, until seen: a server that asks for basic
authentication (401) gets it; a page with a form that has a password field gets the form filled in; a page without one
after that is the account.
"""

import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

from provision.model import OnlineAccess
from provision.poll.failures import ErrorClass, PollError, classified
from provision.stores.wire import basic

_LARGEST = 8 << 20  # bytes of one page
_MOST_REDIRECTS = 5
_AGENT = "smart-provision poll"


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for the connection, for each part of an answer and for a whole poll; `proxy` is its URL, "" for none."""

    connect: float = 10
    read: float = 30
    whole: float = 120
    proxy: str = field(default="", repr=False)


class AccountSession:
    """A session with one access. `home` is the page that came after signing in. Methods raise PollError."""

    def __init__(self, access: OnlineAccess, limits: Limits) -> None:
        self._access = access
        self._base = f"{access.protocol}://{access.host}/{access.folder}/"
        self._limits = limits
        self._until = time.monotonic() + limits.whole
        self._http = requests.Session()
        self._http.trust_env = False  # no login of ~/.netrc, no proxy of the environment
        self._http.headers["User-Agent"] = _AGENT
        if limits.proxy:
            self._http.proxies = {"http": limits.proxy, "https": limits.proxy}
        self.home = ""

    def __enter__(self) -> "AccountSession":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def sign_in(self) -> None:
        """Signs in once; credentials that are refused are not tried again."""
        page = self._page("GET", self._base, tolerated=401)
        if page is None:
            self._http.headers.update(basic(self._access.login, self._access.password))
            page = self._page("GET", self._base) or ""
        elif (form := _login_form(page)) is not None:
            fields = {**form.hidden, form.user: self._access.login, form.password: self._access.password}
            page = self._page("POST", self._same_server(form.action or self._base), fields) or ""
        if _login_form(page) is not None:
            raise PollError(ErrorClass.LOGIN, "the sign-in page came again")
        self.home = page

    def page(self, path: str) -> str:
        """The page at a path below the folder of the access."""
        return self._page("GET", self._same_server(path)) or ""

    def _same_server(self, path: str) -> str:
        """The address of a path. Raises PollError for one on another server: credentials are not sent there."""
        address = urljoin(self._base, path)
        if urlsplit(address)[:2] != urlsplit(self._base)[:2]:
            raise PollError(ErrorClass.REQUEST, "the page leads to another server")
        return address

    def _page(self, method: str, url: str, fields: dict[str, str] | None = None, tolerated: int = 0) -> str | None:
        """The text of a page; None for the tolerated status."""
        for _ in range(_MOST_REDIRECTS):
            status, where, text = self._answer(method, url, fields)
            if not where:
                break
            method, url, fields = "GET", self._same_server(where), None
        else:
            raise PollError(ErrorClass.REQUEST, "too many redirects")
        if status == tolerated:
            return None
        if status in (401, 403):
            raise PollError(ErrorClass.LOGIN, f"HTTP {status}")
        if status >= 400:
            raise PollError(ErrorClass.STATUS, f"HTTP {status}")
        return text

    def _answer(self, method: str, url: str, fields: dict[str, str] | None) -> tuple[int, str, str]:
        """Status, where a redirect leads ("" for none) and text."""
        try:
            with self._http.request(
                method,
                url,
                data=fields,
                timeout=(self._limits.connect, self._limits.read),
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = self._body(answer)
                where = urljoin(url, answer.headers["Location"]) if answer.is_redirect else ""
                charset = answer.encoding or "utf-8"
                return answer.status_code, where, body.decode(charset, errors="replace")
        except requests.RequestException as error:
            raise classified(error) from None
        except (ValueError, LookupError) as error:  # an address or a charset that cannot be
            raise PollError(ErrorClass.REQUEST, type(error).__name__) from None

    def _body(self, answer: requests.Response) -> bytes:
        body = bytearray()
        for part in answer.iter_content(1 << 16):
            body += part
            if len(body) > _LARGEST:
                raise PollError(ErrorClass.REQUEST, "the page is larger than 8 MB")
            if time.monotonic() > self._until:
                raise PollError(ErrorClass.READ_TIMEOUT, "the poll takes too long")
        return bytes(body)


@dataclass(frozen=True, slots=True)
class _Form:
    action: str
    user: str
    password: str
    hidden: dict[str, str]


def _login_form(page: str) -> _Form | None:
    """The first form of the page that has a password field."""
    finder = _Forms()
    finder.feed(page)
    finder.close()
    return next((form for form in map(_as_login, finder.forms) if form), None)


def _as_login(form: tuple[str, list[tuple[str, str, str]]]) -> _Form | None:
    action, inputs = form
    password = next((name for kind, name, _ in inputs if kind == "password"), "")
    user = next((name for kind, name, _ in inputs if kind in ("text", "email", "")), "")
    if not password or not user:
        return None
    return _Form(action, user, password, {name: value for kind, name, value in inputs if kind == "hidden"})


class _Forms(HTMLParser):
    """Every form of a page: its action, and type, name and value of its inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, list[tuple[str, str, str]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((known.get("action", ""), []))
        elif tag == "input" and self.forms and known.get("name"):
            self.forms[-1][1].append((known.get("type", "").lower(), known["name"], known.get("value", "")))
