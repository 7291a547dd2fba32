"""VictoriaMetrics on one machine: all cabinets in one store, kept apart by the label `cabinet` alone."""

from typing import ClassVar

from provision.credential import RootSecret
from provision.stores.number_stores.base import NumberStore


class VictoriaMetrics(NumberStore):
    """The single-node version; `url` is its own address."""

    __slots__ = ()
    kind: ClassVar[str] = "victoriametrics"

    def base_path(self, cabinet: str, root: RootSecret) -> str:
        return ""
