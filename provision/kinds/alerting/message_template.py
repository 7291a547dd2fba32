"""Message templates: the texts of mails and Telegram messages, the same for all cabinets of one time zone."""

from collections.abc import Iterable, Mapping, Sequence

from dashboards.alerts import templates
from provision.grafana import Json
from provision.kinds.alerting import files
from provision.kinds.alerting.base import VersionedKind
from provision.kinds.alerting.settings import TEMPLATES
from provision.kinds.context import CabinetContext, Notifications
from provision.kinds.dashboard import scope_of
from provision.model import Cabinet, Resource, Spec
from provision.text import Text


class MessageTemplateKind(VersionedKind):
    name = "message template"
    title = Text("шаблон сообщения", "message template")
    path = TEMPLATES

    def desired(self, cabinet: Cabinet) -> Iterable[Resource]:
        for name, text in templates(scope_of(cabinet)).items():
            spec = {"template": text, "provenance": "api"}
            yield self.resource(cabinet, name, spec, "dashboards/alerts/_messages.py")

    def rows(self, found: Notifications) -> Sequence[Mapping[str, Json]]:
        return found.templates

    def spec(self, row: Json) -> Spec:
        return {"template": row["template"], "provenance": row.get("provenance", "")}

    def create(self, context: CabinetContext, new: Resource) -> None:
        self._put(context, new, {})

    def update(self, context: CabinetContext, old: Resource, new: Resource) -> None:
        self._put(context, new, {"version": self.version(context, old)})

    def normalise(self, spec: Spec) -> Spec:
        return {**spec, "template": spec["template"].strip()}  # as the server stores it

    @staticmethod
    def files(cabinet: Cabinet) -> Iterable[tuple[str, str]]:
        yield "alerting/templates.json", files.templates(templates(scope_of(cabinet)))

    def _put(self, context: CabinetContext, new: Resource, lock: dict[str, str]) -> None:
        context.org.request("PUT", self.address(new), json={"template": new.spec["template"], **lock})
