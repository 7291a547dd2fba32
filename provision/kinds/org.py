"""The cabinet's org: its name is the cabinet's title, `address1` is its mark, `address2` says whether it has heads."""

from collections.abc import Iterable, Mapping

from provision.errors import ConflictError
from provision.kinds.base import One
from provision.kinds.context import CabinetContext, Refused
from provision.model import Cabinet, Resource, Spec
from provision.ownership import HEADS, NO_HEADS, org_mark, unfinished_name
from provision.text import Text

_OURS = "ours"  # the mark of the cabinet with the right key


class OrgKind(One):
    name = "org"
    title = Text("организация", "org")

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        heads = any(person.head for person in cabinet.people)
        spec = {"name": cabinet.title, "mark": _OURS, "heads": heads}
        return [self.resource(cabinet, "org", spec, cabinet.origin)]

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        org = context.org
        address = org.address
        marked = _OURS if org.is_ours and address.get("address1") else address.get("address1", "")
        spec = {"name": org.name, "mark": marked, "heads": address.get("address2") == HEADS}
        yield self.seen(context, "org", spec, managed=org.is_ours or context.cabinet.state != "absent")

    def create(self, context: CabinetContext, new: Resource) -> None:
        """Creates the org with its mark as the name, writes the mark, then renames the org.

        After an interruption the next run finds the org by that name or by the mark and goes on; after a lost answer
        this run goes on with the org it has begun.
        """
        if context.begun is None:
            self._require_free(context, str(new.spec["name"]))
            context.begun = self._make(unfinished_name(self.run.root, context.cabinet.id))
        self._mark(context.begun, context.cabinet, {}, new.spec)
        context.bind(context.begun)
        self._rename(context.begun, new.spec["name"])

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
        org = context.org
        if any(old.spec[key] != new.spec[key] for key in ("mark", "heads")):
            self._mark(org.number, context.cabinet, org.address, new.spec)
        if old.spec["name"] != new.spec["name"]:
            self._rename(org.number, new.spec["name"])
        org.verify_ownership()

    def delete(self, context: CabinetContext, old: Resource) -> None:
        """Deletes the org with all that is in it. Its people keep their logins (12.4)."""
        org = context.org
        if not org.verify_ownership():
            raise Refused(Text("Метки кабинета на организации больше нет", "The org no longer has the cabinet's mark"))
        self._leave(org.number)
        self.run.server.request("DELETE", f"/api/orgs/{org.number}")
        context.found = None

    def _leave(self, number: int) -> None:
        """Selects another org of ours when this one is selected: Grafana does not delete the selected org."""
        server = self.run.server
        if server.get("/api/user")["orgId"] == number:
            others = [int(org["orgId"]) for org in server.get("/api/user/orgs") if int(org["orgId"]) != number]
            if others:
                server.request("POST", f"/api/user/using/{min(others)}")

    def _require_free(self, context: CabinetContext, title: str) -> None:
        """Raises Refused when somebody has made an org of that name since the plan."""
        number = self._named(title)
        if number is None:
            return
        raise Refused(
            Text(
                f"Организацию «{title}» ({number}) тем временем сделали", f"Org {title!r} ({number}) was made meanwhile"
            ),
            Text("Повторите: план будет другим", "Repeat: the plan will be another one"),
        )

    def _make(self, name: str) -> int:
        try:
            return int(self.run.server.request("POST", "/api/orgs", json={"name": name})["orgId"])
        except ConflictError:  # the answer to an earlier try was lost
            number = self._named(name)
            if number is None:
                raise
            return number

    def _named(self, name: str) -> int | None:
        """The number of the org of that name, which is a parameter: as part of the path, `..` would change the path."""
        rows = self.run.server.get("/api/orgs", name=name)
        return next((int(row["id"]) for row in rows if row["name"] == name), None)

    def _mark(self, number: int, cabinet: Cabinet, address: Mapping[str, str], spec: Spec) -> None:
        """Writes the marks into the address, whose other lines stay."""
        had = address.get("address2", "")
        second = HEADS if spec["heads"] else NO_HEADS if had == HEADS else had
        body = {**address, "address1": org_mark(self.run.root, cabinet.id, number), "address2": second}
        self.run.server.request("PUT", f"/api/orgs/{number}/address", json=body)

    def _rename(self, number: int, title: str) -> None:
        self.run.server.request("PUT", f"/api/orgs/{number}", json={"name": title})
