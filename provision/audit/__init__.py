"""The audit: a throw-away Viewer of a cabinet tries to read the others; each attempt is reported with its result.

attempts.py holds the attempts at Grafana itself, provision/stores/attempts those at the stores: all data. Marks show
a leak: words that are in another cabinet's data and not in its own (clients, people, names of orgs).
"""

from provision.audit.audit import Audit
from provision.audit.findings import Finding, Report, count
from provision.audit.show import REPORT_FORMATS

__all__ = ["REPORT_FORMATS", "Audit", "Finding", "Report", "count"]
