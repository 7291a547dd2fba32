"""Our login at a server: a session's cookie, its renewal, and basic auth where a session cannot be had."""

import threading
from http import HTTPStatus

from urllib3 import BaseHTTPResponse

from provision.errors import GrafanaError, LoginError
from provision.grafana.connection import LOGIN_PATH
from provision.grafana.failures import is_from_grafana, refused_by_proxy
from provision.grafana.transport import Transport, field_of
from provision.text import Text

_COOKIE_LOST = Text(
    "пароль принят, но cookie сессии по этому адресу не возвращается (cookie_secure или другой путь)",
    "the password was accepted, but the session's cookie is not sent back to this address (cookie_secure, or another "
    "path)",
)
_FORM_OFF = Text(
    "вход по паролю выключен (disable_login_form)", "password login is off on the server (disable_login_form)"
)
_BASIC_AUTH_OFF = Text("а basic auth выключена", "and basic auth is off")
_HEADER_IN_USE = Text(
    "а для basic auth нужен заголовок Authorization, который занят прокси",
    "and basic auth requires the header Authorization, which is used for the proxy",
)
_WRONG_PASSWORD, _DISABLED = "password-auth.failed", "identity.disabled"


class Login:
    """The one session of all threads; basic auth where a session cannot be had.

    A session is due for renewal every ten minutes (12.4): requests then get 401 with a message id `session.…`.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._renewal = threading.Lock()
        self.renewals = 0

    def open(self) -> None:
        """Logs in. Raises LoginError when the login is refused; that is never repeated.

        Basic auth is used where password login is off (`[auth] disable_login_form`) and where the server accepts the
        password but its cookie does not come back: `cookie_secure` on an address with http, or another path than the
        one in `root_url`.
        """
        transport, connection = self._transport, self._transport.connection
        answer = transport.send("POST", LOGIN_PATH, json={"user": connection.user, "password": connection.password})
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise self.refused(answer)
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= 500:
            transport.content(answer, "POST", LOGIN_PATH)  # raises
        is_accepted = answer.status < 400
        if is_accepted:
            seen = transport.send("GET", "/api/user")
            if seen.status != HTTPStatus.UNAUTHORIZED:
                transport.content(seen, "GET", "/api/user")
                return
        self._use_basic_auth(is_cookie_lost=is_accepted)

    def _use_basic_auth(self, *, is_cookie_lost: bool) -> None:
        transport, connection = self._transport, self._transport.connection
        if any(name.lower() == "authorization" for name in connection.headers):
            raise self._no_way(is_cookie_lost, _HEADER_IN_USE)
        transport.use_basic_auth()
        answer = transport.send("GET", "/api/user")
        if answer.status == HTTPStatus.UNAUTHORIZED:
            if is_cookie_lost or field_of(answer, "messageId") not in (_WRONG_PASSWORD, _DISABLED):
                raise self._no_way(is_cookie_lost, _BASIC_AUTH_OFF)
            raise self.refused(answer)
        transport.content(answer, "GET", "/api/user")

    @staticmethod
    def is_due(answer: BaseHTTPResponse) -> bool:
        """Whether this 401 asks for a renewal of the session."""
        return answer.status == HTTPStatus.UNAUTHORIZED and "session" in field_of(answer, "messageId")

    def renew(self, seen: int) -> None:
        """A new session token; once for all threads that saw the same number of renewals before."""
        with self._renewal:
            if self.renewals != seen:
                return
            if self._transport.send("POST", "/api/user/auth-tokens/rotate", json={}).status >= 400:
                self._transport.forget_session()
                self.open()
            self.renewals += 1

    def refused(self, answer: BaseHTTPResponse) -> GrafanaError:
        """The error for a 401: of Grafana, or of a proxy before it."""
        user = self._transport.connection.user
        if not is_from_grafana(answer):
            return refused_by_proxy(self._transport.connection, answer)
        if field_of(answer, "messageId") == _DISABLED:
            return LoginError(
                Text(f"Логин {user} в Grafana отключён", f"The login {user} is disabled in Grafana"),
                Text("Включите его или укажите в GRAFANA_USER другой", "Enable it, or name another in GRAFANA_USER"),
            )
        return LoginError(
            Text(
                f"Grafana не приняла логин {user} или его пароль",
                f"Grafana refused the login {user} or its password",
            ),
            Text(
                "Проверьте GRAFANA_USER и GRAFANA_PASSWORD. После пяти отказов Grafana пять минут не пускает "
                "и с верным паролем",
                "Check GRAFANA_USER and GRAFANA_PASSWORD. After five refusals Grafana refuses the right password "
                "too for five minutes",
            ),
        )

    def _no_way(self, is_cookie_lost: bool, second: Text) -> LoginError:
        """The error where neither a session nor basic auth can be had."""
        first = _COOKIE_LOST if is_cookie_lost else _FORM_OFF
        return LoginError(
            Text(f"Войти в Grafana нечем: {first.ru}, {second.ru}", f"No way to log in: {first.en}, {second.en}"),
            Text(
                "Укажите в GRAFANA_URL адрес из root_url сервера (с https, если он там) или включите на сервере "
                "[auth.basic] enabled = true",
                "Set GRAFANA_URL to the server's root_url (with https if it has that), or set [auth.basic] enabled = "
                "true on the server",
            ),
        )
