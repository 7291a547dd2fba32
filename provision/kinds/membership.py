"""Who may see a cabinet, in which role. In an org of ours the membership is ours; Admins are left alone."""

from collections.abc import Iterable, Sequence

from provision.errors import ConflictError
from provision.kinds.accounts import end_sessions, number_of
from provision.kinds.base import One
from provision.kinds.context import CabinetContext, Refused
from provision.model import Cabinet, Resource
from provision.ownership import AUDITOR, HEADS
from provision.plan import Change
from provision.text import Text


class MembershipKind(One):
    name = "membership"
    title = Text("участник", "membership")
    needs = ("org",)

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        for person in cabinet.let_in:
            spec = {"login": person.login, "role": person.role}
            yield self.resource(cabinet, person.login, spec, person.origin)

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        """Every member but ourselves; our people under the login of the lists, whatever they call themselves.

        A stranger who is Admin of the org or of the server is not ours to remove. A role that comes from a directory
        is left as it is.
        """
        people, wanted = context.accounts.people(), {person.login: person for person in context.cabinet.people}
        for login, member in context.members.items():
            if login == self.run.server.self_login:
                continue
            listed = people.get(number_of(member), "")
            key = listed or (login if login not in wanted else f"{login} ({number_of(member)})")
            server_admin = self.run.directory.users.get(login, {}).get("isAdmin")
            managed = not server_admin and (bool(listed) or member["role"] != "Admin")
            role = wanted[listed].role if listed and member.get("isExternallySynced") else member["role"]
            handle = {"id": member["userId"]}
            yield self.seen(context, key, {"login": key, "role": role}, managed=managed, handle=handle)

    def create(self, context: CabinetContext, new: Resource) -> None:
        login, role = new.spec["login"], new.spec["role"]
        if login not in context.joined:
            self._require_account(context, login)
            try:
                body = {"loginOrEmail": login, "role": role}
                self.run.server.request("POST", f"/api/orgs/{context.org.number}/users", json=body)
            except ConflictError:  # a member already, as the creation of a login in this org leaves it
                context.joined.add(login)
            else:
                return
        given = self.run.server.settings.get("users", {}).get("auto_assign_org_role")
        if role != given:  # what a new login gets
            self._set_role(context, context.accounts.of(login).number, role)

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
        self._set_role(context, int(old.handle["id"]), new.spec["role"])

    def delete(self, context: CabinetContext, old: Resource) -> None:
        if old.ref.key.startswith(AUDITOR):
            self.run.server.request("DELETE", f"/api/admin/users/{old.handle['id']}")
            return
        # Not /api/org/users/:id, which also deletes the user when this was his last org (org_users.go, 12.4).
        self.run.server.request("DELETE", f"/api/orgs/{context.org.number}/users/{old.handle['id']}")
        end_sessions(self.run, int(old.handle["id"]))

    def depends(self, change: Change, failed: Change) -> bool:
        """A member needs his login; nobody is removed for a suspension that the org does not record."""
        is_his_login = (failed.ref.kind, failed.ref.key) == ("user", change.ref.key)
        is_record = failed.ref.kind == "suspension" and failed.after is not None
        return super().depends(change, failed) or is_his_login or (change.after is None and is_record)

    def is_safe_when_blocked(self, change: Change) -> bool:
        return change.after is None

    def deletion_guard(self, context: CabinetContext, deleted: Sequence[Resource]) -> Text | None:
        cabinet = context.cabinet
        if cabinet.state != "active" or all(one.ref.key.startswith(AUDITOR) for one in deleted):
            return None
        if cabinet.unused_lines:
            return Text(
                f"Строк с ошибками в списках: {cabinet.unused_lines}. Кто назван только в них, потерял бы доступ",
                f"{cabinet.unused_lines} lines of the lists have mistakes. People named only there would lose access",
            )
        had_heads = context.found and context.found.address.get("address2") == HEADS
        if had_heads and not any(person.head for person in cabinet.people):
            return Text("У кабинета не осталось бы ни одного руководителя", "No head would be left in the cabinet")
        return None

    def _require_account(self, context: CabinetContext, login: str) -> None:
        """Raises Refused unless the name leads Grafana to the person's account: it looks among e-mails first (12.4)."""
        found = self.run.server.get("/api/users/lookup", loginOrEmail=login)
        if number_of(found) == context.accounts.of(login).number:
            return
        if str(found["login"]).lower() != login:
            raise Refused(
                Text(
                    f"Логин {login} совпадает с почтой пользователя {found['login']}",
                    f"The login {login} is the e-mail of user {found['login']}",
                ),
                Text(
                    "Дайте другой логин или исправьте почту того пользователя",
                    "Give another login, or correct that e-mail",
                ),
            )
        raise Refused(
            Text(
                f"Логин {login} тем временем занял кто-то другой",
                f"The login {login} was taken by somebody else meanwhile",
            ),
            Text("Повторите: план будет другим", "Repeat: the plan will be another one"),
        )

    def _set_role(self, context: CabinetContext, user: int, role: str) -> None:
        self.run.server.request("PATCH", f"/api/orgs/{context.org.number}/users/{user}", json={"role": role})
