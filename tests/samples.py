"""Rows of lists for made-up cabinets, without the fields that do not matter there."""

from provision.model import Installation, OnlineAccess


def installation(client: str, manager: str, tz_correction: int = 0) -> Installation:
    """One installation; it is polled where `client` has a port."""
    transport = ("https" if client.endswith(":443") else "http") if ":" in client else "smartupload"
    return Installation(client, manager, f"{manager}@example.ru", transport, tz_correction, "x.csv", 1)


def access(firm: str, login: str, host: str, manager: str) -> OnlineAccess:
    """One online access, to the folder `docs`."""
    return OnlineAccess(
        firm, login, "Pw-Example-1", host, "docs", "https", manager, f"{manager}@example.ru", "y.csv", 1
    )
