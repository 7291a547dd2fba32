"""Ways from one dashboard of a cabinet to the others."""

from typing import Any

from dashboards._scope import Scope

TAG = "smart"
HOST = "${__field.labels.host}"  # the installation of the series that was clicked
CLIENT = "${__field.labels.client}"
MANAGER = "${__field.labels.manager}"
USER = "${__field.labels.user}"
DOMAIN = "${__field.labels.domain}"
CELL = "${__value.text}"  # the text of the cell that was clicked


def uid(slug: str) -> str:
    """The uid of a dashboard, the same in every cabinet; the prefix is the mark that it is ours."""
    return f"smart-{slug}"


def column(title: str) -> str:
    """The value of that column in the row that was clicked."""
    return f'${{__data.fields["{title}"]}}'


def link(scope: Scope, slug: str, title: str, **variables: str) -> list[dict[str, Any]]:
    """A data link to the dashboard with the same time range and those variables; none where the cabinet lacks it."""
    if slug not in scope.slugs:
        return []
    chosen = "".join(f"&var-{name}={value}" for name, value in variables.items())
    return [{"title": title, "url": f"/d/{uid(slug)}?${{__url_time_range}}{chosen}", "targetBlank": False}]


def navigation() -> list[dict[str, Any]]:
    """The menu above every dashboard: all others, with the same time range and variables."""
    return [
        {
            "asDropdown": True,
            "icon": "external link",
            "includeVars": True,
            "keepTime": True,
            "tags": [TAG],
            "targetBlank": False,
            "title": "Дашборды СМАРТ",
            "tooltip": "Остальные дашборды кабинета за то же время и с тем же отбором",
            "type": "dashboards",
            "url": "",
        }
    ]
