"""Message templates: the texts of mails and Telegram messages, the same for all cabinets of one time zone."""

from collections.abc import Iterable
from urllib.parse import quote

from dashboards.alerts import templates
from provision.grafana import Json
from provision.kinds.alerting import files
from provision.kinds.alerting.base import VersionedKind
from provision.kinds.alerting.settings import TEMPLATES, notifications
from provision.kinds.context import CabinetContext
from provision.kinds.dashboard import scope_of
from provision.model import Cabinet, Resource, Spec
from provision.ownership import PREFIX
from provision.text import Text


class MessageTemplateKind(VersionedKind):
    name = "message template"
    title = Text("шаблон сообщения", "message template")
    path = TEMPLATES

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        for name, text in templates(scope_of(cabinet)).items():
            spec = {"template": text, "provenance": "api"}
            yield self.resource(cabinet, name, spec, "dashboards/alerts/_messages.py")

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        found = notifications(context)
        for row in found.templates if found else ():
            name = str(row["name"])
            yield self.seen(context, name, self.spec(row), managed=name.startswith(PREFIX))

    def spec(self, row: Json) -> Spec:
        return {"template": row["template"], "provenance": row.get("provenance", "")}

    def create(self, context: CabinetContext, new: Resource) -> None:
        self._put(context, new, {})

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
        self._put(context, new, {"version": self.version(context, old)})

    def delete(self, context: CabinetContext, old: Resource) -> None:
        path = f"{TEMPLATES}/{quote(old.ref.key, safe='')}"
        context.org.request("DELETE", path, version=self.version(context, old))

    def normalise(self, spec: Spec) -> Spec:
        return {**spec, "template": spec["template"].strip()}  # as the server stores it

    @staticmethod
    def files(cabinet: Cabinet) -> Iterable[tuple[str, str]]:
        yield "alerting/templates.json", files.templates(templates(scope_of(cabinet)))

    @staticmethod
    def _put(context: CabinetContext, new: Resource, lock: dict[str, str]) -> None:
        path = f"{TEMPLATES}/{quote(new.ref.key, safe='')}"
        context.org.request("PUT", path, json={"template": new.spec["template"], **lock})
