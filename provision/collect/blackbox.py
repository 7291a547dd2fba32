"""blackbox.yml: one module a check, for Debian's prometheus-blackbox-exporter (tried on 0.23.0)."""

from typing import Any

import yaml

from provision.collect.checks import CHECKS, LOGIN, TIMEOUT, Check
from provision.collect.folder import HEADER


def blackbox(password_file: str) -> str:
    """The exporter's configuration. `password_file` holds the password of smartlogin, as the exporter reaches it.

    The exporter reads that file at each probe; a missing one fails the checks that sign in, and no others.
    """
    modules = {check.name: _module(check, password_file) for check in CHECKS}
    return HEADER + yaml.safe_dump({"modules": modules}, sort_keys=False, allow_unicode=True, width=1000)


def _module(check: Check, password_file: str) -> dict[str, Any]:
    options: dict[str, Any] = {"preferred_ip_protocol": "ip4"}  # else a name with both gets IPv6 alone
    if check.prober == "http":
        options |= {
            "valid_status_codes": list(check.codes),
            "tls_config": {"insecure_skip_verify": True},  # installations use certificates of their own
        }
        if check.forbidden:
            options["fail_if_body_matches_regexp"] = [check.forbidden]
        if check.signs_in:
            options["basic_auth"] = {"username": LOGIN, "password_file": password_file}
    return {"prober": check.prober, "timeout": f"{TIMEOUT}s", check.prober: options}
