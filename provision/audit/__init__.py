"""The audit: tries, as a throw-away Viewer of a cabinet, to read the others; says of each attempt what became of it.

attempts.py holds the attempts at Grafana itself, provision/stores/attempts those at the stores: all data. A leak is
told by marks: words that stand in another cabinet's data and nowhere in its own (clients, people, names of orgs).
"""

from provision.audit.audit import Audit
from provision.audit.findings import Finding, Report, count
from provision.audit.show import REPORT_FORMATS

__all__ = ["REPORT_FORMATS", "Audit", "Finding", "Report", "count"]
