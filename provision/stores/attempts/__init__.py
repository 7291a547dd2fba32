"""Every known way round the fences, as data: what one cabinet may send to read or change what belongs to another.

Each attempt is judged by its answer alone, so the same list serves directly at the stores and through Grafana's data
source proxy. The words OTHER_CABINET, OTHER_CLIENT and OTHER_ROLE stand for the victim; against() puts them in. An
attempt `refused` must not succeed; one that is `own` may, and then shows nothing of others. What others have is told by
marks: words that stand in their data and nowhere else (names of clients). Cabinets' ids are no marks at the metrics
store, where an answer may well name the other cabinet: label_set() and absent() make a label up.

Never sent: `x[1M]`, a range in months, kills VictoriaMetrics 1.79.5.
"""

from provision.stores.attempts.base import Expected, MetricAttempt, RowAttempt, Victim, leaks, try_metrics, try_rows
from provision.stores.attempts.metrics import METRIC_ATTEMPTS
from provision.stores.attempts.rows import ROW_ATTEMPTS

__all__ = [
    "METRIC_ATTEMPTS",
    "ROW_ATTEMPTS",
    "Expected",
    "MetricAttempt",
    "RowAttempt",
    "Victim",
    "leaks",
    "try_metrics",
    "try_rows",
]
