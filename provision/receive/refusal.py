"""Why something that was sent is not taken."""


class Refusal(Exception):  # noqa: N818 - a decision, not a fault
    """An answer with that HTTP status. `reason` is one of verify's, "" where verify has nothing to say."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.reason, self.message = status, reason, message
