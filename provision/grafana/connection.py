"""Where a Grafana is and how it is reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from provision.errors import UsageError
from provision.text import Text

Api = Literal["auto", "legacy"]
LOGIN_PATH = "/login"  # the one POST that may be repeated: a second login only opens a second session


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the server is and who we are. `timeout` in seconds is for connecting and for each wait for data.

    `headers` go out with every request, for a proxy with a login of its own.
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
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    workers: int = 0
    pause: float = 0.3

    @property
    def pauses(self) -> tuple[float, ...]:
        """Seconds to wait before each further try of what failed but may pass."""
        return tuple(self.pause * factor for factor in (1, 3, 9, 27))


def checked_address(url: str) -> str:
    """The address without a slash at its end. Raises UsageError when it is not the address of a web server."""
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        named = parts.username is not None or parts.password is not None
    except ValueError:
        fits, named = False, "@" in url
    if named:  # messages and hand-over notes show the address, so this message does not repeat it
        raise UsageError(
            Text("В адресе Grafana стоят логин или пароль", "Grafana's address contains a login or a password"),
            Text("Им место в GRAFANA_USER и GRAFANA_PASSWORD", "Use GRAFANA_USER and GRAFANA_PASSWORD for them"),
        )
    if not fits:
        raise UsageError(
            Text(f"«{url}» — не адрес Grafana", f"{url!r} is not the address of a Grafana"),
            Text(
                "Нужен GRAFANA_URL вида https://grafana.example.ru",
                "GRAFANA_URL must look like https://grafana.example.ru",
            ),
        )
    return url.rstrip("/")
