"""The columns of both lists: their names in order, and the number of a field in a row. The only place for these."""

from collections.abc import Mapping

from provision.model import Installation, ListKind, Row
from provision.text import Lang

COLUMNS: Mapping[ListKind, tuple[str, ...]] = {
    "managers": (
        "address",
        "manager",
        "email",
        "transport",
        "step_download",
        "step_upload",
        "step_process",
        "ping",
        "tz_correction",
        "const_3600",
        "const_604800",
    ),
    "online": ("firm", "login", "password", "host", "folder", "protocol", "manager", "email"),
}

# How a technician calls them, beside the technical name in messages.
RUSSIAN: Mapping[str, str] = {
    "address": "адрес",
    "client": "клиент",
    "manager": "менеджер",
    "email": "почта",
    "transport": "протокол",
    "step_download": "слово download",
    "step_upload": "слово upload",
    "step_process": "слово process",
    "ping": "слово ping или donotping",
    "tz_correction": "поправка часов",
    "const_3600": "число 3600",
    "const_604800": "число 604800",
    "firm": "организация",
    "login": "логин",
    "password": "пароль",
    "host": "сервер",
    "folder": "папка",
    "protocol": "протокол",
}


def with_russian(name: str, lang: Lang) -> str:
    """`tz_correction (поправка часов)`; in English, and for what is no column, the name alone."""
    russian = RUSSIAN.get(name) if lang == "ru" else None
    return f"{name} ({russian})" if russian else name


def number_in(kind: ListKind, name: str) -> int:
    """The number of the column of that name, from 1; the first column of block 2 is called `client`."""
    return COLUMNS[kind].index("address" if name == "client" else name) + 1


def number_of(row: Row, name: str) -> int:
    """The same for a row."""
    return number_in("managers" if isinstance(row, Installation) else "online", name)
