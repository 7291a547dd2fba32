"""The rows of core.clients: who is monitored, as the lists say."""

from random import Random

from provision.model import Installation
from provision.stores.sample_data.clock import Clock, at
from provision.stores.sample_data.sink import RowSink
from provision.stores.sample_data.subject import SampleCabinet
from provision.stores.sample_data.words import FIRMS

OPERUP_FILES = ("docs.opd", "norms.opd", "forms.opd")


def kind(installation: Installation) -> str:
    """Where the installation runs: one that sends by itself at the client, others by the owner of their address."""
    if not installation.polled:
        return "client_hardware"
    return "cloud" if "cloud" in installation.host else "own_dc"


def legal_name(installation: Installation) -> str:
    """A made-up legal name; the same for the same installation, everywhere."""
    name = installation.client.partition(":")[0]
    return f"{FIRMS[sum(name.encode()) % len(FIRMS)]} ({name})"


def regnum(installation: Installation) -> str:
    """A made-up registration number."""
    return str(Random(installation.host).randint(100_000, 999_999))  # noqa: S311 - made-up data, no secret


def register(cabinet: SampleCabinet, clock: Clock, rows: RowSink) -> None:
    """Adds the registry's rows of a cabinet."""
    dealer = cabinet.dealer or cabinet.id
    began = at(clock.start)
    since = began.date()
    for item in cabinet.installations:
        rows.add(
            "clients",
            *(cabinet.id, dealer, item.client, item.manager, item.email, kind(item), item.host),
            *(None, None, None, item.transport, legal_name(item), regnum(item), item.tz_correction, item.polled),
            *(since, None, began, False),
        )
    for access in cabinet.accesses:
        rows.add(
            "clients",
            *(cabinet.id, dealer, access.firm, access.manager, access.email, "online", None),
            *(access.host, access.folder, access.login, access.protocol),
            *(None, None, None, None, since, None, began, False),
        )
