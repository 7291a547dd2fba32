"""The root secret: which ones are refused, and what is derived from it."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provision.credential import RootSecret
from provision.errors import SecretError

STRONG = "hlPZaGwsjI-I4UOqYeed-JjBYsteazDZ"
ROOT = RootSecret(STRONG)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "short",
        STRONG[:31],
        "a" * 32,
        "ab" * 20,
        "0123456789" * 4,
        "passwordpasswordpassword12345678",
        "SMART_SECRET_SMART_SECRET_SMART_SECRET",
        "qwertyuiopasdfghjklzxcvbnm123456",
        "abcdefghijklmnopqrstuvwxyz0123456",
        "changeme-changeme-changeme-changeme",
        "секрет" * 6,
        STRONG[:11] * 3,
    ],
)
def test_a_secret_that_can_be_guessed_is_refused(secret: str) -> None:
    """Length alone does not help: repeats, words and rows of keys are refused, and the message does not quote them."""
    with pytest.raises(SecretError) as caught:
        RootSecret(secret)

    assert caught.value.hint is not None
    assert "openssl rand" in caught.value.hint.en
    assert len(secret) < 32 or secret not in str(caught.value)


@pytest.mark.parametrize("command", [["openssl", "rand", "-base64", "36"], ["openssl", "rand", "-hex", "16"]])
def test_what_the_hint_proposes_is_accepted(command: list[str]) -> None:
    """Ten of each, as the program itself says to make them."""
    for _ in range(10):
        RootSecret(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())


def test_derivations_are_the_same_in_another_process() -> None:
    """Nothing random goes in: a run on another machine derives the same name and password."""
    code = f"from provision.credential import *; print(RootSecret({STRONG!r}).credential('events', 'volga', 1).name)"
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()

    assert there == RootSecret(STRONG).credential("events", "volga", 1).name


@settings(deadline=None)
@given(st.tuples(st.sampled_from(["metrics", "events"]), st.text(), st.integers(1, 999)))
def test_store_cabinet_and_generation_each_change_the_credential(values: tuple[str, str, int]) -> None:
    """Two credentials are equal only when all three values are."""
    root, (store, cabinet, generation) = ROOT, values
    assert store in ("metrics", "events")
    seen = root.credential("metrics", cabinet, generation)
    others = [
        root.credential("events", cabinet, generation),
        root.credential("metrics", f"{cabinet}x", generation),
        root.credential("metrics", cabinet, generation + 1),
    ]

    assert seen == root.credential("metrics", cabinet, generation)
    assert not {seen.name, seen.password} & {word for other in others for word in (other.name, other.password)}


def test_no_secret_is_shown() -> None:
    """Neither the root secret nor a password is part of a repr."""
    root = RootSecret(STRONG)
    ours = root.credential("metrics", "volga", 1)

    assert ours.password not in f"{root!r}{ours!r}"
    assert STRONG not in f"{root!r}{ours!r}"


def test_the_secret_is_stretched() -> None:
    """What a Viewer sees cannot be tried out with HMAC of the secret itself."""
    import hashlib
    import hmac

    plain = hmac.new(STRONG.encode(), b"fingerprint\0root", hashlib.sha256).hexdigest()[:16]
    assert RootSecret(STRONG).fingerprint("root") != plain
