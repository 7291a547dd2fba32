"""What the server says about itself and to strangers."""

from tests.contract.caller import Caller


def test_health_needs_no_login(nobody: Caller) -> None:
    """`/api/health` shows the version to everybody."""
    health = nobody.get("/api/health")
    assert health["database"] == "ok"
    assert int(health["version"].split(".")[0]) >= 9


def test_an_unknown_path_is_404(admin: Caller) -> None:
    """A path that does not exist answers 404 with a message."""
    answer = admin.ask("GET", "/api/nonsense")
    assert (answer.status_code, answer.json()) == (404, {"message": "Not found"})


def test_strangers_get_401(nobody: Caller) -> None:
    """Without a login everything else is 401 `auth.unauthorized`, on both APIs, known path or not."""
    for path in ("/api/org", "/api/nonsense", "/apis", "/api/frontend/settings"):
        answer = nobody.ask("GET", path)
        assert (answer.status_code, answer.json()["messageId"]) == (401, "auth.unauthorized"), path


def test_admin_settings_tell_the_database(admin: Caller) -> None:
    """Every value is a text; the kind of database and where new users go can be read."""
    settings = admin.get("/api/admin/settings")
    assert settings["database"]["type"] in {"sqlite3", "postgres", "mysql"}
    assert settings["database"]["max_idle_conn"].isdecimal()  # connections that it keeps
    assert settings["users"]["auto_assign_org"] in {"true", "false"}
    assert settings["auth"]["disable_login_form"] in {"true", "false"}
    assert settings["auth.basic"]["enabled"] in {"true", "false"}
    assert settings["quota"]["enabled"] in {"true", "false"}


def test_frontend_settings_tell_the_version(admin: Caller, nobody: Caller) -> None:
    """The version there is the one of `/api/health`."""
    settings = admin.get("/api/frontend/settings")
    assert settings["buildInfo"]["version"] == nobody.get("/api/health")["version"]
    assert settings["disableLoginForm"] is False


def test_groups_can_be_discovered(admin: Caller) -> None:
    """`GET /apis` names the groups with their versions; an unknown group is 404."""
    groups = {group["name"]: [v["version"] for v in group["versions"]] for group in admin.get("/apis")["groups"]}
    assert {"v1beta1", "v0alpha1"} <= set(groups["dashboard.grafana.app"])
    assert "v1beta1" in groups["folder.grafana.app"]
    assert admin.ask("GET", "/apis/nonsense.grafana.app/v1").status_code == 404


def test_resources_can_be_discovered(admin: Caller) -> None:
    """A group version lists its resource; a version that is not offered is 404 with a Status."""
    listed = admin.get("/apis/dashboard.grafana.app/v1beta1")["resources"]
    assert "dashboards" in {resource["name"] for resource in listed}
    answer = admin.ask("GET", "/apis/dashboard.grafana.app/v9/namespaces/default/dashboards")
    assert (answer.status_code, answer.json()["reason"]) == (404, "NotFound")
