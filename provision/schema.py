"""What tenants.yaml may hold: SCHEMA (JSON Schema, draft 2020-12) and mistakes(), every way in which data breaks it.

The sections are closed: a word that is not named here is a mistake. Descriptions are in Russian and English, as editors
show them. `x-expected` says the same as a `pattern` in words, for messages.
"""

from collections.abc import Mapping

from provision.collect.checks import OPTIONAL
from provision.json_schema import Schema, about, choice, list_of, section, table, word
from provision.model import Role
from provision.server_settings import SERVER_SETTINGS
from provision.stores.number_stores import NUMBER_STORES, NumberStore
from provision.stores.row_stores import ROW_STORES, RowStore
from provision.text import Text

# No Admin: he could change the org's mark, its data sources and, through his org, delete logins of the server.
ROLES: tuple[Role, ...] = ("Viewer", "Editor")
# What opens a cabinet past its membership, as kinds/watched.py names it; a test holds both in step.
OPENINGS = ("service account", "API key", "invitation", "public dashboard", "snapshot", "folder permission")

_ID = word(
    about("Имя для программы; потом не меняется", "A name for the program; it never changes"),
    r"^[a-z][a-z0-9-]{1,30}$",
    Text(
        "от 2 до 31 знака: строчные латинские буквы, цифры и дефис, первой — буква",
        "2 to 31 lower-case Latin letters, digits and hyphens, a letter first",
    ),
)
_SLUG = word(
    about("Имя файла в dashboards/ без .py, с дефисами", "A file's name in dashboards/ without .py, with hyphens"),
    r"^[a-z][a-z0-9-]{0,33}$",
    Text("имя дашборда, например kodeks-analytics", "the name of a dashboard, such as kodeks-analytics"),
)
_PATTERN = word(
    about("Имя дашборда; * — любые знаки", "The name of a dashboard; * means any characters"),
    r"^[a-z0-9*?-]+$",
    Text("имя дашборда или образец: *, billing-online-*", "a dashboard's name or a pattern: *, billing-online-*"),
)
_EMAIL = word(
    about("Почтовый адрес", "An e-mail address"),
    r"^[^\s@,;<>\"]+@[^\s@,;<>\".]+(\.[^\s@,;<>\".]+)+$",
    Text("один почтовый адрес, например orlova@example.ru", "one e-mail address, such as orlova@example.ru"),
    maxLength=190,
    format="mailbox",
)
_LOGIN = word(
    about("Имя для входа в Grafana", "The Grafana login"),
    r"^[A-Za-zА-Яа-яЁё0-9]([A-Za-zА-Яа-яЁё0-9._@+ -]*[A-Za-zА-Яа-яЁё0-9._@+-])?$",
    Text(
        "имя для входа: латинские или русские буквы, цифры и . _ - @ +",
        "a login: Latin or Russian letters, digits and . _ - @ +",
    ),
    maxLength=190,
    format="login",
)


def _title(about: str) -> Schema:
    return word(
        about,
        r"^\S(.*\S)?$",
        Text("название в одну строку, без пробелов по краям", "a name on one line, without spaces at its ends"),
        maxLength=189,
    )


_MAIL = section(
    about("Почтовые ящики для оповещений", "Mailboxes for alerts"),
    {
        "high_priority": _EMAIL | {"description": about("Важные оповещения", "Alerts of high priority")},
        "usage": _EMAIL | {"description": about("Оповещения об использовании", "Alerts about usage")},
    },
)

_CLOCK = word(
    about("Время, по часам кабинета", "A time by the cabinet's clock"),
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$",
    Text('время в кавычках, например "22:00"', 'a time in quotes, such as "22:00"'),
)
_MOMENT = word(
    about("День и время, по часам кабинета", "A day and time by the cabinet's clock"),
    r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]) ([01][0-9]|2[0-3]):[0-5][0-9]$",
    Text(
        'день и время в кавычках, например "2026-12-30 20:00"', 'a day and time in quotes, such as "2026-12-30 20:00"'
    ),
)
_DAY = choice(
    about("День недели", "A day of the week"),
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
)
_NONE: Schema = {"minItems": 0}  # an empty list: none, whatever a higher level says
_ALERTING = section(
    about("Как сообщать об авариях", "How alerts are reported"),
    {
        "heads": {
            "type": "boolean",
            "description": about("Писать руководителям о важном", "Mail alerts of high priority to heads"),
            "default": False,
        },
        "quiet_hours": list_of(
            about("Тихие часы: ждёт всё, что может ждать", "Quiet hours: what can wait waits"),
            {
                **section(
                    about("С какого до какого времени и в какие дни", "From when to when, and on which days"),
                    {"from": _CLOCK, "to": _CLOCK, "weekdays": list_of(about("Дни недели", "Days of the week"), _DAY)},
                ),
                "minProperties": 1,
            },
        )
        | _NONE,
        "maintenance": list_of(
            about("Время обслуживания: никому ничего", "Maintenance: nobody is notified"),
            section(
                about("С какого до какого времени", "From when to when"),
                {"from": _MOMENT, "to": _MOMENT},
                "from",
                "to",
            ),
        )
        | _NONE,
        "operator": _EMAIL | {"description": about("Ящик оператора СМАРТа", "Mailbox of the SMART operator")},
        "runbooks": word(
            about("Адрес, где лежат страницы docs/alerts", "Address under which docs/alerts is published"),
            r"^https?://[^\s@]+$",
            Text("адрес http://… или https://…", "an address http://… or https://…"),
        ),
    },
)

SETTINGS: Schema = {
    "timezone": {
        "type": "string",
        "description": about("Часовой пояс людей кабинета (имя IANA)", "Time zone of the cabinet's people (IANA)"),
        "format": "time-zone",
        "default": "Europe/Moscow",
    },
    "language": word(
        about("Язык Grafana", "Grafana's language"),
        r"^[a-z]{2}-[A-Z]{2}$",
        Text("язык и страна, например ru-RU или en-US", "a language and a country, such as ru-RU or en-US"),
        default="ru-RU",
    ),
    "week_start": choice(
        about("Первый день недели", "First day of the week"), "monday", "saturday", "sunday", default="monday"
    ),
    "folder": _title(about("Название папки с дашбордами", "Title of the dashboards' folder")) | {"default": "SMART"},
    "dashboards": list_of(about("Какие дашборды", "Which dashboards"), _PATTERN) | {"default": ["*"]},
    "checks": {
        "type": "array",
        "description": about(
            "Проверки установок, кроме icmp, tcp и http200", "Checks of installations besides icmp, tcp and http200"
        ),
        "items": choice(about("Название проверки", "The name of a check"), *OPTIONAL),
        "default": [],
    },
    "home": _SLUG | {"description": about("Начальный дашборд", "Home dashboard"), "default": "today"},
    "mail": _MAIL | {"default": {}},
    "alerting": _ALERTING | {"default": {}},
    "editors": choice(
        about(
            "Доверяете ли редакторам: Grafana шлёт их запросы и почту куда угодно",
            "Whether Editors are trusted: Grafana sends their requests and mail anywhere",
        ),
        *("trusted", "none"),
        default="none",
    ),
    "generation": {
        "type": "integer",
        "description": about("Номер учётных данных; +1 — новые пароли", "Number of the credentials; +1 renews them"),
        "minimum": 1,
        "maximum": 999_999,
        "default": 1,
    },
}
"""The keys of every level: defaults < profile < distributor < cabinet. `default` holds where no level sets the key."""

_HEAD = section(
    about("Руководитель", "A head"),
    {
        "login": _LOGIN,
        "email": _EMAIL,
        "name": _title(about("Имя и фамилия", "First and last name")),
        "role": choice(about("Роль в Grafana", "Role in Grafana"), *ROLES, default="Viewer"),
    },
    "login",
    "email",
)
_PATH = {
    "type": "string",
    "description": about("Путь от папки этого файла", "Path from this file's folder"),
    "minLength": 1,
}
_STATE = about(
    "Состояние: работает, приостановлен (никто не войдёт, всё остаётся) или удалён",
    "State: in use, suspended (nobody has access, all is kept) or removed",
)


def _store(text: str, stores: Mapping[str, type[NumberStore]] | Mapping[str, type[RowStore]]) -> Schema:
    """The section of one of the two stores: its kind, and the settings that each kind has."""
    kind = choice(about("Вид хранилища", "Kind of store"), *stores)
    required = set.intersection(*(set(store.required) for store in stores.values()))
    return section(text, {"kind": kind, **_settings(stores)}, "kind", *sorted(required))


def _settings(stores: Mapping[str, type[NumberStore]] | Mapping[str, type[RowStore]]) -> Schema:
    return {name: part for store in stores.values() for name, part in store.settings.items()}


_OWN_STORES = section(
    about("Свои хранилища вместо общих", "Stores of its own in place of the common ones"),
    {
        "events": section(
            about("Строки на другом сервере", "Rows on another server"),
            _settings(ROW_STORES),
            "address",
            "administrator",
        )
    },
    "events",
)
_CABINET = section(
    about("Кабинет: закрытая организация Grafana", "A cabinet: a closed Grafana organisation"),
    {
        "profile": {
            "type": "string",
            "description": about("Профиль, из раздела profiles", "Its profile, one of profiles"),
        },
        "title": _title(about("Название организации в Grafana", "Name of the organisation in Grafana")),
        "belongs_to": {
            "type": "string",
            "description": about(
                "Кабинет филиала, чьи данные здесь тоже можно видеть", "The branch's cabinet whose data this may share"
            ),
        },
        "lists": section(
            about("Списки клиентов", "Lists of clients"),
            {
                "managers": list_of(about("Установки", "Installations"), _PATH),
                "online": list_of(about("Онлайн-доступы", "Online accesses"), _PATH),
            },
        )
        | {"minProperties": 1},
        "heads": list_of(about("Руководители: люди помимо списков", "Heads: people besides the lists"), _HEAD),
        "air_gapped": list_of(
            about(
                "Клиенты в закрытом контуре: сами отчётов не шлют",
                "Air-gapped clients: they send no report by themselves",
            ),
            {
                "type": "string",
                "description": about("Имя клиента из списка", "The client's name in the list"),
                "minLength": 1,
            },
        ),
        "allowed": list_of(
            about(
                "Что открывает кабинет и пусть остаётся: drift и audit не считают это отличием",
                "What opens the cabinet and may stay: drift and audit do not count it as a difference",
            ),
            section(
                about("Одна такая вещь", "One such thing"),
                {
                    "what": choice(about("Что это", "What it is"), *OPENINGS),
                    "name": _title(about("Имя, как его показывает drift", "The name as drift shows it")),
                    "reason": _title(about("Причина", "The reason")),
                },
                "what",
                "name",
                "reason",
            ),
        ),
        "state": choice(_STATE, "active", "suspended", "absent", default="active"),
        "stores": _OWN_STORES,
        **SETTINGS,
    },
    "profile",
    "title",
    "lists",
)
_DISTRIBUTOR = section(
    about("Дистрибьютор", "A distributor"),
    {
        "title": _title(about("Название компании", "Name of the company")),
        "isolated": {
            "type": "boolean",
            "description": about("Филиалы не должны видеть друг друга", "Branches must not see each other"),
            "default": False,
        },
        "state": choice(
            about("Состояние всех его кабинетов", "State of all its cabinets"), "active", "suspended", default="active"
        ),
        "login_suffix": word(
            about("Окончание логинов всех его людей", "What is added to the logins of all its people"),
            r"^[._-][a-z0-9._-]{1,30}$",
            Text(
                "точка, дефис или _ и латинские буквы, например .gorod",
                "a dot, hyphen or _ and letters, such as .gorod",
            ),
        ),
        "dealer": {
            "type": "string",
            "description": about("Идентификатор от оператора СМАРТа", "The dealer id that the SMART operator issued"),
            "minLength": 1,
        },
        "tokens": list_of(
            about(
                "Номера токенов, с которыми скрипты его клиентов шлют отчёты; новые скрипты берут наибольший",
                "Numbers of the tokens that its clients' scripts may send; new scripts use the largest",
            ),
            {
                "type": "integer",
                "description": about("Номер токена", "The number of a token"),
                "minimum": 1,
                "maximum": 999_999,
            },
        )
        | {"default": [1]},
        "telegram": section(
            about("Оповещения в Telegram", "Alerts in Telegram"),
            {
                "chat": word(
                    about("Чат для оповещений", "The chat for alerts"),
                    r"^(-?[1-9][0-9]{4,19}|@[A-Za-z][A-Za-z0-9_]{3,31})$",
                    Text(
                        "номер чата, например -1001234567890, или @имя канала",
                        "a chat number, such as -1001234567890, or a channel's @name",
                    ),
                )
            },
            "chat",
        ),
        "cabinets": table(about("Кабинеты", "Cabinets"), _ID, _CABINET),
        "stores": _OWN_STORES,
        **SETTINGS,
    },
    "title",
    "cabinets",
)
_STORES = section(
    about("Хранилища: откуда Grafana берёт данные", "Stores: where Grafana reads data"),
    {
        "metrics": _store(about("Числа", "Numbers"), NUMBER_STORES),
        "events": _store(about("Строки", "Rows"), ROW_STORES),
    },
    "metrics",
    "events",
)

SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "tenants.yaml",
    **section(
        about("Кабинеты и их общие настройки", "Cabinets and the settings they share"),
        {
            "include": list_of(
                about("Файлы с дистрибьюторами: образцы путей", "Files that hold distributors: patterns of paths"),
                _PATH,
            ),
            "defaults": section(about("Настройки всех кабинетов", "Settings of all cabinets"), SETTINGS),
            "stores": _STORES,
            "profiles": table(
                about("Профили кабинетов", "Profiles of cabinets"),
                _ID,
                section(about("Настройки профиля", "Settings of the profile"), SETTINGS),
            ),
            "accepted_settings": table(
                about(
                    "Настройки сервера Grafana, которые остаются как есть, и почему",
                    "Settings of the Grafana server that may stay as they are, and why",
                ),
                choice(about("Имя настройки", "Name of the setting"), *(one.name for one in SERVER_SETTINGS)),
                _title(about("Причина", "The reason")),
            ),
            "distributors": table(about("Дистрибьюторы", "Distributors"), _ID, _DISTRIBUTOR),
        },
    ),
}
"""One schema for tenants.yaml and for the files it includes (these hold `distributors` only)."""
