"""A running vmauth: makes it read its user file, and verifies that it did and that the store applies the filter."""

import json
import time
import urllib.parse
from collections.abc import Callable
from typing import Any

from provision.errors import StoreError
from provision.stores.vmauth_users import NOBODY, UserFile
from provision.stores.wire import Answer, ask, basic
from provision.text import Text

# Prometheus does not know MetricsQL and ignores extra_label without an error (2.42): every cabinet would see all.
_METRICSQL = 'label_set(vector(1), "smart", "yes")'


class VmauthClient:
    """vmauth at `url`. It re-reads its file on /-/reload with `key`.

    `patience`: seconds until a new file must be in force (500 users take vmauth 0.1).
    """

    def __init__(self, url: str, *, key: str = "", patience: float = 15) -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._patience = patience

    def reload(self, file: UserFile) -> None:
        """Has the file re-read and waits until it is in force. Raises StoreError when vmauth keeps the old one."""
        seal = file.seal()
        # Also when the seal is accepted already: a file that was changed by hand and put back has the same one.
        self._ask_to_reload()
        if not _until(lambda: self._let_in(NOBODY, seal), self._patience):
            if self._knows(NOBODY, seal):
                raise _wrong_login()
            raise StoreError(
                Text("vmauth не принял новый файл пользователей", "vmauth did not take the new user file"),
                Text(
                    "Причина в журнале vmauth; до исправления действует прежний файл.",
                    "The reason is in vmauth's log; the old file stays in force until then.",
                ),
            )

    def in_force(self, file: UserFile) -> bool:
        """Whether vmauth has read the user file in its present content."""
        return self._let_in(NOBODY, file.seal())

    def verify_isolation(self, file: UserFile) -> None:
        """Raises StoreError unless the store behind vmauth applies the filter: NOBODY must see nothing."""
        seal = file.seal()
        dialect = self._query(NOBODY, seal, _METRICSQL)
        everything = self._query(NOBODY, seal, 'count(last_over_time({__name__!=""}[1d]))')
        if 401 in (dialect.status, everything.status):
            raise _wrong_login()
        if dialect.status != 200 or everything.status != 200 or _rows(everything):
            raise StoreError(
                Text(
                    "хранилище метрик не выполняет extra_label: кабинеты увидели бы чужое",
                    "the metrics store does not apply extra_label: cabinets would see each other",
                ),
                Text(
                    "За vmauth должна стоять VictoriaMetrics; Prometheus этот параметр молча не замечает.",
                    "The store behind vmauth must be VictoriaMetrics; Prometheus ignores that parameter silently.",
                ),
            )

    def _ask_to_reload(self) -> None:
        key = urllib.parse.quote(self._key)
        answer = ask(f"{self._url}/-/reload?authKey={key}")
        if answer.status != 200:
            raise _unreachable(Text(f"/-/reload: {answer.why.ru}", f"/-/reload: {answer.why.en}"))

    def _let_in(self, user: str, password: str) -> bool:
        return self._query(user, password, "1").status == 200

    def _knows(self, user: str, password: str) -> bool:
        """Whether vmauth has that user, whatever the store behind it answers.

        No path of the user matches this one. An unknown user gets 400, too (1.79.5), with another text.
        """
        return "missing route" in ask(f"{self._url}/no/such/path", headers=basic(user, password)).text

    def _query(self, user: str, password: str, query: str) -> Answer:
        body = urllib.parse.urlencode({"query": query}).encode()
        headers = {**basic(user, password), "Content-Type": "application/x-www-form-urlencoded"}
        return ask(f"{self._url}/api/v1/query", method="POST", body=body, headers=headers)


def _rows(answer: Answer) -> list[dict[str, Any]]:
    # The text itself is never shown: vmauth quotes the credentials it refuses (1.79.5).
    try:
        rows: list[dict[str, Any]] = json.loads(answer.text)["data"]["result"]
    except (ValueError, KeyError, TypeError):
        raise _unreachable(answer.why if not answer.status else Text("это не JSON", "it is no JSON")) from None
    return rows


def _wrong_login() -> StoreError:
    return StoreError(
        Text(
            "VictoriaMetrics не принимает логин, который ей передаёт vmauth",
            "VictoriaMetrics refuses the login that vmauth adds",
        ),
        Text(
            "SMART_VM_USER и SMART_VM_PASSWORD должны быть теми, с которыми она запущена (-httpAuth.*).",
            "SMART_VM_USER and SMART_VM_PASSWORD must be those that it was started with (-httpAuth.*).",
        ),
    )


def _unreachable(why: Text) -> StoreError:
    return StoreError(
        Text(f"vmauth не отвечает как следует: {why.ru}", f"vmauth does not answer properly: {why.en}"),
        Text("Проверьте его адрес и ключ -reloadAuthKey.", "Check its address and the key of -reloadAuthKey."),
    )


def _until(holds: Callable[[], bool], patience: float) -> bool:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)  # between two questions; the answer decides, not the time
    return False
