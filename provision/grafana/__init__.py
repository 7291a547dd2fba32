"""The only access to Grafana's HTTP API: `Grafana` is a server that we are logged in to, `Org` one verified org of it.

Facts: Grafana 12.4.0 and 9.5; a wrong `X-Grafana-Org-Id` is silently taken for org 1, so no write to an org is
possible before `GET /api/org` has shown the org's number and our mark.
"""

from provision.grafana.connection import Connection
from provision.grafana.org import Answers, Org, apis_path
from provision.grafana.probe import Answer, ProbeSession
from provision.grafana.server import HEADS, PAGE, Grafana
from provision.grafana.transport import Json

__all__ = ["HEADS", "PAGE", "Answer", "Answers", "Connection", "Grafana", "Json", "Org", "ProbeSession", "apis_path"]
