"""Message templates: subject and text of a mail, text of a Telegram message.

The subject is `[FIRING:2] KodeksTcpStatus K2 critical` or `[RESOLVED:2] …`: state, number of cases in that state, name,
priority, severity. Rules that sort mail rely on it, so it never changes. Messages are grouped by the name of the alert.
Functions: Go's own (text/template), those of Alertmanager, and `date` and `tz` of Grafana 12.
"""

from collections.abc import Mapping

from dashboards._scope import Scope

MAIL_CASES = 100  # of each state; the cabinet has the rest
CHAT_CASES = 20  # of each state
# Telegram takes 4,096 characters, Grafana 12.4 cuts what is longer. So each part has a limit, in characters.
_PARTS = {"NAME": 40, "WHAT": 60, "TITLE": 200, "LINK": 300}


def templates(scope: Scope) -> Mapping[str, str]:
    """Template name -> text. A contact point uses `{{ template "NAME" . }}`."""
    mail = "\n".join((_MAIL, _PLACE))
    return {
        "smart-chat": _filled(_CHAT, scope, CHAT_CASES),
        "smart-mail": _filled(mail, scope, MAIL_CASES),
        "smart-subject": _SUBJECT,
    }


def _filled(text: str, scope: Scope, cases: int) -> str:
    """The text with `@WORDS` replaced: moments in the time zone of the scope, limits."""
    moments = {
        f"@{name}": f'{{{{ .{field} | tz "{scope.timezone}" | date "02.01.2006 15:04" }}}}'
        for name, field in (("BEGAN", "StartsAt"), ("ENDED", "EndsAt"))
    }
    cuts = {f"@{name}": f'printf "%.{length}s"' for name, length in _PARTS.items()}
    for word, replacement in {**moments, **cuts, "@CASES": str(cases)}.items():
        text = text.replace(word, replacement)
    return text


_SUBJECT = """
{{ define "smart-subject" -}}
[{{ if .Alerts.Firing }}FIRING:{{ len .Alerts.Firing }}{{ else }}RESOLVED:{{ len .Alerts.Resolved }}{{ end }}]
{{- " " }}{{ .GroupLabels.alertname }} {{ .CommonLabels.priority }} {{ .CommonLabels.severity }}
{{- end }}
""".strip()

_MAIL = """
{{ define "smart-mail" -}}
{{ with .CommonAnnotations.description }}{{ . }}.
{{ end }}
{{- if .Alerts.Firing }}
ПРОДОЛЖАЕТСЯ: {{ len .Alerts.Firing }}
{{ range $number, $case := .Alerts.Firing }}{{ if lt $number @CASES }}
• {{ .Annotations.summary }}
  С @BEGAN{{ template "smart-mail-place" . }}
{{- end }}{{ end }}
{{- if gt (len .Alerts.Firing) @CASES }}
и ещё {{ len (slice .Alerts.Firing @CASES) }}
{{- end }}
{{ end }}
{{- if .Alerts.Resolved }}
ЗАКОНЧИЛОСЬ: {{ len .Alerts.Resolved }}
{{ range $number, $case := .Alerts.Resolved }}{{ if lt $number @CASES }}
• {{ .Annotations.summary }}
  С @BEGAN по @ENDED{{ template "smart-mail-place" . }}
{{- end }}{{ end }}
{{- if gt (len .Alerts.Resolved) @CASES }}
и ещё {{ len (slice .Alerts.Resolved @CASES) }}
{{- end }}
{{ end }}
{{- if .Alerts.Firing }}{{ with .CommonAnnotations.check }}
Как проверить: {{ . }}
{{ end }}{{ end }}
{{- with .CommonAnnotations.runbook_url }}
Что это значит и что делать: {{ . }}
{{ end }}
{{- end }}
""".strip()

_LABELS = {
    "client": "Клиент",
    "clientname": "Юрлицо",
    "regnum": "Рег. номер",
    "host": "Установка",
    "url": "Сервер",
    "catalog": "Каталог",
    "user": "Логин",
    "filename": "Файл",
    "manager": "Менеджер",
}
# Who and where of one case: the labels that it has, and its panel with the client chosen.
_PLACE = "\n".join(
    (
        '{{ define "smart-mail-place" -}}',
        *(f"{{{{- with .Labels.{label} }}}}\n  {title}: {{{{ . }}}}{{{{ end }}}}" for label, title in _LABELS.items()),
        "{{- if .PanelURL }}\n  Панель: {{ .PanelURL }}{{ .Annotations.choice }}{{ end }}",
        "{{- end }}",
    )
)

_CHAT = """
{{ define "smart-chat" -}}
{{ template "smart-subject" . }}
{{- with .CommonAnnotations.description }}
{{ @TITLE . }}
{{- end }}
{{- range $number, $case := .Alerts.Firing }}{{ if lt $number @CASES }}
• {{ with .Labels.client }}{{ @NAME . }}: {{ end }}{{ @WHAT .Annotations.summary }}, с @BEGAN
{{- end }}{{ end }}
{{- if gt (len .Alerts.Firing) @CASES }}
и ещё {{ len (slice .Alerts.Firing @CASES) }}
{{- end }}
{{- if .Alerts.Resolved }}
Закончилось: {{ len .Alerts.Resolved }}
{{- range $number, $case := .Alerts.Resolved }}{{ if lt $number @CASES }}
• {{ if .Labels.client }}{{ @NAME .Labels.client }}{{ else }}{{ @NAME .Annotations.summary }}{{ end }}
{{- end }}{{ end }}
{{- if gt (len .Alerts.Resolved) @CASES }}
и ещё {{ len (slice .Alerts.Resolved @CASES) }}
{{- end }}
{{- end }}
{{- with .CommonAnnotations.runbook_url }}
{{ @LINK . }}
{{- end }}
{{- end }}
""".strip()
