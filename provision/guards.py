"""Reasons to refuse a cabinet's plan: unusable lists, foreign objects in an org to be removed, too many deletions."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from provision.errors import LoginError, ProvisionError, SecretError
from provision.kinds import TITLES, CabinetContext, Kind, Refused, RunContext
from provision.model import Cabinet, Contest, Resource, State
from provision.plan import Change
from provision.text import Text

# Without an explicit word a plan deletes at most this share of all that a cabinet has, and of each kind of it; of one
# kind FEW always.
MOST_DELETED = 0.3
FEW = 2
_SHOWN = 10

Refusal = tuple[Text, Text]  # the reason, and what to do


def settled(run: RunContext, cabinet: Cabinet) -> Cabinet:
    """The cabinet as Grafana decides its contests: `taken` are the values for which it is refused."""
    if not cabinet.contests:
        return cabinet
    taken = tuple(dict.fromkeys(one.value for one in cabinet.contests if _is_lost(run, cabinet, one)))
    blocked = bool(taken) or (cabinet.blocked and not cabinet.blocked_by_contests)
    return replace(cabinet, blocked=blocked, taken=taken)


def _is_lost(run: RunContext, cabinet: Cabinet, contest: Contest) -> bool:
    ours = _has(run, cabinet, contest.sort, contest.value)
    theirs = any(_has(run, run.cabinets[rival], contest.sort, value) for rival, value in contest.rivals)
    return contest.loses if ours == theirs else theirs


def _has(run: RunContext, cabinet: Cabinet, sort: str, value: str) -> bool:
    """Whether one of the cabinet's people has that login or e-mail in Grafana; False where that cannot be read."""
    login = value if sort == "login" else run.directory.emails.get(value, "")
    if all(person.login != login for person in cabinet.people):
        return False
    context = CabinetContext(run, cabinet)
    try:
        context.find()
        return context.found is not None and context.accounts.of(login).standing == "ours"
    except (LoginError, SecretError):
        raise
    except ProvisionError:
        return False


def require_usable_lists(cabinet: Cabinet) -> None:
    """Raises Refused for a cabinet that mistakes in its lists or in tenants.yaml block, or that lost a contest."""
    if cabinet.taken:
        values = ", ".join(cabinet.taken[:_SHOWN]) + (" …" if len(cabinet.taken) > _SHOWN else "")
        line = f'login_suffix: ".{cabinet.distributor}"'
        raise Refused(
            Text(
                f"Эти логины и почты (или похожие на них) уже названы у тех, кому этот кабинет не виден: {values}",
                f"Cabinets that must not see this one have these logins and e-mails, or some that look alike: {values}",
            ),
            Text(
                f"Впишите другие, см. provision check {cabinet.id}. Если они у другого дистрибьютора, для логинов "
                f"хватит строки у {cabinet.distributor}: {line}",
                f"Use other values, see provision check {cabinet.id}. If another distributor has them, a line of "
                f"{cabinet.distributor} in tenants.yaml suffices for logins: {line}",
            ),
        )
    if cabinet.blocked:
        raise Refused(
            Text("Ошибки в списках или в tenants.yaml", "Mistakes in the lists or in tenants.yaml"),
            Text(f"Смотрите provision check {cabinet.id}", f"See provision check {cabinet.id}"),
        )


def foreign_objects(cabinet: Cabinet, live: Iterable[Resource]) -> Refusal | None:
    """Why an org is not removed: something in it does not have our mark, and would be deleted with it."""
    found = [one.ref for one in live if not one.managed]
    if cabinet.state != "absent" or not found:
        return None
    ru, en = (", ".join(f"{TITLES[one.kind][lang]} {one.key}" for one in found[:_SHOWN]) for lang in (0, 1))
    more = " …" if len(found) > _SHOWN else ""
    return (
        Text(
            f"В организации есть не наше, всего {len(found)}: {ru}{more}",
            f"The org holds what is not ours, {len(found)} in all: {en}{more}",
        ),
        Text("Перенесите или удалите это сами и повторите", "Move it or delete it by hand, then repeat"),
    )


def deletion_limits(
    context: CabinetContext, kinds: Sequence[Kind], changes: Sequence[Change], live: State
) -> Refusal | None:
    """Why a plan that deletes too much in Grafana is not written, unless its number of deletions was allowed.

    `live` is what the cabinet has in Grafana. Credentials that are closed below Grafana do not count: they go only
    after all else is done.
    """
    cabinet, by_name = context.cabinet, {kind.name: kind for kind in kinds}
    deletions = [change for change in changes if change.after is None and change.stage != "close below"]
    if cabinet.state == "suspended":  # taking the people out was said explicitly
        deletions = [change for change in deletions if not by_name[change.ref.kind].is_safe_when_blocked(change)]
    deleted = [change.before for change in deletions if change.before]
    ours = [resource for resource in live.values() if resource.managed]
    reasons = [_too_many(deleted, ours)]
    for kind in kinds:
        gone, had = ([one for one in some if one.ref.kind == kind.name] for some in (deleted, ours))
        reasons.append(kind.deletion_guard(context, gone))
        reasons.append(_too_many(gone, had, kind.title) if len(gone) > FEW else None)
    reasons.append(_fewer_people(context, deleted))
    refused = next((reason for reason in reasons if reason), None)
    if refused is None or context.run.allow_deletes.get(cabinet.id) == len(deleted):
        return None
    word = f"--allow-deletes {cabinet.id}={len(deleted)}"
    return refused, Text(f"Если так и задумано: {word}", f"If that is meant: {word}")


def _fewer_people(context: CabinetContext, deleted: Sequence[Resource]) -> Text | None:
    """Why the lists of an active cabinet have lost too many people, with those who would go now; None if not."""
    had, now = context.accounts.listed, len(context.cabinet.people)
    lost = had - now
    if context.cabinet.state != "active" or lost <= max(FEW, had * MOST_DELETED):
        return None
    names = _names([one for one in deleted if one.ref.kind == "membership"])
    return Text(
        f"В списках было людей: {had}, осталось {now}{names and f'. Ушли бы {names}'}",
        f"The lists had {had} people, now they have {now}{names and f'. Would go: {names}'}",
    )


def _names(deleted: Sequence[Resource]) -> str:
    return ", ".join(one.ref.key for one in deleted[:_SHOWN]) + (" …" if len(deleted) > _SHOWN else "")


def _too_many(deleted: Sequence[Resource], ours: Sequence[Resource], title: Text | None = None) -> Text | None:
    """Why these deletions are too many, with what would go; None when they are not."""
    if len(deleted) <= len(ours) * MOST_DELETED:
        return None
    count = Text(f"{len(deleted)} из {len(ours)}", f"{len(deleted)} of {len(ours)}")
    if title is None:
        return Text(f"Удалить пришлось бы {count.ru}", f"{count.en} would be deleted")
    names = _names(deleted)
    return Text(
        f"Удалить пришлось бы {count.ru} ({title.ru}): {names}", f"{count.en} would be deleted ({title.en}): {names}"
    )
