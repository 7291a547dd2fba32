"""The commands as `provision --help` lists them: in sections, in the order in which they are needed."""

from typing import NamedTuple

from provision.text import Text


class Entry(NamedTuple):
    """A command: its name, the module of provision.cli that has it, its line in both languages (at most 64 columns)."""

    name: str
    module: str
    ru: str
    en: str


SECTIONS = {
    Text("Списки и файлы, без сервера", "Lists and files, without a server"): (
        Entry("init", "init", "Завести папку для своих кабинетов.", "Begin a folder for cabinets of your own."),
        Entry("check", "check", "Проверить списки, tenants.yaml и дашборды.", "Check lists, tenants.yaml, dashboards."),
        Entry("lists", "lists", "Сравнить списки, предложить кабинеты.", "Compare lists, propose cabinets from them."),
        Entry("lint", "local", "Проверить дашборды и правила.", "Check the dashboards and rules themselves."),
        Entry("render", "local", "Записать дашборды и оповещения файлами.", "Write dashboards and alerting as files."),
        Entry("mail-rules", "local", "Правила сортировки писем об авариях.", "Rules that sort the mails of alerts."),
        Entry("schema", "local", "JSON-схема tenants.yaml или отчёта.", "The JSON Schema of tenants.yaml or a report."),
    ),
    Text("Кабинеты", "Cabinets"): (
        Entry("new", "new", "Новый кабинет из его списков.", "A new cabinet from its lists."),
        Entry("plan", "deploy", "Показать, что сделает apply.", "Show what apply would do."),
        Entry("apply", "deploy", "Привести Grafana к задуманному.", "Make Grafana what is wanted."),
        Entry("drift", "deploy", "Чем Grafana отличается от задуманного.", "How Grafana differs from what is wanted."),
        Entry("audit", "audit", "Видят ли кабинеты друг друга.", "Try whether cabinets see each other."),
        Entry("password", "password", "Новый первый пароль одному человеку.", "A new first password for one person."),
        Entry("rotate", "rotate", "Новые учётные данные в хранилищах.", "New credentials in the stores."),
    ),
    Text("Данные", "Data"): (
        Entry("verify", "verify", "По каждой строке списков: идут ли данные.", "For each list line: do data arrive."),
        Entry("scripts", "scripts", "Скрипты клиентам, которые сами шлют отчёты.", "Scripts for clients that report."),
        Entry("token", "token", "Токены этих скриптов.", "The tokens of these scripts."),
        Entry("receive", "receive", "Принимать отчёты и события оповещений.", "Take in reports and alert events."),
        Entry("import", "reports", "Загрузить отчёты из файлов.", "Import reports from files."),
        Entry("poll", "poll", "Опросить онлайн-доступы.", "Poll the online accesses."),
        Entry("expire", "stores", "Удалить строки старше 13 месяцев.", "Delete rows older than 13 months."),
    ),
    Text("Для проб", "For trying out"): (
        Entry("sandbox", "local", "Замена Grafana на этой машине.", "A stand-in for Grafana on this machine."),
        Entry("sample-data", "stores", "Выдуманная история в оба хранилища.", "Made-up history in both stores."),
    ),
}
_UNLISTED = {"stack": "stack"}
MODULES = {entry.name: entry.module for section in SECTIONS.values() for entry in section} | _UNLISTED
