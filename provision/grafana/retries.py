"""What is repeated: reads and logins after a lost connection, a broken answer or a passing error; what got 429."""

from collections.abc import Collection
from typing import Self

from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import Retry

_PASSING = (500, 502, 503, 504)
_TOO_MANY_REQUESTS = 429


class Patience(Retry):
    """Five repeats, each after a longer pause; a `Retry-After` of at most 60 seconds counts instead of the pause."""

    @classmethod
    def of_reads(cls, pause: float) -> Self:
        """Repeats reads; writes only after 429, which says that nothing was done. `pause` is in seconds."""
        return cls._made(pause, {"GET"})

    @classmethod
    def of_logins(cls, pause: float) -> Self:
        """Repeats logins too: a second one only opens a second session. A refused one is an answer, never repeated."""
        return cls._made(pause, {"GET", "POST"})

    @classmethod
    def _made(cls, pause: float, methods: Collection[str]) -> Self:
        return cls(
            total=5,
            backoff_factor=pause,
            backoff_jitter=pause,
            status_forcelist=_PASSING,
            allowed_methods=methods,
            raise_on_status=False,
            retry_after_max=60,
        )

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        if status_code == _TOO_MANY_REQUESTS:
            return bool(self.total)
        return super().is_retry(method, status_code, has_retry_after)

    def parse_retry_after(self, retry_after: str) -> float:
        """The seconds to wait; 0, which means the pause, for what is neither whole seconds nor a date of HTTP."""
        try:
            return super().parse_retry_after(retry_after)
        except (InvalidHeader, ValueError, OverflowError):
            return 0
