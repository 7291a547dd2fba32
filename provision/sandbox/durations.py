"""Durations as Prometheus writes them: `1h30m`."""

import re

from provision.sandbox.refusals import bad_request

_UNITS = {"y": 31536000, "w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
_EXACT = ("y", "w")  # only written where nothing is left over


def canonical(sent: object) -> str:
    """`90m` as `1h30m`, nothing as `0s`; 400 for what is no duration."""
    if sent in (None, "", 0):
        return "0s"
    parts = re.findall(r"(\d+)([ywdhms])", str(sent))
    if "".join(map("".join, parts)) != str(sent):
        raise bad_request()
    left, said = sum(int(number) * _UNITS[unit] for number, unit in parts), ""
    for unit, seconds in _UNITS.items():
        if left >= seconds and not (unit in _EXACT and left % seconds):
            said += f"{left // seconds}{unit}"
            left %= seconds
    return said or "0s"
