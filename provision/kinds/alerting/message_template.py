"""Message templates: the texts of mails and Telegram messages, the same for all cabinets of one time zone."""

from collections.abc import Iterable
from urllib.parse import quote

from dashboards.alerts import templates
from provision.kinds.alerting import files
from provision.kinds.alerting.base import AlertingKind
from provision.kinds.alerting.settings import is_synchronised
from provision.kinds.context import CabinetContext
from provision.kinds.dashboard import scope_of
from provision.model import Cabinet, Resource, Spec
from provision.ownership import PREFIX
from provision.text import Text

PATH = "/api/v1/provisioning/templates"


class MessageTemplateKind(AlertingKind):
    name = "message template"
    title = Text("шаблон сообщения", "message template")

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        for name, text in templates(scope_of(cabinet)).items():
            spec = {"template": text, "provenance": "api"}
            yield self.resource(cabinet, name, spec, "dashboards/alerts/_messages.py")

    def read(self, context: CabinetContext) -> Iterable[Resource]:
        if not is_synchronised(context):
            return
        for row in context.org.get(PATH) or ():  # null where there are none
            name, handle = str(row["name"]), {"version": row["version"]}
            spec = {"template": row["template"], "provenance": row.get("provenance", "")}
            yield self.seen(context, name, spec, managed=name.startswith(PREFIX), handle=handle)

    def create(self, context: CabinetContext, new: Resource) -> None:
        self._put(context, new, {})

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
        self._put(context, new, {"version": old.handle["version"]})  # 409 unless it is the stored one

    def delete(self, context: CabinetContext, old: Resource) -> None:
        path = f"{PATH}/{quote(old.ref.key, safe='')}"
        context.org.request("DELETE", path, version=str(old.handle["version"]))

    def normalise(self, spec: Spec) -> Spec:
        return {**spec, "template": spec["template"].strip()}  # as the server stores it

    @staticmethod
    def files(cabinet: Cabinet) -> Iterable[tuple[str, str]]:
        yield "alerting/templates.json", files.templates(templates(scope_of(cabinet)))

    @staticmethod
    def _put(context: CabinetContext, new: Resource, lock: dict[str, str]) -> None:
        path = f"{PATH}/{quote(new.ref.key, safe='')}"
        context.org.request("PUT", path, json={"template": new.spec["template"], **lock})
