"""What a store of rows of one kind needs: settings, data source, connection of a cabinet, attempts of audit."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from provision.credential import Credential
from provision.json_schema import Schema
from provision.model import EventsStore
from provision.stores.attempts import ROW_ATTEMPTS, RowAttempt


@dataclass(frozen=True, slots=True)
class RowStore(ABC):
    """A store at the place that tenants.yaml names."""

    kind: ClassVar[str]  # as tenants.yaml names it
    settings: ClassVar[Mapping[str, Schema]]  # the other keys of its section
    required: ClassVar[Sequence[str]]
    secure_field: ClassVar[str]  # where Grafana's data source has the password
    attempts: ClassVar[Sequence[RowAttempt]] = ROW_ATTEMPTS

    at: EventsStore

    @abstractmethod
    def data_source(self, credential: Credential, database: str) -> dict[str, Any]:
        """The type and settings of a cabinet's data source in Grafana, without the password."""

    @abstractmethod
    def conninfo(self, credential: Credential, database: str) -> str:
        """The cabinet's own connection string, with its password."""
