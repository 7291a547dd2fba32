"""E-mails that pass from one account to another. Grafana 12.4 gives an e-mail to one account at a time (user.go), so an
account of ours that gives one up in this run gets its login in its place first.

The plan decides which accounts do. The writes follow it in any order of cabinets, and a killed apply is finished by the
next one: the account that has its login in place of an e-mail differs from its list.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from provision.directory import Freed
from provision.errors import NotFoundError, ProvisionError
from provision.kinds.accounts import Row, number_of
from provision.kinds.context import CabinetContext, Refused, RunContext
from provision.model import Cabinet
from provision.text import Text


def holder_of(run: RunContext, email: str, login: str) -> Row | None:
    """The account of another login that had the e-mail when the run began; None where there is none."""
    owner = run.directory.emails.get(email, login) if email else login
    return None if owner == login else run.directory.users[owner]


def needs_confirmation(run: RunContext) -> bool:
    """Whether a changed e-mail has to be confirmed by its owner (`verify_email_enabled`, 12.4)."""
    return str(run.server.settings.get("users", {}).get("verify_email_enabled", "")).lower() == "true"


def is_available(run: RunContext, cabinet: Cabinet, login: str, email: str) -> bool:
    """Whether the person of the cabinet can have the e-mail in this run: it is free, or an account gives it up.

    That account is noted in the directory for `freeing`. It is one whose own cabinet gives it another e-mail in this
    run, or one of somebody who left this distributor's cabinets.
    """
    holder = holder_of(run, email, login)
    if holder is None or email in run.directory.freed:
        return True
    if str(holder["login"]).lower() == email or holder.get("isAdmin") or holder.get("authLabels"):
        return False  # the login is the e-mail, or the account is not ours to change
    number = number_of(holder)
    owners = {run.directory.owner(org) for org in run.directory.orgs_of(number)}
    contexts = list(_contexts(run, owners))
    for context in contexts:
        if listed := context.accounts.people().get(number):
            if listed == login:  # the person's own account, under another login
                return True
            return _gives_up(context, listed, email) and _note(run, email, number, {context.cabinet.id})
    if not owners:
        return _has_left(run, cabinet, holder) and _note(run, email, number, owners)
    known = len(contexts) == len(owners) and all(
        one.cabinet.distributor == cabinet.distributor and one.accounts.has_record_of(number) for one in contexts
    )
    return known and _note(run, email, number, owners)


@contextmanager
def freeing(run: RunContext, number: int, *wanted: str) -> Iterator[None]:
    """For the write that gives these e-mails, or a login, to account `number` (0: a new one). Frees them first.

    Raises Refused where the account that has one belongs to a cabinet whose plan is refused.
    """
    directory = run.directory
    with directory.emails_lock if directory.freed else nullcontext():
        for email in wanted:
            freed = directory.freed.get(email)
            if freed and freed.number != number:
                _free(run, email, freed)
        yield


def _free(run: RunContext, email: str, freed: Freed) -> None:
    path = f"/api/users/{freed.number}"
    try:
        row = run.server.get(path)
    except NotFoundError:  # deleted since the plan
        return
    if str(row["email"]).lower() != email:
        return
    if not freed.cabinets <= run.directory.writing:
        raise Refused(
            Text(
                f"Почта {email} ещё у пользователя {row['login']}, а его кабинет сейчас не записывается",
                f"The user {row['login']} still has the e-mail {email}, and his cabinet is not written now",
            ),
            Text("Исправьте тот кабинет и повторите", "Correct that cabinet and repeat"),
        )
    body = {"login": row["login"], "email": row["login"], "name": row.get("name", "")}
    run.server.request("PUT", path, json=body)


def _contexts(run: RunContext, cabinets: set[str]) -> Iterator[CabinetContext]:
    """Those of the cabinets that this run writes, each with its org."""
    for cabinet in sorted(cabinets & run.directory.writing):
        context = CabinetContext(run, run.cabinets[cabinet])
        try:
            context.find()
        except ProvisionError:  # this cabinet is refused
            continue
        yield context


def _gives_up(context: CabinetContext, login: str, email: str) -> bool:
    """Whether the run gives that person of the cabinet another e-mail."""
    return any(one.login == login and (one.email or login) != email for one in context.cabinet.let_in)


def _has_left(run: RunContext, cabinet: Cabinet, holder: Row) -> bool:
    """Whether an account in no org was one of the distributor's people, and no list of the estate names it."""
    login = str(holder["login"]).lower()
    if any(person.login == login for one in run.cabinets.values() for person in one.people):
        return False
    return CabinetContext(run, cabinet).accounts.was_ours(login, holder)


def _note(run: RunContext, email: str, number: int, cabinets: set[str]) -> bool:
    if needs_confirmation(run):
        return False
    run.directory.freed[email] = Freed(number, frozenset(cabinets))
    return True
