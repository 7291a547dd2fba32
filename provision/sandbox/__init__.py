"""A Grafana on loopback for trying out and testing: the part of its HTTP API that the program uses.

`serve()` is what the command line calls; `Sandbox` is one running beside a test. Nothing else of the program imports
this package. What it answers was measured on Grafana 12.4; where the two differ, the sandbox is wrong.
"""

from provision.sandbox.server import Sandbox, serve
from provision.sandbox.settings import Settings

__all__ = ["Sandbox", "Settings", "serve"]
