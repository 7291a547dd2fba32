"""How much an alert matters and which mailbox it goes to.

The documents give a priority and a severity to five alerts (KodeksDBOperUpToOld and its Count form,
OnlineBillingDocsLeft50, KodeksLicenseExpiring7day and 90day). The ladder below is a proposal for the others. Priority
and severity are independent: K5 critical exists.
"""

from typing import Literal

Priority = Literal["K1", "K2", "K3", "K4", "K5"]
Severity = Literal["critical", "info"]
Route = Literal["high_priority", "usage", "operator"]

MASS: Priority = "K1"  # many at once
DOWN: Priority = "K2"  # one installation is down or cannot be used
IMPAIRED: Priority = "K3"  # part of it is broken, an access is blocked, or nothing is known any more
RUNNING_OUT: Priority = "K4"  # something paid for runs out, or people are refused
NOTICE: Priority = "K5"  # dates of licences, and information

# A mailbox each. The operator's is for SMART itself; no alert of the documents goes there.
OUTAGES: Route = "high_priority"  # the product is stopped, wholly or in part
USAGE: Route = "usage"  # how people work, and what could be sold
OPERATOR: Route = "operator"
