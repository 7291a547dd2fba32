"""`python -m provision.sandbox --port 0 --data DIR`: a sandbox of its own process; its first line is the address."""

import argparse
import sys
from pathlib import Path

from provision.errors import ProvisionError
from provision.sandbox.server import serve
from provision.sandbox.settings import Settings


def main() -> int:
    """The exit code: 0 after Ctrl-C or SIGTERM, 1 when it could not start."""
    defaults = Settings()
    parser = argparse.ArgumentParser(prog="python -m provision.sandbox", description="A Grafana to try things out on.")
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    parser.add_argument("--data", type=Path, required=True, help="folder of its state; made when missing")
    parser.add_argument(
        "--api", choices=["apis", "legacy"], default=defaults.api, help="legacy: no /apis, as before 12"
    )
    parser.add_argument("--version", default=defaults.version, help="the Grafana version it says it is")
    parser.add_argument("--rotation-seconds", type=float, default=defaults.rotation_seconds)
    parser.add_argument("--alerting-sync-seconds", type=float, default=defaults.alerting_sync_seconds)
    parser.add_argument("--no-alerting", action="store_true")
    parser.add_argument("--quota", action="append", default=[], metavar="KEY=N", help="e.g. org_dashboard=100")
    parser.add_argument("--no-auto-assign-org", action="store_true")
    parser.add_argument("--no-password-login", action="store_true", help="basic auth only, no POST /login")
    given = parser.parse_args()
    try:
        quota = {key: int(limit) for key, _, limit in (text.partition("=") for text in given.quota)}
    except ValueError:
        parser.error("--quota requires KEY=N")
    settings = Settings(
        version=given.version,
        api=given.api,
        rotation_seconds=given.rotation_seconds,
        auto_assign_org=not given.no_auto_assign_org,
        password_login=not given.no_password_login,
        alerting=not given.no_alerting,
        alerting_sync_seconds=given.alerting_sync_seconds,
        quota=quota,
    )
    try:
        serve(port=given.port, data=given.data, announce=lambda url: print(url, flush=True), settings=settings)  # noqa: T201 — its output
    except ProvisionError as error:
        print(error.text, error.hint or "", sep="\n", file=sys.stderr)  # noqa: T201 — its output
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
