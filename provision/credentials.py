"""Every credential, derived from one root secret: nothing secret is stored, rotation is a new generation."""

import base64
import hashlib
import hmac

from provision.errors import SecretError
from provision.text import Text

SHORTEST = 32
# Without 0 O 1 l I: a manager types it from a printed note.
_TYPED = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"


class Root:
    """The root secret. Its derivations are HMAC-SHA-256 over purpose, owner and generation."""

    def __init__(self, secret: str) -> None:
        """Raises SecretError when `secret` is empty or shorter than 32 characters."""
        if len(secret) < SHORTEST:
            raise SecretError(
                Text(
                    f"Корневой секрет SMART_SECRET не задан или короче {SHORTEST} знаков",
                    f"The root secret SMART_SECRET is not set or shorter than {SHORTEST} characters",
                ),
                Text(
                    "Создайте его один раз, например: openssl rand -base64 36, и храните как пароль",
                    "Make one once, for example: openssl rand -base64 36, and keep it like a password",
                ),
            )
        self._secret = secret.encode()

    def __repr__(self) -> str:
        return "Root(***)"

    def password(self, purpose: str, owner: str, generation: int) -> str:
        """32 characters of base64url: what a data source shows a store. Has no `%{`, a template in vmauth's file."""
        return base64.urlsafe_b64encode(self._derive("password", purpose, owner, generation))[:32].decode()

    def typed_password(self, owner: str, generation: int) -> str:
        """`xxxxx-xxxxx-xxxxx-xxxxx`: a login's first password; meets Grafana's strong policy (12, A, a, 9, sign)."""
        for attempt in range(1000):
            # 256 % 55 is not 0: the first 36 signs come up a little more often; 20 signs still hold over 110 bits.
            digest = self._derive("typed", f"{attempt}", owner, generation)
            signs = "".join(_TYPED[byte % len(_TYPED)] for byte in digest[:20])
            if any(map(str.isdigit, signs)) and any(map(str.isupper, signs)) and any(map(str.islower, signs)):
                return "-".join(signs[start : start + 5] for start in range(0, 20, 5))
        raise AssertionError("unreachable: nearly every digest has a digit, an upper and a lower case letter")

    def name(self, purpose: str, owner: str, generation: int) -> str:
        """`c_` and 16 hex digits: a store's user name that tells nothing of the customer."""
        return f"c_{self._derive('name', purpose, owner, generation).hex()[:16]}"

    def fingerprint(self, *parts: str) -> str:
        """16 hex digits that only this secret makes of `parts`: tells unequal secrets apart without showing them."""
        return self._derive("fingerprint", *parts).hex()[:16]

    def _derive(self, *parts: str | int) -> bytes:
        return hmac.new(self._secret, "\0".join(map(str, parts)).encode(), hashlib.sha256).digest()
