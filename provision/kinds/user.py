"""The logins of a cabinet. A login is global to the server, so an account that is not ours is never changed.

An obstacle to one person's account does not stop the others: it is reported when that account is written.
"""

from collections.abc import Iterable

from provision.errors import ConflictError, NotFoundError, ProvisionError
from provision.identity import skeleton
from provision.kinds.accounts import ANOTHER_LOGIN, Account, Row, end_sessions, number_of, require_email
from provision.kinds.base import One
from provision.kinds.context import CabinetContext, Refused, RunContext
from provision.kinds.emails import freeing, holder_of, is_available, needs_confirmation
from provision.model import Cabinet, Person, Resource, Spec
from provision.ownership import AUDITOR
from provision.plan import Change
from provision.text import Text


class UserKind(One):
    name = "user"
    title = Text("пользователь", "user")
    needs_org = False
    needs = ("org",)

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        for person in cabinet.let_in:
            yield self.resource(cabinet, person.login, self._spec(cabinet, person), person.origin)

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        """The cabinet's people who have an account of ours, under whatever login.

        An account of ours that is in no org at all counts as missing: it is taken over with a new password.
        """
        for person in context.cabinet.let_in:
            account = context.accounts.of(person.login)
            if account.standing == "ours" and account.row is not None:
                row = account.row
                spec = {"login": str(row["login"]).lower(), "email": str(row["email"]).lower()}
                if person.name:
                    spec["name"] = str(row.get("name", ""))
                if account.is_external:
                    spec = dict(self._spec(context.cabinet, person))
                handle = {"id": account.number, "name": row.get("name", "")}
                yield self.seen(context, person.login, spec, handle=handle)

    def create(self, context: CabinetContext, new: Resource) -> None:
        """Makes the login in the cabinet's org, or takes over an account of ours that is in no org.

        Raises Refused for an account of somebody else.
        """
        login = new.ref.key
        with self.run.directory.creating(login):
            account = self._require_possible(context, login)
            if account.standing == "former" and account.row is not None:
                self._require_given(str(account.row["email"]), login, new.spec["email"])
            person = context.cabinet.person(login)
            password = self.run.handover.add(context.cabinet, person)
            body = {"login": login, "email": new.spec["email"], "name": person.name or login}
            if account.standing == "free":
                self._rename_back(context, login)
            with freeing(self.run, account.number, login, body["email"]):
                if account.standing == "free":
                    self._make(context, body, password)
                elif account.standing == "former" and account.row is not None:
                    self._take_over(account.row, body, password)

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
        """Writes login, e-mail and the estate's name back. With `verify_email_enabled` an e-mail is left to its owner:
        each try would only send another mail.
        """
        number, login, email = int(old.handle["id"]), new.spec["login"], new.spec["email"]
        waits = needs_confirmation(self.run) and old.spec["email"] != email
        name = new.spec.get("name", old.handle["name"])
        body = {"login": login, "email": old.spec["email"] if waits else email, "name": name}
        if not waits or {**old.spec, "email": email} != new.spec:
            with freeing(self.run, number, login, body["email"]):
                self.run.server.request("PUT", f"/api/users/{number}", json=body)
        if waits:
            raise _waits(login, old.spec["email"], email)
        require_email(self.run, number, email)

    def note(self, change: Change) -> Text | None:
        """Where an e-mail comes from another account, or cannot be given in this run."""
        if change.after is None:
            return None
        login, email = change.ref.key, self.run.cabinets[change.ref.cabinet].person(change.ref.key).email
        holder = holder_of(self.run, email, login)
        if holder is None:
            return None
        if change.after.spec["email"] != email:
            return Text(
                f"почта {email} сейчас у пользователя {holder['login']}, пока вместо неё логин",
                f"the user {holder['login']} has the e-mail {email} now; the login takes its place until it is free",
            )
        if number_of(holder) == (change.before.handle["id"] if change.before else 0):
            return None
        return Text(
            f"почту {email} сначала освобождает {holder['login']}",
            f"the user {holder['login']} gives the e-mail {email} up first",
        )

    def obstacle(self, context: CabinetContext, change: Change) -> ProvisionError | None:
        if change.before is not None:
            return None
        try:
            self._require_possible(context, change.ref.key)
        except Refused as refused:
            return refused
        return None

    def _spec(self, cabinet: Cabinet, person: Person) -> Spec:
        """The name only where the estate gives one: another is its owner's own."""
        login, email = person.login, person.email
        is_available(self.run, cabinet, login, login)  # a login that is another account's e-mail has to be freed, too
        # Grafana 12.4 takes the login for an e-mail that is not given (user.go, Create).
        if not email or not is_available(self.run, cabinet, login, email):
            email = login
        return {"login": login, "email": email, **({"name": person.name} if person.name else {})}

    def _require_possible(self, context: CabinetContext, login: str) -> Account:
        """The account of a login that is to be made or taken over.

        Raises Refused where it is somebody else's, or cannot be given: the login of another account's e-mail could
        never log in.
        """
        account = context.accounts.of(login)
        if account.standing == "other" and account.why:
            raise Refused(account.why, account.hint)
        self._require_free(login)
        if account.standing == "free":
            self._require_distinct(context, login)
        elif account.standing == "former":
            _require_settable_passwords(self.run, login)
        return account

    def _require_given(self, old: str, login: str, email: str) -> None:
        """Raises Refused, before a note is written, where an account that is taken over could not get its e-mail."""
        if needs_confirmation(self.run) and old.lower() != email:
            raise _waits(login, old, email)

    def _require_free(self, login: str) -> None:
        """Raises Refused for a login of audits and for one that is another account's e-mail."""
        if login.startswith(AUDITOR):
            raise Refused(
                Text(
                    f"Логин {login} занят: с {AUDITOR} начинаются логины аудита",
                    f"The login {login} is reserved: logins of an audit begin with {AUDITOR}",
                ),
                ANOTHER_LOGIN,
            )
        owner = self.run.directory.emails.get(login, login)
        if owner != login and login not in self.run.directory.freed:
            raise Refused(
                Text(
                    f"Логин {login} совпадает с почтой пользователя {owner}, войти с ним было бы нельзя",
                    f"The login {login} is the e-mail of user {owner}: it could never log in",
                ),
                Text("Дайте другой логин или исправьте ту почту", "Give another login, or correct that e-mail"),
            )

    def _require_distinct(self, context: CabinetContext, login: str) -> None:
        """Raises Refused for a new login that looks like an account's login, such as `сора` (Cyrillic) and `copa`.

        An account of the cabinet's people that took such a login does not count: it gets its own login back.
        """
        directory = self.run.directory
        for other in directory.look_alikes.get(skeleton(login), ()):
            if other == login or context.accounts.listed_as(number_of(directory.users[other])):
                continue
            raise Refused(
                Text(
                    f"Логин {login} на вид не отличить от логина, который уже есть в Grafana: {other}",
                    f"The login {login} looks like a login that exists in Grafana: {other}",
                ),
                Text(
                    "Если это тот же человек, пишите логин так же; если другой, дайте ему другой логин",
                    "Write the login in the same way if it is the same person; give another login if not",
                ),
            )

    def _rename_back(self, context: CabinetContext, login: str) -> None:
        """Frees a login that one of the cabinet's people took."""
        row = self.run.directory.users.get(login)
        former = context.accounts.listed_as(number_of(row)) if row else ""
        if row and former:
            spec = self._spec(context.cabinet, context.cabinet.person(former))
            body = {"name": row.get("name", ""), **spec}
            with freeing(self.run, number_of(row), spec["login"], spec["email"]):
                self.run.server.request("PUT", f"/api/users/{number_of(row)}", json=body)

    def _make(self, context: CabinetContext, body: dict[str, str], password: str) -> None:
        server, login = self.run.server, body["login"]
        try:
            sent = {**body, "password": password, "OrgId": context.org.number}
            made = server.request("POST", "/api/admin/users", json=sent)
        except ConflictError as conflict:
            row = self._just_made(context, login, conflict)
            server.request("PUT", f"/api/admin/users/{row['id']}/password", json={"password": password})
        else:
            row = {**body, "id": int(made["id"])}
            if not server.settings:  # otherwise require_suitable has seen that `OrgId` holds
                self._leave_other_orgs(context, int(made["id"]))
        context.joined.add(login)
        self.run.directory.made[login] = row

    def _just_made(self, context: CabinetContext, login: str, conflict: ConflictError) -> Row:
        """The account that an earlier try made whose answer was lost: it is in this org and no other."""
        try:
            known: Row = self.run.server.get("/api/users/lookup", loginOrEmail=login)
        except NotFoundError:  # not the login but the e-mail is taken
            raise conflict from None
        number = number_of(known)
        is_new = number not in {number_of(row) for row in self.run.directory.users.values()}
        if not is_new or str(known["login"]).lower() != login:
            raise conflict
        if set(self.run.directory.orgs_of(number)) != {context.org.number}:
            raise conflict
        return known

    def _take_over(self, row: Row, body: dict[str, str], password: str) -> None:
        """A new password first; then nobody who had the old one is left inside, and the profile is the person's."""
        number = number_of(row)
        self.run.server.request("PUT", f"/api/admin/users/{number}/password", json={"password": password})
        end_sessions(self.run, number)
        self.run.server.request("PUT", f"/api/users/{number}", json=body)
        require_email(self.run, number, body["email"])
        self.run.directory.made[body["login"]] = {**row, **body}

    def _leave_other_orgs(self, context: CabinetContext, number: int) -> None:
        for org in self.run.directory.orgs_of(number):
            if org != context.org.number:
                self.run.server.request("DELETE", f"/api/orgs/{org}/users/{number}")


def give_new_password(context: CabinetContext, login: str) -> None:
    """A new first password and a new note for one of the cabinet's people, who is logged out everywhere.

    Raises Refused where the account is not ours, or its password is kept elsewhere.
    """
    account = context.accounts.of(login)
    if account.standing != "ours":
        raise Refused(
            account.why or Text(f"У {login} ещё нет учётной записи", f"{login} has no account yet"),
            account.hint or Text("Её сделает provision apply", "provision apply makes it"),
        )
    if account.is_external:
        raise Refused(
            Text(f"{login} входит через каталог, пароль хранится там", f"{login} logs in through a directory"),
            Text("Смените пароль в каталоге", "Change the password in the directory"),
        )
    _require_settable_passwords(context.run, login)
    password = context.run.handover.add(context.cabinet, context.cabinet.person(login))
    path = f"/api/admin/users/{account.number}/password"
    context.run.server.request("PUT", path, json={"password": password})
    end_sessions(context.run, account.number)


def _require_settable_passwords(run: RunContext, login: str) -> None:
    """Raises Refused, before a note is written, where the server lets nobody set a password (403, 12.4)."""
    if str(run.server.settings.get("auth", {}).get("disable_login_form", "")).lower() == "true":
        raise Refused(
            Text(
                f"Grafana не даёт сменить пароль {login}: вход по паролю выключен (disable_login_form)",
                f"Grafana does not let the password of {login} be changed: password login is off (disable_login_form)",
            ),
            Text(
                "Включите на время [auth] disable_login_form = false",
                "Set [auth] disable_login_form = false for a while",
            ),
        )


def _waits(login: str, old: str, new: str) -> Refused:
    return Refused(
        Text(
            f"Почта {login} осталась {old}: {new} должен подтвердить её владелец (verify_email_enabled)",
            f"The e-mail of {login} is still {old}: the owner of {new} has to confirm it (verify_email_enabled)",
        ),
        Text(
            "Пусть владелец сменит почту в своём профиле, или выключите verify_email_enabled на время",
            "Let the owner change it in the profile, or switch verify_email_enabled off for a while",
        ),
    )
