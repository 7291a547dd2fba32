"""What tenants.yaml may hold: SCHEMA (JSON Schema, draft 2020-12) and mistakes(), every way in which data breaks it.

The sections are closed: a word that is not named here is a mistake. Descriptions are in Russian and English, as editors
show them. `x-expected` says the same as a `pattern` in words, for messages.
"""

from typing import Any

from provision.collect.checks import OPTIONAL
from provision.model import Role
from provision.server_settings import SERVER_SETTINGS
from provision.stores.number_stores import NUMBER_STORES
from provision.text import Text

Schema = dict[str, Any]

# No Admin: he could change the org's mark, its data sources and, through his org, delete logins of the server.
ROLES: tuple[Role, ...] = ("Viewer", "Editor")
# What opens a cabinet past its membership, as kinds/watched.py names it; a test holds both in step.
OPENINGS = ("service account", "API key", "invitation", "public dashboard", "snapshot", "folder permission")


def _about(ru: str, en: str) -> str:
    return f"{ru} / {en}"


def _word(about: str, pattern: str, expected: Text, **rules: Any) -> Schema:
    """The schema of a string that matches `pattern`, which `expected` puts in words."""
    return {"type": "string", "description": about, "pattern": pattern, "x-expected": list(expected), **rules}


def _choice(about: str, *words: str, **rules: Any) -> Schema:
    return {"type": "string", "description": about, "enum": list(words), **rules}


def _list(about: str, item: Schema) -> Schema:
    return {"type": "array", "description": about, "items": item, "minItems": 1}


def _section(about: str, properties: Schema, *required: str) -> Schema:
    """The schema of a section whose keys are all known."""
    closed = {"type": "object", "description": about, "properties": properties, "additionalProperties": False}
    return closed | {"required": list(required)} if required else closed


def _table(about: str, name: Schema, item: Schema) -> Schema:
    """The schema of a section whose keys are names the author chooses."""
    return {
        "type": "object",
        "description": about,
        "propertyNames": name,
        "additionalProperties": item,
        "minProperties": 1,
    }


_ID = _word(
    _about("Имя для программы; потом не меняется", "A name for the program; it never changes"),
    r"^[a-z][a-z0-9-]{1,30}$",
    Text(
        "от 2 до 31 знака: строчные латинские буквы, цифры и дефис, первой — буква",
        "2 to 31 lower-case Latin letters, digits and hyphens, a letter first",
    ),
)
_SLUG = _word(
    _about("Имя файла в dashboards/ без .py, с дефисами", "A file's name in dashboards/ without .py, with hyphens"),
    r"^[a-z][a-z0-9-]{0,33}$",
    Text("имя дашборда, например kodeks-analytics", "the name of a dashboard, such as kodeks-analytics"),
)
_PATTERN = _word(
    _about("Имя дашборда; * — любые знаки", "The name of a dashboard; * means any characters"),
    r"^[a-z0-9*?-]+$",
    Text("имя дашборда или образец: *, billing-online-*", "a dashboard's name or a pattern: *, billing-online-*"),
)
_EMAIL = _word(
    _about("Почтовый адрес", "An e-mail address"),
    r"^[^\s@,;<>\"]+@[^\s@,;<>\".]+(\.[^\s@,;<>\".]+)+$",
    Text("один почтовый адрес, например orlova@example.ru", "one e-mail address, such as orlova@example.ru"),
    maxLength=190,
    format="mailbox",
)
_LOGIN = _word(
    _about("Имя для входа в Grafana", "The Grafana login"),
    r"^[A-Za-zА-Яа-яЁё0-9]([A-Za-zА-Яа-яЁё0-9._@+ -]*[A-Za-zА-Яа-яЁё0-9._@+-])?$",
    Text(
        "имя для входа: латинские или русские буквы, цифры и . _ - @ +",
        "a login: Latin or Russian letters, digits and . _ - @ +",
    ),
    maxLength=190,
    format="login",
)


def _title(about: str) -> Schema:
    return _word(
        about,
        r"^\S(.*\S)?$",
        Text("название в одну строку, без пробелов по краям", "a name on one line, without spaces at its ends"),
        maxLength=189,
    )


_MAIL = _section(
    _about("Почтовые ящики для оповещений", "Mailboxes for alerts"),
    {
        "high_priority": _EMAIL | {"description": _about("Важные оповещения", "Alerts of high priority")},
        "usage": _EMAIL | {"description": _about("Оповещения об использовании", "Alerts about usage")},
    },
)

_CLOCK = _word(
    _about("Время, по часам кабинета", "A time by the cabinet's clock"),
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$",
    Text('время в кавычках, например "22:00"', 'a time in quotes, such as "22:00"'),
)
_MOMENT = _word(
    _about("День и время, по часам кабинета", "A day and time by the cabinet's clock"),
    r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]) ([01][0-9]|2[0-3]):[0-5][0-9]$",
    Text(
        'день и время в кавычках, например "2026-12-30 20:00"', 'a day and time in quotes, such as "2026-12-30 20:00"'
    ),
)
_DAY = _choice(
    _about("День недели", "A day of the week"),
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
)
_ALERTING = _section(
    _about("Как сообщать об авариях", "How alerts are reported"),
    {
        "heads": {
            "type": "boolean",
            "description": _about("Писать руководителям о важном", "Mail alerts of high priority to heads"),
            "default": False,
        },
        "quiet_hours": _list(
            _about("Тихие часы: ждёт всё, что может ждать", "Quiet hours: what can wait waits"),
            {
                **_section(
                    _about("С какого до какого времени и в какие дни", "From when to when, and on which days"),
                    {"from": _CLOCK, "to": _CLOCK, "weekdays": _list(_about("Дни недели", "Days of the week"), _DAY)},
                ),
                "minProperties": 1,
            },
        ),
        "maintenance": _list(
            _about("Время обслуживания: никому ничего", "Maintenance: nobody is notified"),
            _section(
                _about("С какого до какого времени", "From when to when"),
                {"from": _MOMENT, "to": _MOMENT},
                "from",
                "to",
            ),
        ),
        "operator": _EMAIL | {"description": _about("Ящик оператора СМАРТа", "Mailbox of the SMART operator")},
        "runbooks": _word(
            _about("Адрес, где лежат страницы docs/alerts", "Address under which docs/alerts is published"),
            r"^https?://[^\s@]+$",
            Text("адрес http://… или https://…", "an address http://… or https://…"),
        ),
    },
)

SETTINGS: Schema = {
    "timezone": {
        "type": "string",
        "description": _about("Часовой пояс людей кабинета (имя IANA)", "Time zone of the cabinet's people (IANA)"),
        "format": "time-zone",
        "default": "Europe/Moscow",
    },
    "language": _word(
        _about("Язык Grafana", "Grafana's language"),
        r"^[a-z]{2}-[A-Z]{2}$",
        Text("язык и страна, например ru-RU или en-US", "a language and a country, such as ru-RU or en-US"),
        default="ru-RU",
    ),
    "week_start": _choice(
        _about("Первый день недели", "First day of the week"), "monday", "saturday", "sunday", default="monday"
    ),
    "folder": _title(_about("Название папки с дашбордами", "Title of the dashboards' folder")) | {"default": "SMART"},
    "dashboards": _list(_about("Какие дашборды", "Which dashboards"), _PATTERN) | {"default": ["*"]},
    "checks": {
        "type": "array",
        "description": _about(
            "Проверки установок, кроме icmp, tcp и http200", "Checks of installations besides icmp, tcp and http200"
        ),
        "items": _choice(_about("Название проверки", "The name of a check"), *OPTIONAL),
        "default": [],
    },
    "home": _SLUG | {"description": _about("Начальный дашборд", "Home dashboard"), "default": "kodeks-analytics"},
    "mail": _MAIL | {"default": {}},
    "alerting": _ALERTING | {"default": {}},
    "editors": _choice(
        _about(
            "Доверяете ли редакторам: Grafana шлёт их запросы и почту куда угодно",
            "Whether Editors are trusted: Grafana sends their requests and mail anywhere",
        ),
        *("trusted", "none"),
        default="none",
    ),
    "generation": {
        "type": "integer",
        "description": _about("Номер учётных данных; +1 — новые пароли", "Number of the credentials; +1 renews them"),
        "minimum": 1,
        "maximum": 999_999,
        "default": 1,
    },
}
"""The keys of every level: defaults < profile < distributor < cabinet. `default` holds where no level sets the key."""

_HEAD = _section(
    _about("Руководитель", "A head"),
    {
        "login": _LOGIN,
        "email": _EMAIL,
        "name": _title(_about("Имя и фамилия", "First and last name")),
        "role": _choice(_about("Роль в Grafana", "Role in Grafana"), *ROLES, default="Viewer"),
    },
    "login",
    "email",
)
_PATH = {
    "type": "string",
    "description": _about("Путь от папки этого файла", "Path from this file's folder"),
    "minLength": 1,
}
_STATE = _about(
    "Состояние: работает, приостановлен (никто не войдёт, всё остаётся) или удалён",
    "State: in use, suspended (nobody has access, all is kept) or removed",
)
_EVENTS: Schema = {
    "address": _word(
        _about("Адрес PostgreSQL, как его видит Grafana", "Address of PostgreSQL as Grafana reaches it"),
        r"^(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}$",
        Text("узел:порт, например db.example.ru:5432", "host:port, such as db.example.ru:5432"),
    ),
    "administrator": _word(
        _about(
            "Переменная со строкой подключения администратора",
            "Variable with the administrator's connection string",
        ),
        r"^SMART_EVENTS_ADMIN(_[A-Z0-9]+)*$",
        Text(
            "имя переменной: SMART_EVENTS_ADMIN или, например, SMART_EVENTS_ADMIN_NORTH",
            "a variable's name: SMART_EVENTS_ADMIN or, for example, SMART_EVENTS_ADMIN_NORTH",
        ),
        default="SMART_EVENTS_ADMIN",
    ),
    "sslmode": _choice(
        _about("Проверка сертификата", "Certificate check"),
        *("disable", "require", "verify-ca", "verify-full"),
        default="verify-full",
    ),
}
_OWN_STORES = _section(
    _about("Свои хранилища вместо общих", "Stores of its own in place of the common ones"),
    {
        "events": _section(
            _about("Строки на другом сервере", "Rows on another server"), _EVENTS, "address", "administrator"
        )
    },
    "events",
)
_CABINET = _section(
    _about("Кабинет: закрытая организация Grafana", "A cabinet: a closed Grafana organisation"),
    {
        "profile": {
            "type": "string",
            "description": _about("Профиль, из раздела profiles", "Its profile, one of profiles"),
        },
        "title": _title(_about("Название организации в Grafana", "Name of the organisation in Grafana")),
        "belongs_to": {
            "type": "string",
            "description": _about(
                "Кабинет филиала, чьи данные здесь тоже можно видеть", "The branch's cabinet whose data this may share"
            ),
        },
        "lists": _section(
            _about("Списки клиентов", "Lists of clients"),
            {
                "managers": _list(_about("Установки", "Installations"), _PATH),
                "online": _list(_about("Онлайн-доступы", "Online accesses"), _PATH),
            },
        )
        | {"minProperties": 1},
        "heads": _list(_about("Руководители: люди помимо списков", "Heads: people besides the lists"), _HEAD),
        "air_gapped": _list(
            _about(
                "Клиенты в закрытом контуре: сами отчётов не шлют",
                "Air-gapped clients: they send no report by themselves",
            ),
            {
                "type": "string",
                "description": _about("Имя клиента из списка", "The client's name in the list"),
                "minLength": 1,
            },
        ),
        "allowed": _list(
            _about(
                "Что открывает кабинет и пусть остаётся: drift и audit не считают это отличием",
                "What opens the cabinet and may stay: drift and audit do not count it as a difference",
            ),
            _section(
                _about("Одна такая вещь", "One such thing"),
                {
                    "what": _choice(_about("Что это", "What it is"), *OPENINGS),
                    "name": _title(_about("Имя, как его показывает drift", "The name as drift shows it")),
                    "reason": _title(_about("Причина", "The reason")),
                },
                "what",
                "name",
                "reason",
            ),
        ),
        "state": _choice(_STATE, "active", "suspended", "absent", default="active"),
        "stores": _OWN_STORES,
        **SETTINGS,
    },
    "profile",
    "title",
    "lists",
)
_DISTRIBUTOR = _section(
    _about("Дистрибьютор", "A distributor"),
    {
        "title": _title(_about("Название компании", "Name of the company")),
        "isolated": {
            "type": "boolean",
            "description": _about("Филиалы не должны видеть друг друга", "Branches must not see each other"),
            "default": False,
        },
        "state": _choice(
            _about("Состояние всех его кабинетов", "State of all its cabinets"), "active", "suspended", default="active"
        ),
        "login_suffix": _word(
            _about("Окончание логинов всех его людей", "What is added to the logins of all its people"),
            r"^[._-][a-z0-9._-]{1,30}$",
            Text(
                "точка, дефис или _ и латинские буквы, например .gorod",
                "a dot, hyphen or _ and letters, such as .gorod",
            ),
        ),
        "dealer": {
            "type": "string",
            "description": _about("Идентификатор от оператора СМАРТа", "The dealer id that the SMART operator issued"),
            "minLength": 1,
        },
        "telegram": _section(
            _about("Оповещения в Telegram", "Alerts in Telegram"),
            {
                "chat": _word(
                    _about("Чат для оповещений", "The chat for alerts"),
                    r"^(-?[1-9][0-9]{4,19}|@[A-Za-z][A-Za-z0-9_]{3,31})$",
                    Text(
                        "номер чата, например -1001234567890, или @имя канала",
                        "a chat number, such as -1001234567890, or a channel's @name",
                    ),
                )
            },
            "chat",
        ),
        "cabinets": _table(_about("Кабинеты", "Cabinets"), _ID, _CABINET),
        "stores": _OWN_STORES,
        **SETTINGS,
    },
    "title",
    "cabinets",
)
_STORES = _section(
    _about("Хранилища: откуда Grafana берёт данные", "Stores: where Grafana reads data"),
    {
        "metrics": _section(
            _about("Числа", "Numbers"),
            {
                "kind": _choice(_about("Вид хранилища", "Kind of store"), *NUMBER_STORES),
                "url": _word(
                    _about("Адрес vmauth, как его видит Grafana", "Address of vmauth as Grafana reaches it"),
                    r"^https?://[^\s@/]+(/[^\s@]*)?$",
                    Text(
                        "адрес http://… или https://… без имени и пароля",
                        "an address http://… or https://… without login and password",
                    ),
                ),
            },
            "kind",
            "url",
        ),
        "events": _section(
            _about("Строки", "Rows"),
            {
                "kind": _choice(_about("Вид хранилища", "Kind of store"), "postgresql"),
                **_EVENTS,
            },
            "kind",
            "address",
        ),
    },
    "metrics",
    "events",
)

SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "tenants.yaml",
    **_section(
        _about("Кабинеты и их общие настройки", "Cabinets and the settings they share"),
        {
            "include": _list(
                _about("Файлы с дистрибьюторами: образцы путей", "Files that hold distributors: patterns of paths"),
                _PATH,
            ),
            "defaults": _section(_about("Настройки всех кабинетов", "Settings of all cabinets"), SETTINGS),
            "stores": _STORES,
            "profiles": _table(
                _about("Профили кабинетов", "Profiles of cabinets"),
                _ID,
                _section(_about("Настройки профиля", "Settings of the profile"), SETTINGS),
            ),
            "accepted_settings": _table(
                _about(
                    "Настройки сервера Grafana, которые остаются как есть, и почему",
                    "Settings of the Grafana server that may stay as they are, and why",
                ),
                _choice(_about("Имя настройки", "Name of the setting"), *(one.name for one in SERVER_SETTINGS)),
                _title(_about("Причина", "The reason")),
            ),
            "distributors": _table(_about("Дистрибьюторы", "Distributors"), _ID, _DISTRIBUTOR),
        },
    ),
}
"""One schema for tenants.yaml and for the files it includes (these hold `distributors` only)."""
