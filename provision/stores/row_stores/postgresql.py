"""PostgreSQL: a database for each cabinet, and a login role that can connect to no other."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from provision.credential import Credential
from provision.json_schema import Schema, about, choice, word
from provision.stores.row_stores.base import RowStore
from provision.text import Text


class PostgreSQL(RowStore):
    """A server of version 15 or newer; stores/cluster_fence.py, databases.py and login_roles.py make the fence."""

    __slots__ = ()
    kind: ClassVar[str] = "postgresql"
    settings: ClassVar[Mapping[str, Schema]] = {
        "address": word(
            about("Адрес PostgreSQL, как его видит Grafana", "Address of PostgreSQL as Grafana reaches it"),
            r"^(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}$",
            Text("узел:порт, например db.example.ru:5432", "host:port, such as db.example.ru:5432"),
        ),
        "administrator": word(
            about(
                "Переменная со строкой подключения администратора",
                "Variable with the administrator's connection string",
            ),
            r"^SMART_EVENTS_ADMIN(_[A-Z0-9]+)*$",
            Text(
                "имя переменной: SMART_EVENTS_ADMIN или, например, SMART_EVENTS_ADMIN_NORTH",
                "a variable's name: SMART_EVENTS_ADMIN or, for example, SMART_EVENTS_ADMIN_NORTH",
            ),
            default="SMART_EVENTS_ADMIN",
        ),
        "sslmode": choice(
            about("Проверка сертификата", "Certificate check"),
            *("disable", "require", "verify-ca", "verify-full"),
            default="verify-full",
        ),
    }
    required: ClassVar[Sequence[str]] = ("address",)
    secure_field: ClassVar[str] = "password"

    def data_source(self, credential: Credential, database: str) -> dict[str, Any]:
        return {
            "type": "grafana-postgresql-datasource",
            "url": self.at.address,
            "user": credential.name,
            "jsonData": {
                "connMaxLifetime": 10,
                "database": database,
                # What one Viewer SETs in a session would hold for the next one, and idle sessions of hundreds of data
                # sources would fill one server. 12.4 keeps idle sessions whatever is set here (tried); the role's
                # idle_session_timeout ends them.
                "maxIdleConns": 0,
                "maxOpenConns": 2,
                "postgresVersion": 1500,
                "sslmode": self.at.sslmode,
            },
        }

    def conninfo(self, credential: Credential, database: str) -> str:
        """A URL. User name and password are derived: neither needs escaping."""
        login = f"{credential.name}:{credential.password}"
        return f"postgresql://{login}@{self.at.address}/{database}?sslmode={self.at.sslmode}"
