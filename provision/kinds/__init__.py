"""The kinds of resource, in the order of writing. A new kind is a file here and its line in KINDS."""

from collections.abc import Iterator, Sequence

from provision.kinds.account import AccountKind
from provision.kinds.alerting.contact_point import ContactPointKind
from provision.kinds.alerting.message_template import MessageTemplateKind
from provision.kinds.alerting.mute_timing import MuteTimingKind
from provision.kinds.alerting.notification_policy import NotificationPolicyKind
from provision.kinds.alerting.rule_group import RuleGroupKind
from provision.kinds.base import Batch, Kind, One
from provision.kinds.below.client_registry import ClientRegistryKind
from provision.kinds.below.clusters import ClusterKind
from provision.kinds.below.collection_files import CollectionFileKind
from provision.kinds.below.databases import DatabaseKind
from provision.kinds.below.login_roles import LoginRoleKind
from provision.kinds.below.vmauth_users import VmauthUserKind
from provision.kinds.context import (
    AlertingSecrets,
    CabinetContext,
    CollectionAdmin,
    Refused,
    RunContext,
    StoreAdmin,
)
from provision.kinds.dashboard import DashboardKind
from provision.kinds.data_source import DataSourceKind
from provision.kinds.folder import FolderKind
from provision.kinds.membership import MembershipKind
from provision.kinds.org import OrgKind
from provision.kinds.preferences import PreferencesKind
from provision.kinds.suspension import SuspensionKind
from provision.kinds.user import UserKind
from provision.kinds.watched import OPENING, SETTING, SETTING_TITLE, WATCHED
from provision.model import Cabinet, Code, Problem

KINDS: tuple[type[Kind], ...] = (
    VmauthUserKind,
    ClusterKind,
    DatabaseKind,
    LoginRoleKind,
    ClientRegistryKind,
    CollectionFileKind,
    OrgKind,
    UserKind,
    MembershipKind,
    SuspensionKind,
    FolderKind,
    DashboardKind,
    DataSourceKind,  # after the dashboards: its record has the fingerprints of those that were created
    AccountKind,
    PreferencesKind,
    MessageTemplateKind,
    MuteTimingKind,
    ContactPointKind,
    NotificationPolicyKind,
    RuleGroupKind,
)
ORG = OrgKind.name  # the object that holds all others of a cabinet in Grafana: they are deleted with it
TITLES = {SETTING: SETTING_TITLE} | {one.name: one.title for one in WATCHED} | {kind.name: kind.title for kind in KINDS}

__all__ = [
    "KINDS",
    "OPENING",
    "ORG",
    "TITLES",
    "WATCHED",
    "AlertingSecrets",
    "Batch",
    "CabinetContext",
    "CollectionAdmin",
    "Kind",
    "One",
    "Refused",
    "RunContext",
    "StoreAdmin",
    "check",
    "codes",
    "files",
    "lint",
]


def check(cabinets: Sequence[Cabinet]) -> tuple[Problem, ...]:
    """What is wrong with the cabinets' descriptions, kind by kind, found without a server."""
    wanted = [cabinet for cabinet in cabinets if cabinet.state != "absent"]
    return tuple(problem for cabinet in wanted for kind in KINDS for problem in kind.check(cabinet))


def lint(cabinets: Sequence[Cabinet]) -> tuple[Problem, ...]:
    """Breaches of the house rules in what the cabinets get, kind by kind; takes a second."""
    return tuple(problem for kind in KINDS for problem in kind.lint(cabinets))


def codes() -> dict[str, Code]:
    """What the codes mean that check() and lint() give."""
    return {code.code: code for kind in KINDS for code in kind.codes()}


def files(cabinet: Cabinet) -> Iterator[tuple[str, str]]:
    """Name and content of every file that shows what the cabinet gets."""
    for kind in KINDS:
        yield from kind.files(cabinet)
