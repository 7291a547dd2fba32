"""Internet addresses in lists: what a host name, a port and a private address are."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from provision.identity import is_cyrillic

# The one check that every line of a large list needs; measured faster than the str methods that would do the same.
_NAME = re.compile(r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\.)+[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])")
_INNER_ZONES = (".localhost", ".local", ".lan", ".internal", ".localdomain", ".home.arpa")
_PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10")
_NOWHERE = ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/127", "ff00::/8")
_UNREACHABLE = tuple(map(ipaddress.ip_network, _PRIVATE + _NOWHERE))
_LONGEST, _LONGEST_LABEL = 253, 63
DEFAULT_PORTS = {"http": "80", "https": "443"}


def is_name(host: str) -> bool:
    """Whether this is a full host name of at least two labels."""
    if len(host) > _LONGEST or _NAME.fullmatch(host) is None:
        return False
    return len(host) <= _LONGEST_LABEL or max(map(len, host.split("."))) <= _LONGEST_LABEL


def address_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address, None where it is none; IPv6 is in brackets, as in a URL."""
    if host[:1] == "[" and host[-1:] == "]":
        host = host[1:-1]
    elif not host[-1:].isdigit():  # IPv4 ends with a digit, a host name never does
        return None
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_inner_name(host: str) -> bool:
    """Whether only a local net knows such a name."""
    name = host.lower()
    return name == "localhost" or name.endswith(_INNER_ZONES)


def is_inner(host: str) -> bool:
    """Whether no one outside can reach it: loopback, private, link-local, or a name that only a local net knows."""
    if is_inner_name(host):
        return True
    address = address_of(host)
    if address is None:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in _UNREACHABLE if network.version == address.version)


def is_port(port: str) -> bool:
    """Whether this is a number from 1 to 65535, written plainly."""
    return port.isascii() and port.isdigit() and len(port) < 6 and port[0] != "0" and int(port) < 65536


def as_ascii(host: str) -> str | None:
    """The xn-- form of a Cyrillic domain such as портал.рф, None where it has none or where one label mixes scripts."""
    if len(host) > _LONGEST:
        return None
    for label in host.split("."):
        if any(map(is_cyrillic, label)) and any(one.isascii() and one.isalpha() for one in label):
            return None
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return name if is_name(name) and not host.isascii() else None


@dataclass(frozen=True, slots=True)
class Parts:
    """A URL that somebody pasted, taken apart; "" for what it does not have."""

    scheme: str
    host: str
    port: str
    folder: str


def parts_of(value: str) -> Parts | None:
    """The parts of something like a URL with a proper host in it, None for anything else."""
    try:
        url = urlsplit(value if "://" in value else "//" + value)
        host, port = url.hostname or "", str(url.port or "")
    except ValueError:
        return None
    if ":" in host:
        host = f"[{host}]"
    if url.username is not None or not (is_name(host) or address_of(host)):
        return None
    written = url.netloc.rpartition(":")[0] if port and ":" in url.netloc else url.netloc
    return Parts(url.scheme, written.rstrip(":"), port, url.path.strip("/"))
