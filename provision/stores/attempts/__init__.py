"""Every known way round the fences, as data: what one cabinet may send to read or change what belongs to another.

Each attempt is judged by its answer alone, so the same list serves directly at the stores and through Grafana's data
source proxy. against() puts the victim's names in the place of OTHER_CABINET, OTHER_CLIENT, OTHER_ROLE, OTHER_DATABASE.

refused   the attempt must not succeed
own       it may succeed, and then shows nothing of others
same      it is answered about another cabinet's client as about nobody, and in the same time

Others' data are known by marks: words that are in their data and nowhere else (names of clients). Cabinets' ids are no
marks at the metrics store, where an answer may well name the other cabinet: label_set() and absent() make a label up.

Never sent: `x[1M]`, a range in months, kills VictoriaMetrics 1.79.5.
"""

from provision.stores.attempts.base import (
    LEFT_ALONE,
    TURNS,
    Expected,
    MetricAttempt,
    RowAttempt,
    SharedSession,
    Victim,
    leaks,
    told_apart,
    try_metrics,
    try_rows,
)
from provision.stores.attempts.metrics import METRIC_ATTEMPTS
from provision.stores.attempts.rows import ROW_ATTEMPTS

__all__ = [
    "LEFT_ALONE",
    "METRIC_ATTEMPTS",
    "ROW_ATTEMPTS",
    "TURNS",
    "Expected",
    "MetricAttempt",
    "RowAttempt",
    "SharedSession",
    "Victim",
    "leaks",
    "told_apart",
    "try_metrics",
    "try_rows",
]
