"""Signing in against a fake server on loopback, and each class of failure by a real one."""

import socket
from dataclasses import replace

import pytest

from provision.model import OnlineAccess
from provision.poll.failures import ErrorClass, PollError
from provision.poll.polling import look
from provision.poll.session import AccountSession, Limits
from tests.poll.product import HOME, QUOTAS, full_port, product

LIMITS = Limits(connect=1, read=1, whole=20)
PASSWORD = "Pw-Тайна-&%=1"


def access(host: str, folder: str = "docs", password: str = PASSWORD, protocol: str = "http") -> OnlineAccess:
    """A line of an online list."""
    return OnlineAccess("ООО Ромашка", "u1", password, host, folder, protocol, "ivanova", "i@example.ru", "x.csv", 1)


def failure(host: str, folder: str = "docs", password: str = PASSWORD, protocol: str = "http") -> PollError:
    """The failure of a poll; no secret is in its text nor in what led to it."""
    with pytest.raises(PollError) as caught:
        look(access(host, folder, password, protocol), LIMITS)
    assert password not in repr(caught.value) + str(caught.value.__context__) + str(caught.value.__cause__)
    return caught.value


@pytest.mark.parametrize("folder", ["docs", "basic"])
def test_the_right_password_opens_the_account(folder: str) -> None:
    """By a form on a page, and by basic authentication; the password has characters that must be quoted."""
    with product(u1=PASSWORD) as (host, kind), AccountSession(access(host, folder), LIMITS) as session:
        session.sign_in()
        assert session.home == HOME
        if folder == "docs":
            assert session.page("quotas") == QUOTAS
    assert not any("Pw-" in request for request in kind.seen)


@pytest.mark.parametrize("folder", ["docs", "basic", "forbidden"])
def test_a_wrong_password_is_a_class_of_its_own_and_tried_once(folder: str) -> None:
    """The form again, 401 or 403: LoginPasswordError, after one sign-in."""
    with product(u1="another") as (host, kind):
        assert failure(host, folder).error_class is ErrorClass.LOGIN
        assert len([one for one in kind.seen if one.startswith("POST") or folder == "basic"]) <= 2


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("broken", ErrorClass.STATUS),
        ("nothing", ErrorClass.STATUS),
        ("slow", ErrorClass.READ_TIMEOUT),
        ("garbage", ErrorClass.HTTP),
        ("half", ErrorClass.HTTP),
        ("closed", ErrorClass.CONNECTION),
        ("circle", ErrorClass.REQUEST),
        ("away", ErrorClass.REQUEST),
        ("large", ErrorClass.REQUEST),
    ],
)
def test_every_answer_has_its_class(folder: str, expected: ErrorClass) -> None:
    """503 and 404, no answer in time, no HTTP, half an answer, none, a circle, another server, a page without end."""
    with product(u1=PASSWORD) as (host, kind):
        assert failure(host, folder).error_class is expected
    assert set(kind.hosts) == {host}


def test_no_connection_has_its_class() -> None:
    """Refused, never made, not TLS, and a name that does not resolve."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = f"127.0.0.1:{probe.getsockname()[1]}"
    assert failure(closed).error_class is ErrorClass.CONNECTION
    with full_port() as host:
        assert failure(host).error_class is ErrorClass.CONNECT_TIMEOUT
    with product() as (host, _):
        assert failure(host, protocol="https").error_class is ErrorClass.CONNECTION
    assert failure("nowhere.invalid").error_class is ErrorClass.CONNECTION


def test_a_proxy_that_is_down_is_named() -> None:
    """It is not the access that fails; what the proxy's address holds is not shown."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        limits = replace(LIMITS, proxy=f"http://user:Pw-Proxy-1@127.0.0.1:{probe.getsockname()[1]}")
    with pytest.raises(PollError) as caught:
        look(access("online1.example.ru"), limits)
    found = caught.value
    assert found.error_class is ErrorClass.CONNECTION
    assert "the proxy" in found.detail
    assert "Pw-Proxy-1" not in f"{found} {limits}"
