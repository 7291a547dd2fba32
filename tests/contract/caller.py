"""Somebody who asks a Grafana, with plain requests."""

from typing import Any

import requests


class Caller:
    """One user of one server: by session cookie after `log_in`, else by basic auth, else nobody."""

    def __init__(self, url: str, user: str = "", password: str = "") -> None:
        self.url = url
        self.user = user
        self.password = password
        self.session = requests.Session()
        self.session.trust_env = False
        if user:
            self.session.auth = (user, password)

    def ask(
        self, method: str, path: str, body: Any = None, *, org: object = None, raw: bytes | None = None, **query: Any
    ) -> requests.Response:
        """The answer, whatever it is. `org` becomes the header unchanged."""
        headers = {} if org is None else {"X-Grafana-Org-Id": str(org)}
        if raw is not None:
            headers["Content-Type"] = "application/json"
        sent = {"json": body, "data": raw, "headers": headers, "params": query, "timeout": 120}
        return self.session.request(method, self.url + path, allow_redirects=False, **sent)

    def get(self, path: str, *, org: object = None, **query: Any) -> Any:
        """The JSON of an answer that has to be 200."""
        answer = self.ask("GET", path, org=org, **query)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    def do(self, method: str, path: str, body: Any = None, *, org: object = None, **query: Any) -> Any:
        """The JSON of a write that has to succeed."""
        answer = self.ask(method, path, body, org=org, **query)
        assert answer.status_code in {200, 201, 202}, (method, path, answer.status_code, answer.text)
        return answer.json()

    def log_in(self) -> requests.Response:
        """Exchange the password for a session; basic auth is no longer sent."""
        self.session.auth = None
        return self.ask("POST", "/login", {"user": self.user, "password": self.password})

    def close(self) -> None:
        """Let the connections go."""
        self.session.close()
