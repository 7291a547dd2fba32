"""Stores of numbers behind vmauth. A store of another kind is a module here with its class, and its line in the table.

`stores.metrics.kind` in tenants.yaml chooses the class.
"""

from collections.abc import Mapping

from provision.stores.number_stores.base import PATHS, NumberStore
from provision.stores.number_stores.victoriametrics import VictoriaMetrics
from provision.stores.number_stores.victoriametrics_cluster import VictoriaMetricsCluster

NUMBER_STORES: Mapping[str, type[NumberStore]] = {
    store.kind: store for store in (VictoriaMetrics, VictoriaMetricsCluster)
}

__all__ = ["NUMBER_STORES", "PATHS", "NumberStore", "VictoriaMetrics", "VictoriaMetricsCluster"]
