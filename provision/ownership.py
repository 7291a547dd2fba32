"""Every mark that the program leaves in Grafana, one sentence each.

PREFIX begins the uid of every dashboard, folder, data source and rule of ours, and the name of what has no uid.
`address1` of an org is org_mark(): whose cabinet it is, with a key that only the holder of the root secret can make.
The name of an org whose creation is not finished is unfinished_name(), keyed as well.
`address2` of an org is HEADS once its cabinet has had heads: nothing else distinguishes them from managers.
`state` in an org's address is SUSPENDED while a suspended cabinet's people are out: they are still its people.
`jsonData` of a data source holds FINGERPRINT, keyed to its credential and version, and ROOT, the root secret's own.
That of the first one, ACCOUNTS_SOURCE, holds ACCOUNTS too: keyed fingerprints of its people's accounts, and
how many people its lists had; and CREATED, keyed fingerprints of the dashboards that were created with its org.
The annotation WRITTEN of a dashboard is a keyed fingerprint of what was written over an earlier one (see heads).
AUDITOR begins the login of an audit's temporary Viewer, which a killed audit may leave behind.

The marks below Grafana are in `stores/`: `smart-` begins the name of a vmauth user of ours (vmauth_users), `c_` and 16
hex digits are the names of login roles and of vmauth's users (credential).

Any Admin of an org can write its address and name (Grafana 12.4), so only the key proves that a mark is ours.
"""

import hmac
import re
from typing import NamedTuple

from provision.credential import RootSecret

PREFIX = "smart-"
HEADS, NO_HEADS = "smart heads", "smart no heads"  # an empty line would keep its former value (12.4)
STATE = "state"  # the line of an org's address that holds one of these
SUSPENDED, ACTIVE = "smart suspended", "smart active"
FINGERPRINT, ROOT = "smartFingerprint", "smartRoot"
ACCOUNTS, ACCOUNTS_SOURCE = "smartAccounts", "smart-metrics"
CREATED, WRITTEN = "smartDashboards", "smart.provision/fingerprint"
AUDITOR = "smart-audit-"

_CLAIM = re.compile(r"smart cabinet=(\S+)(?: key=([0-9a-f]+))?")


class Claim(NamedTuple):
    """What an org's address says: which cabinet it is, and the key that should prove it, "" where there is none."""

    cabinet: str
    key: str


def org_mark(root: RootSecret, cabinet: str, number: int) -> str:
    """`address1` of the cabinet's org. The key is an HMAC over cabinet and org number: in another org it is wrong."""
    return f"smart cabinet={cabinet} key={_key(root, cabinet, str(number))}"


def unfinished_name(root: RootSecret, cabinet: str) -> str:
    """The name of the cabinet's org from its creation until it has its mark."""
    return f"smart cabinet={cabinet} key={_key(root, cabinet, 'unfinished')}"


def claim_of(address: str) -> Claim | None:
    """What `address1` of an org claims; None of an org that claims to be no cabinet."""
    found = _CLAIM.fullmatch(address)
    return Claim(found[1], found[2] or "") if found else None


def is_proven(root: RootSecret, claim: Claim, number: int) -> bool:
    """Whether the key is the one that this root secret makes for that cabinet in that org."""
    return hmac.compare_digest(claim.key, _key(root, claim.cabinet, str(number)))


def _key(root: RootSecret, cabinet: str, place: str) -> str:
    return root.fingerprint("org", cabinet, place)
