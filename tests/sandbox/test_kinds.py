"""The kinds of Grafana that the sandbox can play."""

from provision.sandbox import Settings
from tests.contract.caller import Caller
from tests.sandbox.conftest import MakeAdmin


def make_org(admin: Caller, name: str = "O") -> int:
    """The id of a new org."""
    return int(admin.do("POST", "/api/orgs", {"name": name})["orgId"])


def test_an_older_one_has_no_apis(make_admin: MakeAdmin) -> None:
    """Every path there is 404, and `/api` does the same work; the version is the one it was started with."""
    admin = make_admin(Settings(api="legacy", version="9.5.21"))
    for path in ("/apis", "/apis/folder.grafana.app/v1beta1/namespaces/default/folders"):
        assert admin.ask("GET", path).status_code == 404
    assert admin.get("/api/health")["version"] == "9.5.21"
    admin.do("POST", "/api/folders", {"uid": "f", "title": "F"})
    admin.do("POST", "/api/dashboards/db", {"dashboard": {"uid": "d", "title": "D"}, "folderUid": "f"})
    assert admin.get("/api/dashboards/uid/d")["meta"]["folderUid"] == "f"


def test_an_unknown_group_is_404_in_words(make_admin: MakeAdmin) -> None:
    """Plain text, as from the server that Grafana builds on."""
    answer = make_admin().ask("GET", "/apis/nonsense.grafana.app/v1")
    assert (answer.status_code, answer.text) == (404, "404 page not found\n")


def test_without_password_login(make_admin: MakeAdmin) -> None:
    """`POST /login` says that it is not configured; basic auth works."""
    admin = make_admin(Settings(password_login=False))
    answer = admin.ask("POST", "/login", {"user": "admin", "password": "admin"})
    assert (answer.status_code, answer.json()["messageId"]) == (400, "auth.client.notConfigured")
    assert admin.get("/api/admin/settings")["auth"]["disable_login_form"] == "true"


def test_without_assigning_users_to_an_org(make_admin: MakeAdmin) -> None:
    """`OrgId` is ignored: a new user is Admin of a new org named after the e-mail address."""
    admin = make_admin(Settings(auto_assign_org=False))
    body = {"login": "u", "email": "u@example.com", "password": "Correct-horse-7", "OrgId": make_org(admin)}
    user = admin.do("POST", "/api/admin/users", body)["id"]
    assert [(org["name"], org["role"]) for org in admin.get(f"/api/users/{user}/orgs")] == [("u@example.com", "Admin")]
    assert admin.get("/api/admin/settings")["users"]["auto_assign_org"] == "false"


def test_the_quota_of_orgs_counts_memberships(make_admin: MakeAdmin) -> None:
    """Also the one in org 1: with 3, two more can be made."""
    admin = make_admin(Settings(quota={"user_org": 3}))
    make_org(admin, "A"), make_org(admin, "B")
    answer = admin.ask("POST", "/api/orgs", {"name": "C"})
    assert (answer.status_code, answer.json()["message"]) == (403, "org Quota reached")


def test_the_quota_of_data_sources(make_admin: MakeAdmin) -> None:
    """Per org."""
    admin = make_admin(Settings(quota={"org_data_source": 1}))
    other, body = make_org(admin), {"type": "prometheus", "access": "proxy"}
    admin.do("POST", "/api/datasources", {**body, "name": "a"})
    assert admin.ask("POST", "/api/datasources", {**body, "name": "b"}).status_code == 403
    assert admin.ask("POST", "/api/datasources", {**body, "name": "b"}, org=other).status_code == 200


def test_the_quota_of_dashboards(make_admin: MakeAdmin) -> None:
    """For new ones, on both APIs; one that is there can be changed, and folders do not count."""
    admin = make_admin(Settings(quota={"org_dashboard": 1}))
    admin.do("POST", "/api/folders", {"uid": "f", "title": "F"})
    admin.do("POST", "/api/dashboards/db", {"dashboard": {"uid": "a", "title": "A"}})
    answer = admin.ask("POST", "/api/dashboards/db", {"dashboard": {"uid": "b", "title": "B"}})
    assert (answer.status_code, answer.json()["message"]) == (403, "Quota reached")
    path = "/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards"
    answer = admin.ask("POST", path, {"metadata": {"name": "b"}, "spec": {"title": "B"}})
    assert (answer.status_code, answer.json()["reason"]) == (403, "Forbidden")
    admin.do("POST", "/api/dashboards/db", {"dashboard": {"uid": "a", "title": "C"}, "overwrite": True})
    assert admin.get("/api/admin/settings")["quota"]["enabled"] == "true"


def test_numbers_and_signs_that_cannot_be_kept(make_admin: MakeAdmin) -> None:
    """400, not a failure of the server."""
    admin = make_admin()
    assert admin.ask("GET", f"/api/orgs/{10**30}").status_code == 400
    assert admin.ask("POST", "/api/orgs", raw=b'{"name": "\\ud800"}').status_code == 400
