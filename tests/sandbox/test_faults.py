"""Faults on demand."""

from typing import Any

import pytest
import requests

from tests.contract.caller import Caller

FOLDER = {"uid": "f", "title": "F"}


def set_faults(admin: Caller, *faults: dict[str, Any], seed: int = 0) -> None:
    """These faults from now on."""
    admin.do("PUT", "/sandbox/faults", {"seed": seed, "faults": list(faults)})


def test_an_error_before_does_nothing(admin: Caller) -> None:
    """500, and the folder is not there; the next request goes through."""
    set_faults(admin, {"kind": "error_before", "method": "POST", "path": "/api/folders$", "times": 1})
    assert admin.ask("POST", "/api/folders", FOLDER).status_code == 500
    assert admin.get("/api/folders") == []
    assert admin.ask("POST", "/api/folders", FOLDER).status_code == 200
    assert admin.get("/sandbox/faults")[0]["struck"] == 1


def test_an_error_after_has_done_it(admin: Caller) -> None:
    """500, and the folder is there: the repeat finds it."""
    set_faults(admin, {"kind": "error_after", "method": "POST", "times": 1})
    assert admin.ask("POST", "/api/folders", FOLDER).status_code == 500
    assert admin.ask("POST", "/api/folders", FOLDER).status_code == 412


def test_a_busy_server_says_when_to_come_again(admin: Caller) -> None:
    """429 with Retry-After."""
    set_faults(admin, {"kind": "busy", "seconds": 2})
    answer = admin.ask("GET", "/api/folders")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")


@pytest.mark.parametrize(("kind", "expected"), [("drop_before", []), ("drop_after", ["f"])])
def test_a_dropped_connection_gives_no_answer(admin: Caller, kind: str, expected: list[str]) -> None:
    """Before or after the work was done."""
    set_faults(admin, {"kind": kind, "method": "POST", "times": 1})
    with pytest.raises(requests.ConnectionError):
        admin.ask("POST", "/api/folders", FOLDER)
    assert [folder["uid"] for folder in admin.get("/api/folders")] == expected


def test_a_delay_delays(admin: Caller) -> None:
    """The answer is the true one."""
    set_faults(admin, {"kind": "delay", "seconds": 0.05})
    answer = admin.ask("GET", "/api/folders")
    assert (answer.status_code, answer.elapsed.total_seconds() >= 0.05) == (200, True)


def test_a_rate_is_repeatable(admin: Caller) -> None:
    """The same seed strikes the same requests, another one others."""

    def statuses(seed: int) -> list[int]:
        set_faults(admin, {"kind": "error_before", "rate": 0.5, "path": "^/api/"}, seed=seed)
        return [admin.ask("GET", "/api/folders").status_code for _ in range(20)]

    first = statuses(1)
    assert statuses(1) == first
    assert statuses(2) != first
    assert set(first) == {200, 500}


def test_faults_can_be_forgotten(admin: Caller) -> None:
    """And they never strike the sandbox's own paths."""
    set_faults(admin, {"kind": "error_before"})
    assert admin.ask("GET", "/api/folders").status_code == 500
    assert admin.ask("DELETE", "/sandbox/faults").status_code == 204
    assert admin.ask("GET", "/api/folders").status_code == 200


@pytest.mark.parametrize(
    "row", [{"kind": "nonsense"}, {}, {"kind": "busy", "path": "("}, {"kind": "busy", "colour": 1}]
)
def test_a_fault_that_cannot_be_is_400(admin: Caller, row: dict[str, Any]) -> None:
    """And what was set before stays."""
    set_faults(admin, {"kind": "busy", "method": "PATCH"})
    assert admin.ask("PUT", "/sandbox/faults", {"faults": [row]}).status_code == 400
    assert [fault["kind"] for fault in admin.get("/sandbox/faults")] == ["busy"]
