"""What a store of numbers of one kind needs: settings, data source, entry in vmauth's user file, attempts of audit."""

import urllib.parse
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from provision.credential import Credential, RootSecret
from provision.json_schema import Schema, about, word
from provision.stores.attempts import METRIC_ATTEMPTS, MetricAttempt
from provision.stores.wire import Login
from provision.text import Text

# All that a user of vmauth may ask for; the rest of a store's paths know no cabinets.
PATHS = (
    "/api/v1/query",
    "/api/v1/query_range",
    "/api/v1/query_exemplars",
    "/api/v1/series",
    "/api/v1/labels",
    "/api/v1/label/[^/]+/values",
    "/api/v1/metadata",
    "/api/v1/status/buildinfo",
)


@dataclass(frozen=True, slots=True)
class NumberStore(ABC):
    """A store as vmauth reaches it, with the store's own login."""

    kind: ClassVar[str]  # as tenants.yaml names it
    settings: ClassVar[Mapping[str, Schema]] = {  # the other keys of its section
        "url": word(
            about("Адрес vmauth, как его видит Grafana", "Address of vmauth as Grafana reaches it"),
            r"^https?://[^\s@/]+(/[^\s@]*)?$",
            Text(
                "адрес http://… или https://… без имени и пароля",
                "an address http://… or https://… without login and password",
            ),
        ),
    }
    required: ClassVar[Sequence[str]] = ("url",)
    secure_field: ClassVar[str] = "basicAuthPassword"  # where Grafana's data source has the password
    attempts: ClassVar[Sequence[MetricAttempt]] = METRIC_ATTEMPTS

    url: str
    login: Login

    @abstractmethod
    def base_path(self, cabinet: str, root: RootSecret) -> str:
        """The path below `url` at which the store has the cabinet's `/api/v1/…`; "" for none."""

    @staticmethod
    def data_source(vmauth: str, credential: Credential) -> dict[str, Any]:
        """The type and settings of a cabinet's data source in Grafana, which reaches vmauth at that URL."""
        return {
            "type": "prometheus",
            "url": vmauth,
            "basicAuth": True,
            "basicAuthUser": credential.name,
            "jsonData": {
                "httpMethod": "POST",
                "manageAlerts": False,
                "prometheusType": "Prometheus",
                "timeInterval": "5m",
            },
        }

    def route(self, cabinet: str, root: RootSecret) -> dict[str, Any]:
        """The entry of vmauth's `url_map` for that cabinet's user."""
        narrow = urllib.parse.quote(f'{{cabinet="{cabinet}"}}')
        query = f"extra_label=cabinet={cabinet}&extra_filters={narrow}&extra_filters[]={narrow}"
        return {
            "src_paths": list(PATHS),
            "url_prefix": f"{self.url.rstrip('/')}{self.base_path(cabinet, root)}/?{query}",
            "headers": [f"{name}: {value}" for name, value in self.login.headers.items()],
        }
