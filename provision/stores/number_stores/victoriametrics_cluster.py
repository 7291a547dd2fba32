"""VictoriaMetrics cluster, for estates too large for one machine: a tenant per cabinet.

The tenant is part of the path (`/select/<accountID>:<projectID>/prometheus`), which vmauth adds. Both numbers have 32
bits and are derived from the root secret and the cabinet's id: two cabinets of 500 get the same tenant with a
probability of 10**-14. The label `cabinet` is required as well, so data written into a wrong tenant are not shown.
"""

from collections.abc import Sequence
from typing import ClassVar

from provision.credential import RootSecret
from provision.stores.attempts import METRIC_ATTEMPTS, MetricAttempt
from provision.stores.number_stores.base import NumberStore
from provision.text import Text


def _path(path: str) -> MetricAttempt:
    return MetricAttempt(Text(f"чужой арендатор: {path}", f"another tenant: {path}"), path, "refused")


class VictoriaMetricsCluster(NumberStore):
    """The cluster version; `url` is vmselect's address."""

    __slots__ = ()
    kind: ClassVar[str] = "victoriametrics-cluster"
    attempts: ClassVar[Sequence[MetricAttempt]] = (
        *METRIC_ATTEMPTS,
        *map(
            _path,
            (
                "/select/0/prometheus/api/v1/query?query=1",
                "/select/multitenant/prometheus/api/v1/query?query=1",
                "/../../0/prometheus/api/v1/query?query=1",
                "/api/v1/../../../../0/prometheus/api/v1/query?query=1",
                "/%2e%2e/%2e%2e/0/prometheus/api/v1/query?query=1",
                "/admin/tenants",
                "/select/admin/tenants",
            ),
        ),
    )

    def base_path(self, cabinet: str, root: RootSecret) -> str:
        return f"/select/{root.tenant(cabinet)}/prometheus"
