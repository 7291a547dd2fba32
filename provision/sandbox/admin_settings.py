"""`GET /api/admin/settings`: what the server's configuration says, by section and key, all values as texts.

Keys and defaults are those of conf/defaults.ini of Grafana 12.4, for what somebody who provisions may ask; secrets are
masked.
"""

from collections.abc import Mapping

from flask import Blueprint

from provision.sandbox.access import needs, settings
from provision.sandbox.settings import Settings

blueprint = Blueprint("admin_settings", __name__)

_MASKED = "*********"
_DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "DEFAULT": {"app_mode": "sandbox"},
    "auth": {
        "login_maximum_inactive_lifetime_duration": "",
        "login_maximum_lifetime_duration": "",
        "oauth_allow_insecure_email_lookup": "false",
    },
    "auth.anonymous": {"org_role": "Viewer", "hide_version": "false"},
    "auth.jwt": {"enabled": "false", "url_login": "false"},
    "auth.proxy": {"header_name": "X-WEBAUTH-USER", "auto_sign_up": "true", "whitelist": ""},
    "dashboards": {"versions_to_keep": "20"},
    "database": {"type": "sqlite3", "max_idle_conn": "2"},
    "date_formats": {"use_browser_locale": "false"},
    "live": {"allowed_origins": ""},
    "metrics": {"enabled": "true", "basic_auth_username": "", "basic_auth_password": ""},
    "panels": {"disable_sanitize_html": "false"},
    "plugins": {"allow_loading_unsigned_plugins": "", "plugin_admin_enabled": "true"},
    "public_dashboards": {"enabled": "true"},
    "quota": dict.fromkeys(("user_org", "org_dashboard", "org_data_source", "org_alert_rule"), "-1"),
    "security": {
        "admin_password": _MASKED,
        "secret_key": _MASKED,
        "allow_embedding": "false",
        "brute_force_login_protection_max_attempts": "5",
        "content_security_policy": "false",
        "data_source_proxy_whitelist": "",
        "disable_brute_force_login_protection": "false",
        "disable_gravatar": "false",
        "disable_ip_address_login_protection": "true",
        "disable_username_login_protection": "false",
        "strict_transport_security": "false",
    },
    "server": {"root_url": "%(protocol)s://%(domain)s:%(http_port)s/"},
    "smtp": {"enabled": "false"},
    "snapshots": {"external_enabled": "true", "public_mode": "false"},
    "unified_alerting": {"min_interval": "10s"},
    "users": {
        "allow_sign_up": "false",
        "allow_org_create": "false",
        "auto_assign_org_id": "1",
        "auto_assign_org_role": "Viewer",
        "viewers_can_edit": "false",
    },
}


@blueprint.get("/api/admin/settings")
def admin_settings() -> dict[str, dict[str, str]]:
    """For server admins only."""
    needs("settings:read", "Server")
    return shown(settings())


def shown(kind: Settings) -> dict[str, dict[str, str]]:
    """The configuration of a sandbox of that kind. What `others` names wins."""
    found = {section: dict(keys) for section, keys in _DEFAULTS.items()}
    for section, keys in _switches(kind).items():
        found.setdefault(section, {}).update(keys)
    for name, value in kind.others.items():
        section, _dot, key = name.rpartition(".")
        found.setdefault(section, {})[key] = value
    return found


def _switches(kind: Settings) -> dict[str, dict[str, str]]:
    """What the sandbox's own switches say."""
    return {
        "auth": {
            "disable_login_form": _flag(not kind.password_login),
            "token_rotation_interval_minutes": f"{kind.rotation_seconds / 60:g}",
        },
        "auth.anonymous": {"enabled": _flag(bool(kind.anonymous_org)), "org_name": kind.anonymous_org or "Main Org."},
        "auth.basic": {"enabled": _flag(kind.basic_auth)},
        "auth.jwt": {"enabled": _flag(kind.directory)},
        "auth.proxy": {"enabled": _flag(kind.auth_proxy)},
        "dashboards": {"min_refresh_interval": f"{kind.min_refresh_seconds:g}s"},
        "quota": {"enabled": _flag(bool(kind.quota)), **{key: str(limit) for key, limit in kind.quota.items()}},
        "security": {"cookie_secure": _flag(kind.cookie_secure)},
        "smtp": {"enabled": _flag(kind.verify_email)},
        "snapshots": {"enabled": _flag(kind.snapshots)},
        "unified_alerting": {
            "enabled": _flag(kind.alerting),
            "alertmanager_config_poll_interval": f"{kind.alerting_sync_seconds:g}s",
        },
        "users": {
            "auto_assign_org": _flag(kind.auto_assign_org),
            "verify_email_enabled": _flag(kind.verify_email),
        },
    }


def _flag(value: bool) -> str:
    return "true" if value else "false"
