"""Refused: an answer that is not 2xx, worded as Grafana words it on either API."""

import secrets
from typing import Any


class Refused(Exception):  # noqa: N818 — an answer, not a failure of the program
    """Raised by handlers. On `/api` it becomes `{"message": …, **more}`, on `/apis` a Kubernetes `Status`.

    `reason` and `details` only show on `/apis`. A `plain` one keeps the first form there too: it comes from before the
    API server.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        more: dict[str, Any] | None = None,
        reason: str = "",
        details: dict[str, Any] | None = None,
        plain: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.more = more or {}
        self.reason = reason
        self.details = details
        self.plain = plain

    @property
    def legacy_body(self) -> dict[str, Any]:
        """The body on `/api`."""
        return {**({"message": self.message} if self.message else {}), **self.more}

    @property
    def status_body(self) -> dict[str, Any]:
        """The body on `/apis`."""
        body: dict[str, Any] = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
        if self.message:
            body["message"] = self.message
        if self.reason:
            body["reason"] = self.reason
        if self.details is not None:
            body["details"] = self.details
        return {**body, "code": self.status}


def unauthorized(message_id: str = "auth.unauthorized", message: str = "Unauthorized") -> Refused:
    """401 as the authentication layer words it (12.4): the message id is that of a due rotation or a wrong password."""
    more = {"extra": None, "messageId": message_id, "statusCode": 401, "traceID": ""}
    return Refused(401, message, more=more, plain=True)


def access_denied(permission: str) -> Refused:
    """403 as access control words it (12.4)."""
    number = f"ACE{secrets.randbelow(10**10):010}"
    message = f"You'll need additional permissions to perform this action. Permissions needed: {permission}"
    return Refused(403, message, more={"accessErrorId": number, "title": "Access denied"})


def bad_request() -> Refused:
    """400 for a body that does not parse or lacks a required key."""
    return Refused(400, "bad request data", reason="BadRequest")
