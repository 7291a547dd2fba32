"""Folder, data source and dashboards of many orgs with grafana-client, org after org; run by its own interpreter.

Arguments: Grafana's address, and a file `{"titles": […], "dashboards": […]}`. Login admin/admin unless GRAFANA_USER and
GRAFANA_PASSWORD say otherwise.
"""

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

client: Any = import_module("grafana_client")
errors: Any = import_module("grafana_client.client")


def api(url: str, org: int | None = None) -> Any:
    """The client, in that org."""
    address = urlsplit(url)
    login = (os.environ.get("GRAFANA_USER", "admin"), os.environ.get("GRAFANA_PASSWORD", "admin"))
    return client.GrafanaApi(
        login, address.hostname, address.port, protocol=address.scheme, timeout=60, organization_id=org
    )


def repeated(work: Any, *arguments: Any, **named: Any) -> Any:
    """The answer; an answer of a locked database is asked again."""
    for attempt in range(20):
        try:
            return work(*arguments, **named)
        except errors.GrafanaServerError:
            if attempt == 19:
                raise
    return None


def provide(inside: Any, dashboards: list[dict[str, Any]]) -> None:
    """Makes what is missing of one org, and writes all its dashboards."""
    try:
        repeated(inside.folder.get_folder, "smart-dashboards")
    except errors.GrafanaClientError:
        repeated(inside.folder.create_folder, "SMART", uid="smart-dashboards")
    try:
        repeated(inside.datasource.get_datasource_by_uid, "smart-metrics")
    except errors.GrafanaClientError:
        source = {"uid": "smart-metrics", "name": "smart-metrics", "type": "prometheus", "access": "proxy"}
        repeated(inside.datasource.create_datasource, {**source, "url": "http://127.0.0.1:8427"})
    for dashboard in dashboards:
        sent = {"dashboard": {**dashboard, "id": None}, "folderUid": "smart-dashboards", "overwrite": True}
        repeated(inside.dashboard.update_dashboard, sent)


def main() -> None:
    url, work = sys.argv[1], json.loads(Path(sys.argv[2]).read_text())
    outside = api(url)
    known = {row["name"]: row["id"] for row in repeated(outside.organizations.list_organization)}
    for title in work["titles"]:
        org = known.get(title) or repeated(outside.organization.create_organization, {"name": title})["orgId"]
        provide(api(url, org), work["dashboards"])


if __name__ == "__main__":
    main()
