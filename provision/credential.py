"""Names and passwords derived from one root secret: nothing secret is stored, rotation is a new generation.

The root secret goes through scrypt once per run. Everything else is HMAC-SHA-256 with the result as key, so a name or
fingerprint that a Viewer sees in Grafana allows about ten guesses of the root secret a second and core, instead of
200,000 (measured with n=2**14, r=8, p=1: 70 ms and 16 MiB a guess).
"""

import base64
import hashlib
import hmac
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from provision.errors import SecretError
from provision.text import Text

Store = Literal["metrics", "events"]

SHORTEST = 32  # characters
FEWEST_GUESSES = 25  # as a power of ten, estimated by zxcvbn: 32 random hex digits give 28 or more, repeats below 20
_ESTIMATED = 72  # characters that zxcvbn looks at; its time grows with the square of the length
_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "maxmem": 2**25, "dklen": 32}
_SALT = b"smart-provision root secret 1"  # fixed: a random salt would have to be stored and could be lost
_MAKE_ONE = Text(
    "Создайте его один раз, например: openssl rand -base64 36, и храните как пароль",
    "Make one once, for example: openssl rand -base64 36, and keep it like a password",
)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a cabinet's data source shows a store.

    `name` is `c_` and 16 hex digits: it contains nothing of the customer. `password` is 32 characters of base64url; it
    contains no `%{`, which is a template in vmauth's file.
    """

    name: str
    password: str = field(repr=False)


class RootSecret:
    """The root secret, and the only place that derives names, passwords and fingerprints from it."""

    def __init__(self, secret: str) -> None:
        """Raises SecretError when `secret` is empty, shorter than 32 characters or easy to guess."""
        with ThreadPoolExecutor(1) as beside:  # scrypt leaves the interpreter to others
            key = beside.submit(_stretched, secret)
            _require_strong(secret)
            self._key = key.result()

    def __repr__(self) -> str:
        return "RootSecret(***)"

    def credential(self, store: Store, cabinet: str, generation: int) -> Credential:
        """The cabinet's user name and password at that store. They depend on these three values and nothing else."""
        name = f"c_{self._derive('name', store, cabinet, generation).hex()[:16]}"
        return Credential(name, self._password(store, cabinet, generation))

    def database_name(self, cabinet: str) -> str:
        """`d_` and 16 hex digits: the name of the cabinet's database, the same in every generation."""
        return f"d_{self._derive('database', cabinet).hex()[:16]}"

    def tenant(self, cabinet: str) -> str:
        """`accountID:projectID`, 32 bits each: the cabinet's tenant in a clustered store, whatever the generation."""
        digest = self._derive("tenant", cabinet)
        return f"{int.from_bytes(digest[:4])}:{int.from_bytes(digest[4:8])}"

    def file_password(self, content: str) -> str:
        """A password that only a file with that content has (see vmauth_users)."""
        return self._password("file", self.fingerprint("file", content), 0)

    def log_token(self, cabinet: str, generation: int) -> str:
        """What the cabinet's contact point shows the operator's log: 32 characters of base64url."""
        return self._password("log", cabinet, generation)

    def upload_token(self, distributor: str, number: int) -> str:
        """What the scripts of its clients send: 32 characters of base64url, as they are in an address and a .bat."""
        return self._password("upload", distributor, number)

    def fingerprint(self, *parts: str) -> str:
        """16 hex digits that only this secret makes of `parts`: compares secrets without showing them."""
        return self._derive("fingerprint", *parts).hex()[:16]

    def _password(self, *parts: str | int) -> str:
        return base64.urlsafe_b64encode(self._derive("password", *parts))[:32].decode()

    def _derive(self, *parts: str | int) -> bytes:
        return hmac.new(self._key, "\0".join(map(str, parts)).encode(), hashlib.sha256).digest()


@lru_cache(maxsize=4)
def _stretched(secret: str) -> bytes:
    return hashlib.scrypt(secret.encode(), salt=_SALT, **_SCRYPT)


@lru_cache(maxsize=4)
def _require_strong(secret: str) -> None:
    if len(secret) < SHORTEST:
        raise SecretError(
            Text(
                f"Корневой секрет SMART_SECRET не задан или короче {SHORTEST} знаков",
                f"The root secret SMART_SECRET is not set or shorter than {SHORTEST} characters",
            ),
            _MAKE_ONE,
        )
    from zxcvbn import zxcvbn  # 70 ms, only for commands that need the secret

    if zxcvbn(secret[:_ESTIMATED])["guesses_log10"] < FEWEST_GUESSES:
        raise SecretError(
            Text(
                "Корневой секрет SMART_SECRET легко подобрать: в нём повторы, обычные слова или ряды клавиш",
                "The root secret SMART_SECRET is easy to guess: it has repeats, common words or rows of keys",
            ),
            _MAKE_ONE,
        )
