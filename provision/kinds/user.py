"""The logins of a cabinet. A login is global to the server, so one that others use too is never touched."""

from collections.abc import Iterable

from provision.errors import ConflictError, NotFoundError
from provision.grafana import Json
from provision.kinds.base import One
from provision.kinds.context import CabinetContext, Refused
from provision.kinds.suspension import is_suspended
from provision.model import Cabinet, Person, Resource, Spec
from provision.ownership import AUDITOR
from provision.text import Text

_ANOTHER_LOGIN = Text("Дайте менеджеру другой логин", "Give the manager another login")


class UserKind(One):
    name = "user"
    title = Text("пользователь", "user")
    needs_org = False
    needs = ("org",)

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        for person in cabinet.let_in:
            yield self.resource(cabinet, person.login, self._spec(person), person.origin)

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        """The cabinet's people who have a login. One who is in no org at all counts as missing: he is taken over.

        Not so while the org says that a suspension took its people out: then he who still has his e-mail is the same.
        """
        for person in context.cabinet.let_in:
            if person.login.startswith(AUDITOR):
                raise Refused(
                    Text(
                        f"Логин {person.login} ({person.origin}) занят: с {AUDITOR} начинаются логины аудита",
                        f"The login {person.login} ({person.origin}) is reserved: with {AUDITOR} begin an audit's own",
                    ),
                    _ANOTHER_LOGIN,
                )
            row = self.run.directory.users.get(person.login)
            if row is None:
                continue
            if row.get("isAdmin"):
                raise Refused(
                    Text(
                        f"Логин {person.login} ({person.origin}) принадлежит администратору сервера Grafana",
                        f"The login {person.login} ({person.origin}) belongs to a Grafana server admin",
                    ),
                    _ANOTHER_LOGIN,
                )
            spec = {"login": person.login, "email": str(row["email"]).lower()}
            belongs = person.login in context.members or self._orgs(context.cabinet, row)
            if not belongs and not (is_suspended(context) and spec == self._spec(person)):
                continue
            yield self.seen(context, person.login, spec, handle={"id": row["id"], "name": row.get("name", "")})

    def create(self, context: CabinetContext, new: Resource) -> None:
        """Makes the login in the cabinet's org, or takes over one that is in no org but the realm's."""
        person = self._person(context.cabinet, new)
        password = self.run.root.typed_password(f"{context.cabinet.realm}/{person.login}", 1)
        self.run.handover.add(context.cabinet, person, password)
        body = {"login": person.login, "email": new.spec["email"], "name": person.name or person.login}
        try:
            made = self.run.server.request(
                "POST", "/api/admin/users", json={**body, "password": password, "OrgId": context.org.number}
            )
        except ConflictError as conflict:
            self._take_over(context.cabinet, body, password, conflict)
        else:
            context.joined.add(person.login)
            if not self.run.server.settings:  # otherwise require_suitable has seen that `OrgId` holds
                self._leave_other_orgs(context, int(made["id"]))

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
        number = int(old.handle["id"])
        self._orgs(context.cabinet, {"id": number, "login": new.spec["login"]})
        body = {"login": new.spec["login"], "email": new.spec["email"], "name": old.handle["name"]}
        self.run.server.request("PUT", f"/api/users/{number}", json=body)

    def delete(self, context: CabinetContext, old: Resource) -> None:
        raise NotImplementedError("a login is global: only its membership ends")

    def _spec(self, person: Person) -> Spec:
        # Grafana 12.4 takes the login for an e-mail that is not given (user.go, Create).
        owner = self.run.directory.emails.get(person.email, person.login)
        email = person.email if owner == person.login else person.login
        return {"login": person.login, "email": email or person.login}

    def _take_over(self, cabinet: Cabinet, body: dict[str, str], password: str, conflict: ConflictError) -> None:
        server = self.run.server
        try:
            known = server.get("/api/users/lookup", loginOrEmail=body["login"])
        except NotFoundError:  # not the login but the e-mail is taken
            raise conflict from None
        if str(known["login"]).lower() != body["login"]:
            raise conflict
        self._orgs(cabinet, known)
        number = int(known["id"])
        server.request("PUT", f"/api/admin/users/{number}/password", json={"password": password})
        server.request("PUT", f"/api/users/{number}", json=body)

    def _orgs(self, cabinet: Cabinet, row: Json) -> set[int]:
        """The orgs of a login. Raises Refused when one of them is not of the cabinet's realm.

        Otherwise somebody who knows the login's password from elsewhere would see this cabinet.
        """
        run = self.run
        orgs = run.directory.orgs_of(int(row["id"]))
        for number, name in orgs.items():
            if run.realm(run.directory.owner(number)) != cabinet.realm:
                raise Refused(
                    Text(
                        f"Логин {row['login']} уже есть в организации «{name}», которой этот кабинет не должен видеть",
                        f"The login {row['login']} is already in org {name!r}, which this cabinet must not see",
                    ),
                    Text(
                        "Дайте менеджеру другой логин, а если это тот же человек, сначала уберите его оттуда",
                        "Give the manager another login or, if it is the same person, take him out of there first",
                    ),
                )
        return set(orgs)

    def _leave_other_orgs(self, context: CabinetContext, number: int) -> None:
        for org in self.run.directory.orgs_of(number):
            if org != context.org.number:
                self.run.server.request("DELETE", f"/api/orgs/{org}/users/{number}")

    @staticmethod
    def _person(cabinet: Cabinet, wanted: Resource) -> Person:
        return next(person for person in cabinet.people if person.login == wanted.ref.key)
