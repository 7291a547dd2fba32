"""The ways to Grafana's own data: another org's people, folders, dashboards and data sources, and without a login."""

from collections.abc import Iterable
from dataclasses import replace
from http import HTTPStatus

from provision.audit.answers import Heard, heard
from provision.audit.attempts import ANONYMOUS_ATTEMPTS, EDITOR_ATTEMPTS, GRAFANA_ATTEMPTS, GrafanaAttempt
from provision.audit.parties import Party, marks_in_grafana, names_in_grafana
from provision.audit.viewer import Viewer
from provision.audit.ways import Memory, Trial, Way
from provision.text import Text


def way_to_grafana(own: Party, victim: Party, viewer: Viewer, memory: Memory) -> Way:
    """All that is Grafana's own. It comes last: an attempt that gets through may give the Viewer more rights."""
    title = Text("сама Grafana", "Grafana itself")
    return Way(title, viewer.why_unknown, _trials(title, GRAFANA_ATTEMPTS, own, victim, viewer, memory), "Grafana")


def way_as_editor(own: Party, victim: Party, editor: Viewer, memory: Memory) -> Way:
    """Another org's data, and the secrets of the own org's contact points, tried as an Editor of the cabinet."""
    title = Text("сама Grafana, редактор", "Grafana itself, as an Editor")
    attempts = [one for one in GRAFANA_ATTEMPTS if one.login and "OTHER_ORG" in one.org + one.path]
    attempts += EDITOR_ATTEMPTS
    return Way(title, editor.why_unknown, _trials(title, attempts, own, victim, editor, memory), "Editor")


def way_without_login(own: Party, viewer: Viewer, header: str) -> Way:
    """The cabinet's own data without a login, and with the header by which a proxy in front names a user."""
    title = Text("без входа", "without a login")
    words = {"OWN_ORG": str(own.org.number), "PROXY_HEADER": header, "SELF": own.org.server.self_login}
    marks = tuple(sorted(names_in_grafana(own)))

    def trial(attempt: GrafanaAttempt) -> Trial:
        filled = attempt.against(words)
        return Trial(attempt.what, attempt.expected, lambda: _send(viewer, filled), marks)

    def closed() -> Text | None:
        answer = viewer.probe.ask("GET", "/api/health", login=False)
        return None if answer.status == HTTPStatus.OK else Text("сервер не отвечает", "the server does not answer")

    return Way(title, closed, [trial(attempt) for attempt in ANONYMOUS_ATTEMPTS], "no login")


def _trials(
    title: Text, attempts: Iterable[GrafanaAttempt], own: Party, victim: Party, viewer: Viewer, memory: Memory
) -> list[Trial]:
    words, marks = victim.words((viewer.login, viewer.number)), marks_in_grafana(victim, own)

    def trial(attempt: GrafanaAttempt) -> Trial:
        filled = attempt.against(words)
        return Trial(
            attempt.what, attempt.expected, lambda: memory.ask(title, filled, lambda: _send(viewer, filled)), marks
        )

    return [trial(attempt) for attempt in attempts]


def _send(viewer: Viewer, attempt: GrafanaAttempt) -> Heard:
    headers = dict([attempt.header] if attempt.header else [])
    if attempt.org:
        headers["X-Grafana-Org-Id"] = attempt.org
    if attempt.body:
        headers["Content-Type"] = "application/json"
    body = attempt.body.encode() or None
    status, text = viewer.probe.ask(attempt.method, attempt.path, body=body, headers=headers, login=attempt.login)
    answer = heard(status, text)
    return replace(answer, untried=None) if attempt.hidden and status == HTTPStatus.NOT_FOUND else answer
