"""The two data sources of a cabinet. Each logs in to its store with a credential of this cabinet alone: the fence.

The stored password cannot be read back (Grafana 12.4, /api/datasources). So every write leaves a keyed fingerprint of
the credential and of the version this write makes in `jsonData`: after any write but ours it no longer fits. Version 1
is never ours, for a PUT without a version makes it 1 again: what was created is written once more at once.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from provision.credential import Credential, RootSecret
from provision.errors import SecretError
from provision.grafana import Json
from provision.kinds.base import One
from provision.kinds.context import CabinetContext
from provision.model import Cabinet, Resource, Spec
from provision.ownership import ACCOUNTS, ACCOUNTS_SOURCE, CREATED, FINGERPRINT, PREFIX, ROOT
from provision.plan import Change
from provision.stores.number_stores import NUMBER_STORES
from provision.stores.row_stores import ROW_STORES
from provision.text import Text

METRICS = f"{PREFIX}metrics"
EVENTS = f"{PREFIX}events"
POSTGRES = "grafana-postgresql-datasource"
_OLD_POSTGRES = "postgres"  # its name before Grafana 11, there an alias
_COMPARED = ("name", "type", "access", "url", "user", "database", "basicAuth", "basicAuthUser", "isDefault")


class DataSourceKind(One):
    name = "data source"
    title = Text("источник данных", "data source")
    needs = ("org",)

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        for uid, spec in ((METRICS, self._metrics(cabinet)), (EVENTS, self._events(cabinet))):
            common = {"name": uid, "access": "proxy", "secureFields": [_secure_field(cabinet, uid)]}
            credential = f"generation {cabinet.generation}"
            yield self.resource(cabinet, uid, {**common, **spec, "credential": credential}, cabinet.origin)

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        for row in context.sources:
            uid = str(row["uid"])
            if not uid.startswith(PREFIX):
                yield self.seen(context, uid, {"name": row["name"], "type": row["type"]}, managed=False)
                continue
            whole = context.org.get(f"/api/datasources/uid/{uid}")
            handle = {"version": whole["version"], "id": whole["id"]}
            yield self.seen(context, uid, self._spec(context.cabinet, whole), handle=handle)

    def create(self, context: CabinetContext, new: Resource) -> None:
        self._make(context, new, self._record(context, new.ref.key))

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
        if old.spec.keys() - new.spec.keys():  # a PUT keeps a text that is left out or empty (12.4)
            record = self._record(context, new.ref.key)  # it is deleted with the data source
            self.delete(context, old)
            self._make(context, new, record)
            return
        self._put(context, new, self._record(context, new.ref.key), version=int(old.handle["version"]))

    def _make(self, context: CabinetContext, new: Resource, record: Mapping[str, Json]) -> None:
        """Without its password first: that comes with the PUT, which also makes a version that is never the first."""
        body = self._body(context, new, record, version=1)  # whose fingerprint is never accepted
        del body["secureJsonData"]
        context.org.request("POST", "/api/datasources", json=body)
        self._put(context, new, record, version=1)

    def _put(self, context: CabinetContext, new: Resource, record: Mapping[str, Json], *, version: int) -> None:
        """Stores that version plus one, and only over a lower one: 409 when somebody was faster (12.4, store.go)."""
        body = {**self._body(context, new, record, version=version + 1), "version": version}
        context.org.request("PUT", f"/api/datasources/uid/{new.ref.key}", json=body)

    def delete(self, context: CabinetContext, old: Resource) -> None:
        context.org.request("DELETE", f"/api/datasources/uid/{old.ref.key}")

    def depends(self, change: Change, failed: Change) -> bool:
        """A data source gets its credential after the stores accept it."""
        return super().depends(change, failed) or failed.stage == "open below"

    def normalise(self, spec: Spec) -> Spec:
        return {**spec, "type": POSTGRES if spec["type"] == _OLD_POSTGRES else spec["type"]}

    def _metrics(self, cabinet: Cabinet) -> Spec:
        store = NUMBER_STORES[cabinet.metrics.kind]
        spec = store.data_source(cabinet.metrics.url, _credential(self.run.root, cabinet, METRICS))
        return {**spec, "isDefault": True}  # else the first data source of an org becomes it and differs for ever

    def _events(self, cabinet: Cabinet) -> Spec:
        store = ROW_STORES[cabinet.events.kind](cabinet.events)
        database = self.run.root.database_name(cabinet.id)
        return store.data_source(_credential(self.run.root, cabinet, EVENTS), database)

    def _spec(self, cabinet: Cabinet, whole: Mapping[str, Json]) -> Spec:
        fields = {key: whole[key] for key in _COMPARED if whole.get(key)}  # left out is "" or false to Grafana
        json_data = dict(whole.get("jsonData") or {})
        for record in (ACCOUNTS, CREATED):  # written with other kinds
            json_data.pop(record, None)
        seen = json_data.pop(FINGERPRINT, "")
        if json_data.pop(ROOT, ours := self._root_mark()) != ours and not self.run.new_secret:
            raise SecretError(
                Text(
                    f"Источники данных кабинета {cabinet.id} записаны с другим корневым секретом SMART_SECRET",
                    f"The data sources of cabinet {cabinet.id} were written with another root secret SMART_SECRET",
                ),
                Text(
                    "Верните прежний секрет, а если он сменён намеренно, добавьте --new-secret",
                    "Bring the former secret back or, if it was changed on purpose, add --new-secret",
                ),
            )
        version = int(whole["version"])
        is_right = version > 1 and seen == _fingerprint(self.run.root, cabinet, str(whole["uid"]), version)
        return {
            **fields,
            "jsonData": json_data,
            "secureFields": sorted(key for key, is_set in (whole.get("secureJsonFields") or {}).items() if is_set),
            "credential": f"generation {cabinet.generation}" if is_right else "unknown",
        }

    def _root_mark(self) -> str:
        return self.run.root.fingerprint("root")

    @staticmethod
    def _record(context: CabinetContext, uid: str) -> Mapping[str, Json]:
        """What jsonData of that data source holds for other kinds."""
        if uid != ACCOUNTS_SOURCE:
            return {}
        context.written = context.accounts.record()
        return {ACCOUNTS: context.written.dump(), CREATED: context.dashboards_created}

    def _body(
        self, context: CabinetContext, new: Resource, record: Mapping[str, Json], *, version: int
    ) -> dict[str, Any]:
        uid, cabinet = new.ref.key, context.cabinet
        spec = {key: value for key, value in new.spec.items() if key not in ("secureFields", "credential")}
        if spec["type"] == POSTGRES and self.run.server.older_than(11):
            spec["type"] = _OLD_POSTGRES
        return {
            **spec,
            "uid": uid,
            "jsonData": {
                **spec["jsonData"],
                **record,
                FINGERPRINT: _fingerprint(self.run.root, cabinet, uid, version),
                ROOT: self._root_mark(),
            },
            "secureJsonData": {_secure_field(cabinet, uid): _credential(self.run.root, cabinet, uid).password},
        }


def resealed(
    root: RootSecret, cabinet: Cabinet, whole: Mapping[str, Json], more: Mapping[str, Json]
) -> dict[str, Json]:
    """The data source with more in its jsonData, as it is to be written. A credential that was right stays so."""
    uid, version, json_data = str(whole["uid"]), int(whole["version"]), dict(whole.get("jsonData") or {})
    if json_data.get(FINGERPRINT) == _fingerprint(root, cabinet, uid, version):
        json_data[FINGERPRINT] = _fingerprint(root, cabinet, uid, version + 1)
    return {**whole, "jsonData": {**json_data, **more}}


def _credential(root: RootSecret, cabinet: Cabinet, uid: str) -> Credential:
    return root.credential("metrics" if uid == METRICS else "events", cabinet.id, cabinet.generation)


def _secure_field(cabinet: Cabinet, uid: str) -> str:
    return (NUMBER_STORES[cabinet.metrics.kind] if uid == METRICS else ROW_STORES[cabinet.events.kind]).secure_field


def _fingerprint(root: RootSecret, cabinet: Cabinet, uid: str, version: int) -> str:
    password = _credential(root, cabinet, uid).password
    return root.fingerprint("data source", cabinet.id, uid, password, str(version))
