"""Contact points: the mailboxes of a cabinet, its Telegram chat, the operator's log.

A secret cannot be read back (`[REDACTED]`, 12.4). So every write leaves a keyed fingerprint of it among the settings,
which Grafana keeps and ignores; it shows whether the secret is the one of today.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from provision.kinds.alerting import files, routing
from provision.kinds.alerting.base import AlertingKind
from provision.kinds.alerting.routing import ContactPoint
from provision.kinds.alerting.settings import POINTS, REDACTED, notifications
from provision.kinds.context import CabinetContext, Refused
from provision.model import Cabinet, Resource
from provision.ownership import PREFIX
from provision.text import Text

_FINGERPRINT = "smartFingerprint"


class ContactPointKind(AlertingKind):
    name = "contact point"
    title = Text("получатель", "contact point")

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        """Raises Refused for a Telegram chat without the bot's token."""
        for point in routing.contact_points(cabinet, self.run.alerting.log_url):
            if point.name == routing.TELEGRAM and not self.run.alerting.telegram_token:
                raise Refused(
                    Text(
                        f"У кабинета {cabinet.id} есть чат Telegram, но нет токена бота",
                        f"Cabinet {cabinet.id} has a Telegram chat, but the bot's token is missing",
                    ),
                    Text(
                        "Задайте SMART_TELEGRAM_TOKEN в окружении или уберите telegram",
                        "Set SMART_TELEGRAM_TOKEN in the environment, or remove telegram",
                    ),
                )
            spec = {**_spec(point.type, point.settings), "provenance": "api"}
            secret = {"secret": "known"} if point.secret_key else {}
            yield self.resource(cabinet, point.name, {**spec, **secret}, cabinet.origin)

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        """A receiver is all rows of one name: a row of our name that we did not make is foreign."""
        found = notifications(context)
        for row in found.points if found else ():
            name, uid = str(row["name"]), str(row["uid"])
            if not (name.startswith(PREFIX) and uid == ContactPoint(name, "", {}).uid):
                spec = {"name": name, "type": row["type"]}
                yield self.seen(context, f"{name} {uid}", spec, managed=False)
                continue
            settings = dict(row["settings"])
            seen = settings.pop(_FINGERPRINT, "")
            hidden = [key for key, value in settings.items() if value == REDACTED]
            secret: dict[str, str] = {}
            for key in hidden:
                del settings[key]
                is_known = seen == self._fingerprint(context.cabinet, name, self._secret(context.cabinet, name))
                secret = {"secret": "known" if is_known else "unknown"}
            is_silent = {"disableResolveMessage": True} if row.get("disableResolveMessage") else {}
            provenance = {"provenance": row.get("provenance", "")}
            spec = {**_spec(str(row["type"]), settings), **is_silent, **secret, **provenance}
            yield self.seen(context, name, spec, handle={"uid": uid})

    def create(self, context: CabinetContext, new: Resource) -> None:
        context.org.request("POST", POINTS, json=self._body(context.cabinet, new))

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
        path = f"{POINTS}/{quote(str(old.handle['uid']), safe='')}"
        context.org.request("PUT", path, json=self._body(context.cabinet, new))

    def delete(self, context: CabinetContext, old: Resource) -> None:
        self.remove(context, f"{POINTS}/{quote(str(old.handle['uid']), safe='')}")

    @staticmethod
    def files(cabinet: Cabinet) -> Iterable[tuple[str, str]]:
        yield "alerting/contact-points.json", files.contact_points(cabinet)

    def _body(self, cabinet: Cabinet, new: Resource) -> dict[str, Any]:
        name, settings = new.ref.key, dict(new.spec["settings"])
        points = {point.name: point for point in routing.contact_points(cabinet, self.run.alerting.log_url)}
        if key := points[name].secret_key:
            settings[key] = self._secret(cabinet, name)
            settings[_FINGERPRINT] = self._fingerprint(cabinet, name, settings[key])
        uid = ContactPoint(name, "", {}).uid
        return {"uid": uid, "name": name, "type": new.spec["type"], "settings": settings}

    def _secret(self, cabinet: Cabinet, name: str) -> str:
        """The bot's token, or what the operator's log asks of this cabinet."""
        if name == routing.TELEGRAM:
            return self.run.alerting.telegram_token
        return self.run.root.log_token(cabinet.id, cabinet.generation)

    def _fingerprint(self, cabinet: Cabinet, name: str, secret: str) -> str:
        return self.run.root.fingerprint("contact point", cabinet.id, name, secret)


def _spec(type_: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": type_, "settings": dict(settings)}
