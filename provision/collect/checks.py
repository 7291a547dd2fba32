"""CHECKS: what is asked of an installation, one row a check. Target files, blackbox.yml and docs are made from it.

icmp, tcp and http200 need nothing on the installation and run for every line with `ping`. The others are switched on
by `checks` in tenants.yaml. What pages of the product look like is not published: a row with an `assumption` says what
was assumed, and is to be compared with a real page before the check is switched on for clients.
"""

from dataclasses import dataclass
from typing import Literal

from provision.text import Text

Prober = Literal["icmp", "tcp", "http"]

LOGIN = "smartlogin"  # the test user on an installation; one password for all of them
LICENCE_MANAGER_PORT = 8888
TIMEOUT = 10  # seconds; a page that takes longer has failed its check
# A page is read whatever its code: the regular expressions decide.
_ANY_PAGE = (*range(200, 209), *range(300, 309), *range(400, 432), *range(500, 512))


@dataclass(frozen=True, slots=True)
class Check:
    """One check; `name` is the label `check` of `kodeks_check_status`, whose value is 1 when it passed.

    For pages (prober http): `path`, the HTTP codes that pass, a regular expression (RE2) that the page must not match
    (`forbidden`), and whether we sign in as `smartlogin`. `port` 0 is the port of the list line.
    """

    name: str
    prober: Prober
    meaning: Text
    path: str = ""
    codes: tuple[int, ...] = (200,)
    forbidden: str = ""
    signs_in: bool = False
    port: int = 0


# The texts of pages (`forbidden`) were not compared with real ones.
CHECKS: tuple[Check, ...] = (
    Check("icmp", "icmp", Text("узел отвечает на ping", "the host answers ping")),
    Check("tcp", "tcp", Text("порт системы принимает соединения", "the port of the software accepts connections")),
    Check("http200", "http", Text("главная страница отвечает кодом 200", "the main page answers 200"), path="/"),
    Check(
        "auth",
        "http",
        Text("пользователь smartlogin может войти", "the user smartlogin can sign in"),
        path="/docs/",
        signs_in=True,
        # Assumed: the catalogue /docs takes basic authentication and answers 401 without it.
    ),
    Check(
        "Maintenance",
        "http",
        Text("система не в режиме обслуживания", "the software is not in maintenance mode"),
        path="/",
        codes=tuple(code for code in _ANY_PAGE if code != 503),
        forbidden="(?i)режим(е)? (тех)?обслуживания",
    ),
    Check(
        "warning",
        "http",
        Text("сервер не сообщает об аварии", "the server reports no emergency"),
        path="/admin/",
        forbidden="(?i)аварийн",
        signs_in=True,
    ),
    Check(
        "key",
        "http",
        Text("ключ SenseLock активен", "the SenseLock key is active"),
        path="/admin/",
        forbidden="(?i)ключ (защиты )?не (найден|активен)",
        signs_in=True,
    ),
    Check(
        "limit",
        "http",
        Text("есть свободные лицензии", "free seats are left"),
        path="/docs/",
        forbidden="(?i)(нет свободных|исчерпан[оы]|закончились) лицензи|превышен[ао]? (число|количество) пользователей",
        signs_in=True,
    ),
    Check(
        "support",
        "http",
        Text("на главной странице нет просьбы об обслуживании", "the main page asks for no servicing"),
        path="/",
        codes=_ANY_PAGE,
        forbidden="(?i)требуется (тех)?обслуживание",
    ),
    Check(
        "search",
        "http",
        Text("поиск отвечает", "a search is answered"),
        path="/docs/search/intellectual?q=%D0%BF%D0%BE%D0%B6%D0%B0%D1%80",
        forbidden="(?i)ошибка (при )?(выполнени[ия] )?(поиска|запроса)",
        signs_in=True,
        # The address of the search and the text of its error were not compared with a real system.
    ),
    Check(
        "spp",
        "http",
        Text("служба запросов пользователей отвечает", "the service for requests of users answers"),
        path="/spp/",
        signs_in=True,
        # Assumed: the service is found at /spp/.
    ),
    Check(
        "proxy",
        "http",
        Text("обратный прокси доходит до системы", "the reverse proxy reaches the software"),
        path="/",
        codes=tuple(code for code in _ANY_PAGE if code not in (502, 504)),
        # Assumed: a proxy whose software does not answer answers 502 or 504 itself.
    ),
    Check(
        "licman_icmp",
        "icmp",
        Text("узел менеджера лицензий отвечает на ping", "the host of the licence manager answers ping"),
        # Assumed: the licence manager runs on the host of the software.
    ),
    Check(
        "licman_tcp",
        "tcp",
        Text("порт менеджера лицензий открыт", "the port of the licence manager is open"),
        port=LICENCE_MANAGER_PORT,
        # Assumed: the licence manager listens on port LICENCE_MANAGER_PORT of the host of the software.
    ),
)
ALWAYS = ("icmp", "tcp", "http200")
OPTIONAL = tuple(check.name for check in CHECKS if check.name not in ALWAYS)


def target(check: Check, address: str, protocol: str) -> str:
    """What the exporter is asked to probe: a host, `host:port` or a URL.

    `address` is the `host:port` of a list line (IPv6 in brackets), `protocol` its http or https.
    """
    host, _, port = address.rpartition(":")
    if check.prober == "icmp":
        return host.strip("[]")
    if check.prober == "tcp":
        return f"{host}:{check.port or port}"
    return f"{protocol}://{address}{check.path}"
