"""The record of which account is whose (see accounts): one a cabinet, in its first data source."""

from collections.abc import Iterable

from provision.kinds.base import One
from provision.kinds.context import CabinetContext
from provision.kinds.data_source import resealed
from provision.model import Cabinet, Resource
from provision.ownership import ACCOUNTS, ACCOUNTS_SOURCE
from provision.text import Text

_KEY = "people"


class AccountKind(One):
    name = "accounts"
    title = Text("учётные записи", "accounts")
    needs = ("org", "data source")

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        people = sorted(person.login for person in cabinet.people)
        yield self.resource(cabinet, _KEY, {"people": people}, cabinet.origin)

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        """The people that the record has. A suspended cabinet's new people get their accounts when it is resumed."""
        record, wanted = context.accounts.recorded, context.accounts.record()
        if record is None:
            return
        known = {login for number, login in context.accounts.people().items() if context.accounts.holds(number, login)}
        if context.cabinet.state == "suspended":
            known |= {person.login for person in context.cabinet.people}
        left = len(record.now.keys() - wanted.now.keys())
        differs = {"left": left} if left else {}
        if record.listed != wanted.listed:
            differs["listed"] = context.accounts.listed
        yield self.seen(context, _KEY, {"people": sorted(known), **differs})

    def create(self, context: CabinetContext, new: Resource) -> None:
        """Writes nothing where the data source was written in this run with the right record, as a new one is."""
        record = context.accounts.record()
        if record in (context.written, context.accounts.recorded):
            return
        path = f"/api/datasources/uid/{ACCOUNTS_SOURCE}"
        body = resealed(self.run.root, context.cabinet, context.org.get(path), {ACCOUNTS: record.dump()})
        context.org.request("PUT", path, json=body)
