"""The org's notification settings as a whole: whether the server offers them, and whether the org has them yet."""

from provision.errors import NotFoundError
from provision.grafana import Grafana, Json
from provision.kinds.context import CabinetContext
from provision.text import Text

POLICIES = "/api/v1/provisioning/policies"
OLDEST = (11, 6)  # before, a new rule group whose rules have uids of their own is refused


def obstacle(server: Grafana) -> Text | None:
    """Why no alerting is set up on this server; None where nothing prevents it."""
    enabled = server.settings.get("unified_alerting", {}).get("enabled", "")
    if str(enabled).lower() == "false":
        return Text(
            "оповещения на сервере выключены: [unified_alerting] enabled = false",
            "alerting is switched off on the server: [unified_alerting] enabled = false",
        )
    if server.older_than(*OLDEST):
        needed = ".".join(map(str, OLDEST))
        return Text(
            f"Grafana {server.version}, а для оповещений нужна {needed} или новее",
            f"Grafana {server.version}; alerting requires {needed} or newer",
        )
    return None


def policies(context: CabinetContext) -> Json | None:
    """The org's tree of notification policies; None while a new org waits for its notification settings.

    Until the server's next sync (`alertmanager_config_poll_interval`, one minute) policies are 404 and everything
    else is 500, so this is asked before anything else (12.4).
    """
    try:
        return context.org.get(POLICIES)
    except NotFoundError:
        return None


def is_synchronised(context: CabinetContext) -> bool:
    """Whether the org has its notification settings. A positive answer is remembered until the context forgets."""
    if context.policies is None:
        context.policies = policies(context)
    return context.policies is not None
