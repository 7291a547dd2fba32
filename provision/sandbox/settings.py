"""What kind of Grafana the sandbox plays."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Settings:
    """The switches of a Grafana that change how it answers; the defaults are those of Grafana 12.4.

    `api="legacy"` serves no `/apis`, as Grafana did before 12; in all else it still answers as 12.4 does.
    `rotation_seconds` is after how long a session has to be renewed (a real server takes no less than 2 minutes).
    `quota` is the section `[quota]`: an empty one switches quotas off; `user_org`, `org_dashboard`, `org_data_source`
    and `org_alert_rule` are enforced, as in 12.4. `alerting=False` is `[unified_alerting] enabled = false`.
    `alerting_sync_seconds` is its `alertmanager_config_poll_interval`, the longest time that a new org waits for its
    notification settings: 60 on a real server, shorter here to save time. `clock` gives the seconds by which sessions
    and wrong passwords expire. `cookie_secure` sends cookies that no client returns over http. `anonymous_org` is the
    name of the org that everybody reads without a login. `auth_proxy` takes the login in the header `X-WEBAUTH-USER`
    for that of the caller and makes it when there is none. `directory` does so with `X-JWT-Assertion` (the login
    itself, where a real server requires a signed token): a person of a directory; with `synced_roles` the roles of
    such people come from there, too. `verify_email` leaves a changed e-mail as it was until a mail is answered.
    `snapshots=False` refuses their list. `others` are values of `/api/admin/settings` that the sandbox only shows, by
    `section.key`.
    """

    version: str = "12.4.0"
    api: Literal["apis", "legacy"] = "apis"
    rotation_seconds: float = 600
    auto_assign_org: bool = True
    password_login: bool = True
    basic_auth: bool = True
    cookie_secure: bool = False
    anonymous_org: str = ""
    auth_proxy: bool = False
    directory: bool = False
    synced_roles: bool = False
    verify_email: bool = False
    snapshots: bool = True
    min_refresh_seconds: float = 5
    alerting: bool = True
    alerting_sync_seconds: float = 1
    quota: Mapping[str, int] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    clock: Callable[[], float] = time.time
