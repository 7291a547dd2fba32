"""Our login at a server: a session's cookie, its renewal, and basic auth where a session cannot be had."""

import threading

import requests

from provision.errors import LoginError
from provision.grafana.transport import Transport, field_of
from provision.text import Text


class Login:
    """The one session of all threads.

    A session is due for renewal every ten minutes (12.4): requests then get 401 with a message id `session.…`.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._renewal = threading.Lock()
        self.renewals = 0

    def open(self) -> None:
        """Logs in. Raises LoginError when the login is refused; that is never repeated."""
        transport, connection = self._transport, self._transport.connection
        answer = transport.send("POST", "/login", json={"user": connection.user, "password": connection.password})
        if answer.status_code == requests.codes.unauthorized:
            raise self.refused()
        if answer.status_code == requests.codes.too_many_requests or answer.status_code >= 500:
            transport.content(answer, "POST", "/login")  # raises
        if not answer.ok:  # password login is off ([auth] disable_login_form); basic auth may still work
            transport.session.auth = (connection.user, connection.password)
        answer = transport.send("GET", "/api/user")
        if answer.status_code == requests.codes.unauthorized:
            raise self.refused()
        transport.content(answer, "GET", "/api/user")

    @staticmethod
    def is_due(answer: requests.Response) -> bool:
        """Whether this 401 asks for a renewal of the session."""
        return answer.status_code == requests.codes.unauthorized and "session" in field_of(answer, "messageId")

    def renew(self, seen: int) -> None:
        """A new session token; once for all threads that saw the same number of renewals before."""
        with self._renewal:
            if self.renewals != seen:
                return
            if not self._transport.send("POST", "/api/user/auth-tokens/rotate", json={}).ok:
                self._transport.session.cookies.clear()
                self.open()
            self.renewals += 1

    def refused(self) -> LoginError:
        """The error for a 401."""
        user = self._transport.connection.user
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
