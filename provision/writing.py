"""One change in Grafana carried out: looks at the object before a write is repeated, and reports what became of it."""

import time
from collections.abc import Callable, Mapping

from provision.errors import ApiError, ConflictError, GrafanaError, ProvisionError, UnreachableError
from provision.grafana import Grafana
from provision.kinds import CabinetContext, One
from provision.model import Resource
from provision.plan import Change, Outcome
from provision.text import Text


class Writer:
    """Writes changes of these kinds, by name."""

    def __init__(self, server: Grafana, kinds: Mapping[str, One]) -> None:
        self._server = server
        self._kinds = kinds

    def write(self, context: CabinetContext, change: Change, *, repeat: bool = True) -> None:
        """Carries out one change. After a failure that may pass, looks at the object before trying again.

        So a write whose answer was lost is not repeated, and one that somebody else made in between is not undone.
        """
        before = change.before
        for pause in (*(self._server.pauses if repeat else ()), None):
            try:
                return self._write_once(context, Change(change.ref, before, change.after))
            except (ApiError, UnreachableError) as error:
                if pause is None or not _may_pass(error) or self._server.gone:
                    raise
                time.sleep(pause)
                before = self._look_again(context, change)
                if _same(before, change.after):
                    return None
                if isinstance(error, ConflictError) and not _same(before, change.before):
                    raise
        return None

    def attempt(self, change: Change, work: Callable[[], None]) -> Outcome:
        """What became of the change that `work` carries out."""
        try:
            work()
        except ProvisionError as error:
            if is_outage(error):
                self._server.ask_whether_gone()
            return Outcome(change, "failed", error)
        except Exception as error:  # noqa: BLE001 - a surprise here must not lose what became of the others
            what = f"{type(error).__name__}: {error}"
            return Outcome(change, "failed", ProvisionError(Text(f"Непредвиденное: {what}", f"Unexpected: {what}")))
        return Outcome(change, "done")

    def _write_once(self, context: CabinetContext, change: Change) -> None:
        kind = self._kinds[change.ref.kind]
        if change.after is None:
            assert change.before is not None  # noqa: S101 - a change has at least one side
            kind.delete(context, change.before)
        elif change.before is None:
            kind.create(context, change.after)
        else:
            kind.update(context, change.before, change.after)

    def _look_again(self, context: CabinetContext, change: Change) -> Resource | None:
        kind = self._kinds[change.ref.kind]
        context.forget()
        if kind.needs_org and context.found is None:
            return None
        return next((seen for seen in kind.read(context) if seen.ref == change.ref), None)


def is_outage(error: ProvisionError | None) -> bool:
    """Whether the server did not answer as it should, rather than refuse the request."""
    return isinstance(error, GrafanaError) and error.is_outage


def _may_pass(error: ProvisionError) -> bool:
    if isinstance(error, ApiError):
        return error.status >= 500 or isinstance(error, ConflictError)
    return True


def _same(one: Resource | None, other: Resource | None) -> bool:
    return (one and one.spec) == (other and other.spec)
