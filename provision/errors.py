"""All errors of the program. Exceptions of libraries become these in the module that calls the library.

ProvisionError               has a text in both languages; cli prints it and exits 1
├── UsageError               the command line does not make sense (exit 2)
├── EstateError              tenants.yaml, the lists or the dashboards cannot be used
├── SecretError              a secret is missing, too short or readable by others
├── PlanChangedError         the plan is not the one that was reviewed (--expect)
├── StoreError               a store below Grafana does not answer, refuses, or cannot be fenced
│   ├── SilentStoreError     it does not answer at all
│   └── SomeFailedError      some of several things failed; the others are done
└── GrafanaError             anything that went wrong between us and Grafana
    ├── UnreachableError     no answer: refused, timed out, TLS, not a Grafana
    ├── LoginError           the server refused our login; never tried twice
    ├── UnsuitableError      the server is too old, or has something switched off that we need
    └── ApiError             an answer that is not 2xx; status, method, path, message
        ├── NotFoundError    404
        ├── ForbiddenError   403
        └── ConflictError    409 and 412: somebody was there first
"""

from collections.abc import Mapping

from provision.text import Text

_LATER = Text(
    "Сервер перегружен, перезапускается или сломан: повторите позже, а если не пройдёт, смотрите его журнал",
    "The server is overloaded, restarting or broken: repeat later and, if it stays so, look into its log",
)


class ProvisionError(Exception):
    """Something a user can cause; `text` says what happened, `hint` what to do."""

    def __init__(self, text: Text, hint: Text | None = None) -> None:
        super().__init__(text.en)
        self.text = text
        self.hint = hint


class UsageError(ProvisionError):
    """The command line does not make sense."""


class EstateError(ProvisionError):
    """tenants.yaml, the lists or the dashboards cannot be used at all."""


class SecretError(ProvisionError):
    """A secret is missing, too short, or in a file that others can read."""


class PlanChangedError(ProvisionError):
    """What would be done is not what was reviewed."""


class StoreError(ProvisionError):
    """A store below Grafana does not answer, refuses, or is not fit for a fence."""


class SilentStoreError(StoreError):
    """A store below Grafana does not answer: it is down, out of reach or too slow."""


class SomeFailedError(StoreError):
    """Several things were tried and some failed: `errors` by the name of each. The text is that of the first."""

    def __init__(self, errors: Mapping[str, StoreError]) -> None:
        first = next(iter(errors.values()))
        super().__init__(first.text, first.hint)
        self.errors = errors


class GrafanaError(ProvisionError):
    """Anything that went wrong between us and Grafana. `is_outage`: perhaps the server as a whole does not work."""

    is_outage = False


class UnreachableError(GrafanaError):
    """No answer that came from a Grafana."""

    is_outage = True


class LoginError(GrafanaError):
    """The server refused our login. Five refusals lock the user out, so it is never repeated."""


class UnsuitableError(GrafanaError):
    """The server is too old, or something we need is switched off."""


class ApiError(GrafanaError):
    """An answer that is not 2xx. 429 and 5xx come from a server, or a proxy before it, that is overloaded or down."""

    def __init__(self, status: int, method: str, path: str, message: str) -> None:
        what = f"{method} {path}: {status} {message}"
        reported = Text(f"Grafana ответила {what}", f"Grafana answered {what}")
        if status in (502, 503, 504):
            reported = Text(f"Grafana или прокси перед ней: {what}", f"Grafana or a proxy before it answered {what}")
        self.is_outage = status == 429 or status >= 500
        super().__init__(reported, _LATER if self.is_outage else None)
        self.status = status
        self.method = method
        self.path = path
        self.message = message


class NotFoundError(ApiError):
    """404."""


class ForbiddenError(ApiError):
    """403."""


class ConflictError(ApiError):
    """409 or 412: the object exists already, or somebody changed it in between."""
