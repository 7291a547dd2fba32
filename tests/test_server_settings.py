"""The watched settings of a Grafana server: what counts as wrong, and the check list that the guide shows."""

from pathlib import Path

import pytest

from provision.kinds import WATCHED
from provision.schema import OPENINGS
from provision.server_settings import SERVER_SETTINGS, Server, WatchedSetting, wrong_settings
from provision.text import Lang

DOCS = Path(__file__).parent.parent / "docs"
DIRECTORIES = ("jwt", "generic_oauth", "azuread", "github", "gitlab", "google", "okta", "saml")
CABINETS = {5: "Волга: север"}
# A server as somebody would set it up who follows the guide.
GOOD = {
    "auth": {
        "oauth_allow_insecure_email_lookup": "false",
        "login_maximum_lifetime_duration": "7d",
        "login_maximum_inactive_lifetime_duration": "3d",
    },
    "auth.anonymous": {"enabled": "false"},
    "auth.proxy": {"enabled": "false", "whitelist": ""},
    **{f"auth.{way}": {"enabled": "true", "org_mapping": "staff:1:Viewer"} for way in DIRECTORIES},
    "auth.jwt": {"enabled": "true", "org_mapping": "staff:1:Viewer", "url_login": "false"},
    "users": {
        "allow_sign_up": "false",
        "allow_org_create": "false",
        "viewers_can_edit": "false",
        "auto_assign_org": "true",
        "auto_assign_org_id": "1",
        "auto_assign_org_role": "Viewer",
        "verify_email_enabled": "true",
    },
    "smtp": {"enabled": "true"},
    "snapshots": {"enabled": "false", "external_enabled": "true", "public_mode": "false"},
    "public_dashboards": {"enabled": "false"},
    "metrics": {"enabled": "false", "basic_auth_username": ""},
    "server": {"protocol": "https", "root_url": "https://grafana.example.ru"},
    "security": {
        "cookie_secure": "true",
        "strict_transport_security": "true",
        "content_security_policy": "true",
        "allow_embedding": "false",
        "disable_gravatar": "true",
        "data_source_proxy_whitelist": "vmauth.example.ru:8427",
        "disable_username_login_protection": "true",
        "disable_ip_address_login_protection": "false",
    },
    "panels": {"disable_sanitize_html": "false"},
    "quota": {"enabled": "true", "org_alert_rule": "200"},
    "plugins": {"allow_loading_unsigned_plugins": "", "plugin_admin_enabled": "false"},
    "live": {"allowed_origins": ""},
    "date_formats": {"use_browser_locale": "true"},
}
WRONG = {
    "auth.anonymous.enabled": "true",
    "auth.proxy.enabled": "true",
    "auth.jwt.url_login": "true",
    "auth.oauth_allow_insecure_email_lookup": "true",
    "auth.login_maximum_lifetime_duration": "",
    "auth.login_maximum_inactive_lifetime_duration": "7d",
    "users.allow_sign_up": "true",
    "users.allow_org_create": "true",
    "users.viewers_can_edit": "true",
    "users.auto_assign_org_role": "Editor",
    "users.auto_assign_org_id": "5",
    **{f"auth.{way}.org_mapping": "staff:1:Viewer, all:5:Editor" for way in DIRECTORIES},
    "users.verify_email_enabled": "false",
    "snapshots.enabled": "true",
    "public_dashboards.enabled": "true",
    "metrics.enabled": "true",
    "security.cookie_secure": "false",
    "security.strict_transport_security": "false",
    "security.content_security_policy": "false",
    "security.allow_embedding": "true",
    "security.disable_gravatar": "false",
    "security.data_source_proxy_whitelist": "",
    "security.disable_username_login_protection": "false",
    "panels.disable_sanitize_html": "true",
    "quota.enabled": "false",
    "plugins.allow_loading_unsigned_plugins": "charts",
    "plugins.plugin_admin_enabled": "true",
    "live.allowed_origins": "https://example.com",
    "date_formats.use_browser_locale": "false",
}


def changed(name: str, value: str) -> Server:
    """The good server with one other value; the org 5 is a cabinet whose Editors are trusted."""
    section, _, key = name.rpartition(".")
    return Server({**GOOD, section: {**GOOD[section], key: value}}, CABINETS, has_editors=True)


def test_a_server_set_up_by_the_guide_has_nothing_wrong() -> None:
    """Every setting of the table is among the good values, so that each has been looked at."""
    server = Server(GOOD, CABINETS, has_editors=True)
    assert list(wrong_settings(server)) == []
    assert all(server.has(setting.name) for setting in SERVER_SETTINGS)


@pytest.mark.parametrize("setting", SERVER_SETTINGS, ids=lambda setting: setting.name)
def test_each_wrong_value_is_found_alone(setting: WatchedSetting) -> None:
    """One wrong value is one finding, with the value that it has."""
    found = list(wrong_settings(changed(setting.name, WRONG[setting.name])))
    assert [(one.setting.name, one.value) for one in found] == [(setting.name, WRONG[setting.name])]


@pytest.mark.parametrize(
    ("name", "value"),
    [("auth.proxy.whitelist", "10.0.0.1"), ("metrics.basic_auth_username", "scraper"), ("smtp.enabled", "false")],
)
def test_what_makes_a_value_harmless(name: str, value: str) -> None:
    """A proxy's whitelist, a login for metrics, a server that sends no mail: then the other value is no fault."""
    partner = {"auth.proxy": "enabled", "metrics": "enabled", "smtp": "enabled"}
    section, _, key = name.rpartition(".")
    values = {**GOOD, section: {**GOOD[section], partner[section]: "true", key: value}}
    if section == "smtp":
        values["users"] = {**GOOD["users"], "verify_email_enabled": "false"}
    assert list(wrong_settings(Server(values, CABINETS))) == []


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ("*:*:Viewer", 1),
        ("all:5", 1),
        (r'["all:Волга\\: север:Viewer"]', 1),
        ('["staff:Main Org.:Viewer"]', 0),
        ("5:1:Viewer", 0),
        ("", 0),
        ("[", 0),
    ],
)
def test_a_directory_that_maps_people_into_a_cabinet(value: str, wrong: int) -> None:
    """By the org's number, by its name, or into all orgs; it does not matter where the directory is switched off."""
    for enabled, expected in (("true", wrong), ("false", 0)):
        values = {**GOOD, "auth.okta": {"enabled": enabled, "org_mapping": value}}
        assert len(list(wrong_settings(Server(values, CABINETS)))) == expected


@pytest.mark.parametrize(("days", "wrong"), [("MM/DD", 1), ("DD.MM", 0)])
def test_days_of_axes_may_have_a_form_of_their_own(days: str, wrong: int) -> None:
    """Without the browser's forms of dates, the server's own may be set; Grafana's default is reported."""
    values = {**GOOD, "date_formats": {"use_browser_locale": "false", "interval_day": days}}
    assert len(list(wrong_settings(Server(values, CABINETS)))) == wrong


def test_what_a_server_does_not_have_opens_nothing() -> None:
    """An older version lacks keys; a server whose settings cannot be read has none."""
    assert list(wrong_settings(Server({}))) == []


def test_what_may_be_allowed_by_name_is_what_opens_a_cabinet() -> None:
    """tenants.yaml offers the names of the table of watched things that open a cabinet, and no others."""
    assert set(OPENINGS) == {one.name for one in WATCHED if one.opens}


def table(lang: Lang) -> str:
    """The check list as the guide shows it."""
    heads = {"en": ("setting", "expected", "why"), "ru": ("настройка", "как надо", "зачем")}
    rows = [heads[lang], ("---", "---", "---")]
    for one in SERVER_SETTINGS:
        mark = "**" if one.level == "error" else ""
        rows.append((f"{mark}`{one.ini}`{mark}", one.expected.say(lang), one.why.say(lang)))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_guide_shows_the_table(lang: Lang) -> None:
    """docs/server.md is in step with the code, in both languages: on a difference the right table is printed."""
    page = (DOCS / {"en": "server.md", "ru": "server.ru.md"}[lang]).read_text(encoding="utf-8")
    assert table(lang) in page, f"docs/server: put this table there\n{table(lang)}"
