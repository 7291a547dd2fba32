"""What the audit makes of Grafana's answer to the test of a contact point; the errors are those of Grafana 12.4.0."""

import json

import pytest

from provision.audit.contact_points import verdict


def answer(status: str, error: str = "") -> str:
    """An answer as the server gives it with status 207."""
    one = {"name": "smart-audit", "uid": "", "status": status, **({"error": error} if error else {})}
    return json.dumps({"receivers": [{"name": "smart-audit", "grafana_managed_receiver_configs": [one]}]})


@pytest.mark.parametrize(
    "error",
    [
        "webhook response status 401 Unauthorized",
        "webhook failed validation: unexpected status code 401",
        'Post "<redacted>": EOF',
        'Post "<redacted>": net/http: HTTP/1.x transport connection broken: malformed HTTP response "E"',
    ],
)
def test_a_store_that_refuses_is_closed(error: str) -> None:
    """It answered, and not with what was asked for."""
    heard = verdict(answer("failed", error))
    assert (heard.succeeded, heard.untried) == (False, None)


@pytest.mark.parametrize(
    "error",
    [
        'Post "<redacted>": dial tcp 127.0.0.1:1: connect: connection refused',
        'Post "<redacted>": dial tcp: lookup vmauth: no such host',
        'Post "<redacted>": context deadline exceeded',
        "webhook failed validation: unexpected status code 200",
        "failed to validate the settings",
    ],
)
def test_a_failure_that_shows_no_refusal_is_untried(error: str) -> None:
    """Nobody was there to refuse, or the store accepted the request and Grafana disliked the answer."""
    heard = verdict(answer("failed", error))
    assert not heard.succeeded
    assert heard.untried is not None
    assert error in heard.untried.en


def test_a_store_that_accepts_is_a_leak() -> None:
    assert verdict(answer("ok")).succeeded


def test_an_answer_without_a_status_is_untried() -> None:
    for text in ("", "{}", '{"receivers": []}', '{"receivers": [{}]}'):
        assert verdict(text).untried is not None
