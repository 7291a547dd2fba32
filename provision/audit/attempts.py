"""What a Viewer may send to Grafana itself to see another cabinet, as data. A new attempt is a new line here.

The words stand for the victim: OTHER_ORG (number), OTHER_TITLE, OTHER_LOGIN, OTHER_USER (numeric id of one of its
people), OTHER_SOURCE (numeric id of a data source); OWN_USER and OWN_LOGIN are the Viewer, NOW and SOON this moment and
the next minute. An attempt `refused` must not succeed; one that is `own` may, and then shows nothing of the victim.
No attempt damages anything, not even where it gets through: what the Viewer may gain goes with him.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from provision.stores.attempts import Expected
from provision.text import Text

# A mail to an address that leads nowhere: whoever may send it there makes the server send anything to anybody.
_TEST = (
    '{"receivers": [{"name": "smart-audit", "grafana_managed_receiver_configs": [{"name": "smart-audit",'
    ' "type": "email", "settings": {"addresses": "smart-audit@smart.invalid"}}]}]}'
)
# It holds back nothing, and ends by itself a minute later.
_SILENCE = (
    '{"matchers": [{"name": "smart", "value": "audit", "isRegex": false, "isEqual": true}], "startsAt": "NOW",'
    ' "endsAt": "SOON", "createdBy": "smart-audit", "comment": "smart-audit"}'
)
_EVALUATED = (
    '{"data": [{"refId": "A", "datasourceUid": "smart-metrics", "relativeTimeRange": {"from": 600, "to": 0},'
    ' "model": {"refId": "A", "expr": "1", "instant": true}}]}'
)
_QUERY = '{"queries": [{"refId": "A", "datasource": {"uid": "smart-metrics"}, "expr": "1", "instant": true}]}'
# Writes that an Editor may make in his own org (12.4). What they delete is not there.
_ALERTING_WRITES = (
    ("DELETE", "/api/ruler/grafana/api/v1/rules/smart-dashboards/smart-audit", ""),
    ("DELETE", "/api/v1/provisioning/contact-points/smart-audit", ""),
    ("DELETE", "/api/v1/provisioning/templates/smart-audit", ""),
    ("DELETE", "/api/v1/provisioning/mute-timings/smart-audit", ""),
    ("POST", "/api/alertmanager/grafana/api/v2/silences", _SILENCE),
)


@dataclass(frozen=True, slots=True)
class GrafanaAttempt:
    """One request. `org` is what X-Grafana-Org-Id says, "" leaves it out. `login` is False for one without any.

    `hidden`: the refusal looks as if the server had no such path.
    """

    what: Text
    path: str
    expected: Expected = "refused"
    method: str = "GET"
    org: str = ""
    body: str = ""
    login: bool = True
    hidden: bool = False
    header: tuple[str, str] | None = None

    def against(self, words: Mapping[str, str]) -> "GrafanaAttempt":
        """The attempt with the victim in it."""
        path, org, body = self.path, self.org, self.body
        name, said = self.header or ("", "")
        for word, value in words.items():
            path, org, body, name, said = (text.replace(word, value) for text in (path, org, body, name, said))
        return replace(self, path=path, org=org, body=body, header=(name, said) if self.header else None)


def _in_their_org(path: str, method: str = "GET", body: str = "") -> GrafanaAttempt:
    shown = path.partition("?")[0]
    what = Text(f"заголовок чужой организации: {method} {shown}", f"another org's header: {method} {shown}")
    return GrafanaAttempt(what, path, method=method, org="OTHER_ORG", body=body)


def _other_way_of_saying(path: str) -> GrafanaAttempt:
    what = Text(f"чужая организация в адресе: {path}", f"another org in the URL: {path}")
    # 404 "Not found" to one who is no member (12.4, middleware/org_redirect.go).
    return GrafanaAttempt(what, path, "own", hidden="orgId=" in path)


def _namespace(path: str) -> GrafanaAttempt:
    return GrafanaAttempt(Text(f"чужое пространство имён: {path}", f"another namespace: {path}"), path)


def _closed(path: str, method: str = "GET", body: str = "") -> GrafanaAttempt:
    shown = f"{method} {path.partition('?')[0]}"
    return GrafanaAttempt(Text(f"закрыто: {shown}", f"closed: {shown}"), path, method=method, body=body)


def _own(path: str) -> GrafanaAttempt:
    return GrafanaAttempt(Text(f"только своё: GET {path}", f"one's own only: GET {path}"), path, "own")


def _nobody(path: str, org: str = "OTHER_ORG") -> GrafanaAttempt:
    return GrafanaAttempt(Text(f"без входа: GET {path}", f"without a login: GET {path}"), path, org=org, login=False)


GRAFANA_ATTEMPTS: tuple[GrafanaAttempt, ...] = (
    *map(
        _in_their_org,
        (
            "/api/org",
            "/api/search",
            "/api/folders",
            "/api/datasources",
            "/api/datasources/uid/smart-metrics",
            "/api/datasources/proxy/uid/smart-metrics/api/v1/labels",
            "/api/datasources/uid/smart-metrics/resources/api/v1/labels",
            "/api/datasources/uid/smart-metrics/health",
            "/api/dashboards/uid/smart-for-managers",
            "/api/dashboards/uid/smart-for-managers/versions",
            "/api/folders/smart-dashboards",
            "/api/library-elements",
            "/api/playlists",
            "/api/teams/search",
            "/api/org/users",
            "/api/org/users/lookup",
            "/api/org/preferences",
            "/api/dashboard/snapshots",
            "/api/dashboards/public-dashboards",
            "/api/annotations",
            "/api/prometheus/grafana/api/v1/rules",
            "/api/ruler/grafana/api/v1/rules",
            "/api/alertmanager/grafana/api/v2/alerts",
            "/api/v1/provisioning/alert-rules",
            "/api/v1/provisioning/contact-points",
            "/api/v1/provisioning/contact-points/export?decrypt=true",
            "/api/v1/provisioning/policies",
            "/api/v1/provisioning/templates",
            "/api/v1/provisioning/mute-timings",
            "/api/v1/rules/history",
            "/api/alertmanager/grafana/api/v2/silences",
            "/api/alertmanager/grafana/config/api/v1/alerts",
        ),
    ),
    _in_their_org("/api/alertmanager/grafana/config/api/v1/receivers/test", "POST", _TEST),
    _in_their_org("/api/ds/query", "POST", _QUERY),
    _in_their_org("/api/v1/eval", "POST", _EVALUATED),
    *(_in_their_org(path, method, body) for method, path, body in _ALERTING_WRITES),
    _in_their_org("/api/datasources/proxy/uid/smart-metrics/api/v1/query", "POST", "query=1"),
    *map(
        _other_way_of_saying,
        (
            "/api/org?targetOrgId=OTHER_ORG",
            "/api/org?orgId=OTHER_ORG",
            "/api/datasources?targetOrgId=OTHER_ORG",
            "/api/datasources?orgId=OTHER_ORG",
            "/api/search?targetOrgId=OTHER_ORG",
            "/api/search?orgId=OTHER_ORG",
            "/api/org/users/lookup?targetOrgId=OTHER_ORG",
            "/api/datasources/uid/smart-metrics?targetOrgId=OTHER_ORG",
            "/api/datasources/proxy/uid/smart-metrics/api/v1/labels?targetOrgId=OTHER_ORG",
            "/api/dashboards/uid/smart-for-managers?targetOrgId=OTHER_ORG",
        ),
    ),
    *map(
        _namespace,
        (
            "/apis/dashboard.grafana.app/v1beta1/namespaces/org-OTHER_ORG/dashboards",
            "/apis/dashboard.grafana.app/v1beta1/namespaces/org-OTHER_ORG/dashboards/smart-for-managers",
            "/apis/dashboard.grafana.app/v0alpha1/namespaces/org-OTHER_ORG/search",
            "/apis/folder.grafana.app/v1beta1/namespaces/org-OTHER_ORG/folders",
            "/apis/dashboard.grafana.app/v0alpha1/namespaces/org-OTHER_ORG/dashboards",
            "/apis/iam.grafana.app/v0alpha1/namespaces/org-OTHER_ORG/users",
            "/apis/iam.grafana.app/v0alpha1/namespaces/org-OTHER_ORG/teams",
            "/apis/preferences.grafana.app/v1alpha1/namespaces/org-OTHER_ORG/preferences",
            "/apis/playlist.grafana.app/v0alpha1/namespaces/org-OTHER_ORG/playlists",
            "/apis/notifications.alerting.grafana.app/v0alpha1/namespaces/org-OTHER_ORG/receivers",
            "/apis/notifications.alerting.grafana.app/v0alpha1/namespaces/org-OTHER_ORG/routingtrees",
            "/apis/notifications.alerting.grafana.app/v0alpha1/namespaces/org-OTHER_ORG/timeintervals",
            "/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards",
            "/apis/folder.grafana.app/v1beta1/namespaces/default/folders",
            "/apis/dashboard.grafana.app/v1beta1/dashboards",
            "/apis/folder.grafana.app/v1beta1/folders",
        ),
    ),
    *map(
        _closed,
        (
            "/api/orgs",
            "/api/orgs/OTHER_ORG",
            "/api/orgs/name/OTHER_TITLE",
            "/api/orgs/OTHER_ORG/users",
            "/api/users",
            "/api/users/search?query=",
            "/api/users/OTHER_USER",
            "/api/users/OTHER_USER/orgs",
            "/api/users/lookup?loginOrEmail=OTHER_LOGIN",
            "/api/org/users",
            "/api/datasources/OTHER_SOURCE",
            "/api/datasources/proxy/OTHER_SOURCE/api/v1/labels",
            "/api/datasources/OTHER_SOURCE/resources/api/v1/labels",
            "/api/serviceaccounts/search",
            "/api/admin/settings",
            "/api/admin/stats",
            "/api/admin/users/OTHER_USER/auth-tokens",
        ),
    ),
    _closed("/api/admin/provisioning/dashboards/reload", "POST"),
    _closed("/api/admin/provisioning/datasources/reload", "POST"),
    # Also of one's own org: secrets of contact points, and mail to wherever one likes.
    _closed("/api/v1/provisioning/contact-points/export?decrypt=true"),
    _closed("/api/alertmanager/grafana/config/api/v1/receivers/test", "POST", _TEST),
    *(_closed(path, method, body) for method, path, body in _ALERTING_WRITES),
    _closed("/api/serviceaccounts", "POST", '{"name": "smart-audit", "role": "Viewer"}'),
    *map(
        _own,
        (
            "/api/user",
            "/api/user/orgs",
            "/api/org",
            "/api/org/users/lookup",
            "/api/search?limit=5000",
            "/api/datasources",
            "/api/teams/search",
            "/api/dashboard/snapshots",
            "/api/dashboards/public-dashboards",
            "/api/annotations",
            "/api/frontend/settings",
            "/api/v1/provisioning/alert-rules",  # a Viewer may (12.4)
            "/api/v1/provisioning/contact-points",
            "/api/v1/provisioning/policies",
            "/api/v1/provisioning/templates",
            "/api/prometheus/grafana/api/v1/rules",
            "/api/alertmanager/grafana/api/v2/alerts",
            "/api/alertmanager/grafana/api/v2/silences",
        ),
    ),
    *map(_nobody, ("/api/org", "/api/search", "/api/datasources", "/api/dashboards/uid/smart-for-managers")),
    _nobody("/api/search", org=""),
    # What would make him more than a Viewer comes last: from there on he could do anything.
    _closed("/api/user/using/OTHER_ORG", "POST"),
    _closed("/api/orgs/OTHER_ORG/users", "POST", '{"loginOrEmail": "OWN_LOGIN", "role": "Viewer"}'),
    _closed("/api/org/users/OWN_USER", "PATCH", '{"role": "Admin"}'),
    _closed("/api/admin/users/OWN_USER/permissions", "PUT", '{"isGrafanaAdmin": true}'),
)

# What an Editor may not do in the cabinet's own org: read the secrets of its contact points.
EDITOR_ATTEMPTS: tuple[GrafanaAttempt, ...] = (_closed("/api/v1/provisioning/contact-points/export?decrypt=true"),)

# What anybody may send who reaches the server: OWN_ORG is the cabinet's own org. PROXY_HEADER is the header by which a
# proxy in front names the user (`[auth.proxy] header_name`), SELF the server admin that the audit runs as.
ANONYMOUS_ATTEMPTS: tuple[GrafanaAttempt, ...] = (
    *(
        GrafanaAttempt(
            Text(f"GET {path}{', с номером' * bool(org)}", f"GET {path}{', with the number' * bool(org)}"),
            path,
            "own",
            org=org,
            login=False,
        )
        for path in ("/api/org", "/api/search", "/api/datasources", "/api/frontend/settings", "/api/org/users/lookup")
        for org in ("", "OWN_ORG")
    ),
    *(
        GrafanaAttempt(
            Text(f"заголовок прокси, {user}: GET {path}", f"the proxy's header, {user}: GET {path}"),
            path,
            login=False,
            header=("PROXY_HEADER", user.replace("this admin", "SELF")),
        )
        for user in ("admin", "this admin")
        for path in ("/api/org", "/api/admin/settings", "/api/orgs/OWN_ORG/users")
    ),
)

# Passwords tried with the victim's user name at the metrics store, sent as X-DS-Authorization, which Grafana hands on
# in place of its own (12.4). OTHER_NAME is that user name, OWN_PASSWORD the cabinet's own password.
PASSWORD_GUESSES: tuple[tuple[Text, str], ...] = (
    (Text("чужое имя без пароля", "another's name without a password"), ""),
    (Text("чужое имя как пароль", "another's name as password"), "OTHER_NAME"),
    (Text("чужой кабинет как пароль", "another's cabinet as password"), "OTHER_CABINET"),
    (Text("чужое имя со своим паролем", "another's name with one's own password"), "OWN_PASSWORD"),
)
