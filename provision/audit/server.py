"""The ways to Grafana's own data: another org's people, folders, dashboards and data sources."""

from dataclasses import replace
from http import HTTPStatus

from provision.audit.answers import Heard, heard
from provision.audit.attempts import GRAFANA_ATTEMPTS, GrafanaAttempt
from provision.audit.parties import Party, marks_in_grafana
from provision.audit.viewer import Viewer
from provision.audit.ways import Memory, Trial, Way
from provision.text import Text

_GONE = Text("сервер больше не узнаёт временного пользователя", "the server no longer knows the throw-away user")


def way_to_grafana(own: Party, victim: Party, viewer: Viewer, memory: Memory) -> Way:
    """All that is Grafana's own. Goes last: what gets through may make the Viewer more than one."""
    words, marks = victim.words((viewer.login, viewer.number)), marks_in_grafana(victim, own)

    def send(attempt: GrafanaAttempt) -> Heard:
        headers = {"X-Grafana-Org-Id": attempt.org} if attempt.org else {}
        if attempt.body:
            headers["Content-Type"] = "application/json"
        body = attempt.body.encode() or None
        status, text = viewer.probe.ask(attempt.method, attempt.path, body=body, headers=headers, login=attempt.login)
        answer = heard(status, text)
        return replace(answer, untried=None) if attempt.hidden and status == HTTPStatus.NOT_FOUND else answer

    def trial(attempt: GrafanaAttempt) -> Trial:
        filled = attempt.against(words)
        return Trial(attempt.what, attempt.expected, lambda: memory.ask(title, filled, lambda: send(filled)), marks)

    title = Text("сама Grafana", "Grafana itself")
    return Way(title, lambda: None if viewer.is_in() else _GONE, [trial(attempt) for attempt in GRAFANA_ATTEMPTS])
