"""The settings of a Grafana server that open cabinets: what is expected, why, and how to set it.

Read from `GET /api/admin/settings` (all values are texts; secrets come as asterisks). Found by trying on 12.4.0: with
`auth.proxy` open a request header makes a server admin, an anonymous org is readable by everybody, and so on. A key
that this server does not have (an older version, or a part that is switched off) opens nothing.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from provision.text import Text

Values = Mapping[str, Mapping[str, str]]
_DAY = 86_400
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": _DAY, "w": 7 * _DAY, "M": 30 * _DAY, "y": 365 * _DAY}


@dataclass(frozen=True, slots=True)
class Server:
    """What the rules look at: `values` as the server gives them, numbers and names of the cabinets' orgs, and whether a
    cabinet of the estate trusts its Editors.
    """

    values: Values
    cabinets: Mapping[int, str] = field(default_factory=dict)
    has_editors: bool = False

    def value(self, name: str) -> str:
        """The value of `section.key`, "" where the server has none."""
        section, _, key = name.rpartition(".")
        return str(self.values.get(section, {}).get(key, ""))

    def has(self, name: str) -> bool:
        """Whether the server has such a key."""
        section, _, key = name.rpartition(".")
        return key in self.values.get(section, {})

    def is_on(self, name: str) -> bool:
        """Whether the value is true."""
        return self.value(name).lower() in ("true", "1", "yes", "on")

    @property
    def is_https(self) -> bool:
        """Whether people reach it over TLS."""
        return self.value("server.protocol") in ("https", "h2") or self.value("server.root_url").startswith("https:")

    @property
    def has_smtp(self) -> bool:
        """Whether it sends mail."""
        return self.is_on("smtp.enabled")


Fits = Callable[[Server, str], bool]
Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class WatchedSetting:
    """One key of grafana.ini. `fits` is asked only where the server has the key. `level` error: it opens a cabinet by
    itself; warning: it helps an attacker. `value` is what to write, with further keys that belong to it.
    """

    name: str
    expected: Text
    why: Text
    value: str
    fits: Fits = field(repr=False)
    level: Level = "warning"

    @property
    def ini(self) -> str:
        """The line to write."""
        section, _, key = self.name.rpartition(".")
        return f"[{section}] {key} = {self.value}".rstrip()


@dataclass(frozen=True, slots=True)
class WrongSetting:
    """A setting that is not as expected, with the value it has."""

    setting: WatchedSetting
    value: str


def wrong_settings(server: Server) -> Iterator[WrongSetting]:
    """Every setting that is not as expected, accepted or not."""
    for setting in SERVER_SETTINGS:
        if server.has(setting.name) and not setting.fits(server, setting.name):
            yield WrongSetting(setting, server.value(setting.name))


def _off(server: Server, name: str) -> bool:
    return not server.is_on(name)


def _on_with_https(server: Server, name: str) -> bool:
    return server.is_on(name) or not server.is_https


def _on_or_own_days(server: Server, name: str) -> bool:
    """Whether days on axes have a form other than that of Grafana (12.4)."""
    return server.is_on(name) or server.value("date_formats.interval_day") not in ("", "MM/DD")


def _empty(server: Server, name: str) -> bool:
    return not server.value(name).strip()


def _set(server: Server, name: str) -> bool:
    return bool(server.value(name).strip())


def _shorter_than(days: int) -> Fits:
    def fits(server: Server, name: str) -> bool:
        found = re.fullmatch(r"(\d+)([smhdwMy])", server.value(name).strip())
        return found is not None and int(found[1]) * _UNITS[found[2]] < days * _DAY

    return fits


def _no_cabinet(server: Server, name: str) -> bool:
    value = server.value(name)
    return not server.is_on("users.auto_assign_org") or not value.isdigit() or int(value) not in server.cabinets


def _mapped_orgs(value: str) -> Iterator[str]:
    """Number or name of each org in an `org_mapping`: entries `group:org:role`, with commas or spaces between them or
    as a JSON list; a backslash before a colon that is part of a name (12.4).
    """
    try:
        entries = json.loads(value) if value.startswith("[") else re.split(r"[,\s]+", value)
    except ValueError:
        return
    for entry in entries:
        parts = re.split(r"(?<!\\):", str(entry))
        if len(parts) in (2, 3):
            yield parts[1].replace("\\", "")


def _maps_no_cabinet(server: Server, name: str) -> bool:
    section, _, _ = name.rpartition(".")
    orgs = {"*", *map(str, server.cabinets), *server.cabinets.values()}
    return not server.is_on(f"{section}.enabled") or orgs.isdisjoint(_mapped_orgs(server.value(name).strip()))


def _bounds_rules(server: Server, name: str) -> bool:
    limited = re.fullmatch(r"\d+", server.value("quota.org_alert_rule")) is not None
    return not server.has_editors or (server.is_on(name) and limited)


_FALSE, _TRUE, _NOTHING = Text("false", "false"), Text("true", "true"), Text("пусто", "empty")


def _off_wanted(name: str, why: Text, level: Level = "warning") -> WatchedSetting:
    return WatchedSetting(name, _FALSE, why, "false", _off, level)


def _https_wanted(name: str, why: Text) -> WatchedSetting:
    """For a key that is to be true where people reach the server over TLS."""
    return WatchedSetting(name, Text("true при https", "true with https"), why, "true", _on_with_https)


SERVER_SETTINGS: tuple[WatchedSetting, ...] = (
    _off_wanted(
        "auth.anonymous.enabled",
        Text(
            "кабинет с названием из org_name читает кто угодно без входа",
            "everybody reads the cabinet that org_name names, without a login",
        ),
        "error",
    ),
    WatchedSetting(
        "auth.proxy.enabled",
        Text("false или задан whitelist", "false, or whitelist is set"),
        Text(
            "заголовок X-WEBAUTH-USER: admin делает администратором сервера любого, кто доберётся до порта",
            "the header X-WEBAUTH-USER: admin makes a server admin of everybody who reaches the port",
        ),
        "false",
        lambda server, name: _off(server, name) or _set(server, "auth.proxy.whitelist"),
        "error",
    ),
    _off_wanted(
        "auth.jwt.url_login", Text("токен попадает в адреса и журналы", "the token is part of addresses and logs")
    ),
    _off_wanted(
        "auth.oauth_allow_insecure_email_lookup",
        Text("чужую учётную запись забирают по адресу почты", "an account can be taken over by its e-mail address"),
    ),
    _off_wanted(
        "users.allow_sign_up", Text("посторонние заводят себе учётные записи", "strangers make accounts for themselves")
    ),
    _off_wanted(
        "users.allow_org_create", Text("любой заводит организации с любым названием", "anybody makes orgs of any name")
    ),
    _off_wanted(
        "users.viewers_can_edit",
        Text("наблюдатель правит панели и шлёт свои запросы", "a Viewer edits panels and sends queries of his own"),
    ),
    WatchedSetting(
        "users.auto_assign_org_role",
        Text("Viewer", "Viewer"),
        Text("новые учётные записи получают больше прав", "new accounts get more rights"),
        "Viewer",
        lambda server, name: server.value(name) in ("Viewer", "None", ""),
    ),
    WatchedSetting(
        "users.auto_assign_org_id",
        Text("номер организации, которая не кабинет", "the number of an org that is no cabinet"),
        Text(
            "каждая новая учётная запись попадает в этот кабинет", "every new account becomes a member of that cabinet"
        ),
        "1",
        _no_cabinet,
        "error",
    ),
    *(
        WatchedSetting(
            f"auth.{way}.org_mapping",
            Text("без организаций кабинетов и без *", "no cabinet's org and no *"),
            Text("люди из каталога попадают в этот кабинет", "people of a directory become members of that cabinet"),
            "",
            _maps_no_cabinet,
            "error",
        )
        for way in ("jwt", "generic_oauth", "azuread", "github", "gitlab", "google", "okta", "saml")
    ),
    WatchedSetting(
        "users.verify_email_enabled",
        Text("true, если сервер шлёт почту", "true where the server sends mail"),
        Text("любой может назваться чужим адресом", "anybody can take another's address for his own"),
        "true",
        lambda server, name: server.is_on(name) or not server.has_smtp,
    ),
    WatchedSetting(
        "snapshots.enabled",
        Text(
            "false, или хотя бы external_enabled и public_mode false",
            "false, or at least external_enabled and public_mode false",
        ),
        Text("снимок дашборда читают без входа", "a snapshot of a dashboard is readable without a login"),
        "false",
        lambda server, name: (
            _off(server, name) or (_off(server, "snapshots.external_enabled") and _off(server, "snapshots.public_mode"))
        ),
    ),
    _off_wanted(
        "public_dashboards.enabled", Text("редактор открывает дашборд всем", "an Editor opens a dashboard to everybody")
    ),
    WatchedSetting(
        "metrics.enabled",
        Text("false или задан basic_auth_username", "false, or basic_auth_username is set"),
        Text("/metrics открыт всем, с номерами организаций", "/metrics is open to everybody, with numbers of orgs"),
        "false",
        lambda server, name: _off(server, name) or _set(server, "metrics.basic_auth_username"),
    ),
    _https_wanted(
        "security.cookie_secure", Text("сеанс уходит и по открытому http", "the session is also sent over plain http")
    ),
    _https_wanted(
        "security.strict_transport_security", Text("браузер соглашается и на http", "the browser accepts http as well")
    ),
    _https_wanted(
        "security.content_security_policy",
        Text("чужой скрипт на странице выполнится", "a foreign script on a page runs"),
    ),
    _off_wanted(
        "security.allow_embedding",
        Text("чужой сайт показывает Grafana во фрейме", "another site shows Grafana in a frame"),
    ),
    WatchedSetting(
        "security.disable_gravatar",
        _TRUE,
        Text("хэши адресов людей уходят на gravatar.com", "hashes of people's addresses go to gravatar.com"),
        "true",
        Server.is_on,
    ),
    WatchedSetting(
        "security.data_source_proxy_whitelist",
        Text("адреса хранилищ", "the addresses of the stores"),
        Text("источник данных ведёт на любой сервер", "a data source can point at any server"),
        "vmauth.example.ru:8427 db.example.ru:5432",
        _set,
    ),
    WatchedSetting(
        "security.disable_username_login_protection",
        Text(
            "true, с disable_ip_address_login_protection = false",
            "true, with disable_ip_address_login_protection = false",
        ),
        Text(
            "пять неверных паролей не пускают самого руководителя пять минут",
            "five wrong passwords lock out a head for five minutes",
        ),
        "true, disable_ip_address_login_protection = false",
        lambda server, name: server.is_on(name) and _off(server, "security.disable_ip_address_login_protection"),
    ),
    WatchedSetting(
        "auth.login_maximum_lifetime_duration",
        Text("меньше 30d", "less than 30d"),
        Text("смена пароля не завершает открытых сеансов", "changing a password ends no session that is open"),
        "7d",
        _shorter_than(30),
    ),
    WatchedSetting(
        "auth.login_maximum_inactive_lifetime_duration",
        Text("меньше 7d", "less than 7d"),
        Text("забытый сеанс открыт неделю", "a forgotten session is open for a week"),
        "3d",
        _shorter_than(7),
    ),
    _off_wanted(
        "panels.disable_sanitize_html", Text("текст панели выполняет скрипты", "the text of a panel runs scripts")
    ),
    WatchedSetting(
        "quota.enabled",
        Text(
            "true и число в org_alert_rule, если редакторам доверяют",
            "true and a number in org_alert_rule where Editors are trusted",
        ),
        Text("правила одного редактора займут весь сервер", "the rules of one Editor can take the whole server"),
        "true, org_alert_rule = 200",
        _bounds_rules,
    ),
    WatchedSetting(
        "plugins.allow_loading_unsigned_plugins",
        _NOTHING,
        Text("плагин без подписи видит всё", "a plugin without a signature sees everything"),
        "",
        _empty,
    ),
    _off_wanted(
        "plugins.plugin_admin_enabled", Text("плагины ставят из браузера", "plugins can be installed from the browser")
    ),
    WatchedSetting(
        "live.allowed_origins",
        _NOTHING,
        Text("чужой сайт подключается сеансом человека", "another site connects with a person's session"),
        "",
        _empty,
    ),
    WatchedSetting(
        "date_formats.use_browser_locale",
        Text("true или свой interval_day", "true, or interval_day is set"),
        Text("оси пишут 10/30 вместо 30.10", "axes show 10/30 in place of 30.10"),
        "true",
        _on_or_own_days,
    ),
)
