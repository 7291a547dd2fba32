"""The kinds of resource, in the order of writing. A new kind is a file here and its line in KINDS.

STORE_KINDS are those below Grafana; they come first, and what goes from them goes last. DOOR_KINDS are only looked at.
"""

from provision.backup import EXTRAS
from provision.kinds.base import Kind, Place, Refused, Run, StoreAdmin
from provision.kinds.dashboard import DashboardKind
from provision.kinds.data_source import DataSourceKind
from provision.kinds.doors import DOOR_KINDS
from provision.kinds.folder import FolderKind
from provision.kinds.membership import MembershipKind
from provision.kinds.org import OrgKind
from provision.kinds.preferences import PreferencesKind
from provision.kinds.stores import STORE_KINDS, StoreKind, accesses_of
from provision.kinds.suspension import SuspensionKind
from provision.kinds.user import UserKind

KINDS: tuple[type[Kind], ...] = (
    OrgKind,
    UserKind,
    MembershipKind,
    SuspensionKind,
    FolderKind,
    DataSourceKind,
    DashboardKind,
    PreferencesKind,
)

__all__ = [
    "DOOR_KINDS",
    "EXTRAS",
    "KINDS",
    "STORE_KINDS",
    "Kind",
    "Place",
    "Refused",
    "Run",
    "StoreAdmin",
    "StoreKind",
    "accesses_of",
]
