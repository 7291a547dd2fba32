"""What the stores hold, as data: METRICS and TABLES. Schema, grants, retention, sample data and docs read it.

Numbers drawn over time are metrics, rows with text are tables. Both are kept for 13 months from the day of collection.
Every series and every row carries `cabinet`, `client` and `manager`; the fences work on `cabinet`, which no query of a
dashboard needs to name. Time is UTC everywhere.
"""

from dataclasses import dataclass

from provision.text import Text

RETENTION_MONTHS = 13
COMMON_LABELS = ("cabinet", "client", "manager")


@dataclass(frozen=True, slots=True)
class Source:
    """Where samples come from: `period` in seconds between two of them, and `look_back`, the range to read them with.

    Prometheus looks back 5 minutes, so that hourly samples would draw as dots: panels wrap reads of a metric in
    `last_over_time(x[look_back])`. What is older than that stays a visible gap.
    """

    name: str
    period: int
    look_back: str


CHECK = Source("check", 120, "10m")
TELEGRAF = Source("telegraf", 900, "45m")
SMARTSTATUS = Source("smartstatus", 900, "45m")
SYSINFO = Source("sysinfo", 3600, "2h")
ONLINE = Source("online", 3600, "2h")
RECORDS = Source("records", 86400, "400d")  # the distributor's own records, imported when they change


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric; all are gauges. `labels` come besides COMMON_LABELS; `sparse`: no sample where the value would be 0.

    The end of the name says how to read it. `_mtd` grows within a calendar month of the cabinet's time zone and
    restarts from 0 on the 1st: a month's total is `max_over_time` inside the month, never `increase`. `_hour` is what
    one report adds: totals are `sum_over_time`. `_30d` and `_60d` are trailing windows, computed at the source.
    """

    name: str
    unit: str
    source: Source
    labels: tuple[str, ...]
    meaning: Text
    sparse: bool = False


_HOST = ("host",)
_USER = ("host", "user", "domain")
_ACCESS = ("user", "server", "catalog")


def _of_host(name: str, unit: str, meaning: Text) -> Metric:
    """What each report says of an installation."""
    return Metric(name, unit, SYSINFO, _HOST, meaning)


def _of_user(name: str, unit: str, meaning: Text, *, sparse: bool = False) -> Metric:
    """What each report says of a user of an installation."""
    return Metric(name, unit, SYSINFO, _USER, meaning, sparse)


METRICS: tuple[Metric, ...] = (
    Metric(
        "kodeks_check_status",
        "0/1",
        CHECK,
        (*_HOST, "check"),
        Text("проверка доступности прошла (1) или нет (0)", "an availability check passed (1) or failed (0)"),
    ),
    Metric(
        "kodeks_abnormal_state_code",
        "HTTP code",
        CHECK,
        (*_HOST, "state"),
        Text("код HTTP, пока длится нештатное состояние", "HTTP code while an abnormal state lasts"),
        sparse=True,
    ),
    Metric(
        "kodeks_disk_free_bytes",
        "bytes",
        TELEGRAF,
        (*_HOST, "volume"),
        Text("свободное место на разделе с системой", "free space of the volume with the software"),
    ),
    Metric(
        "kodeks_disk_size_bytes",
        "bytes",
        TELEGRAF,
        (*_HOST, "volume"),
        Text("размер этого раздела", "size of that volume"),
    ),
    _of_host(
        "kodeks_licenses_used",
        "seats",
        Text("занято лицензий в момент отчёта", "seats in use at the time of the report"),
    ),
    _of_host(
        "kodeks_licenses_registered",
        "seats",
        Text("лицензий в регистрационном файле", "seats in the registration file"),
    ),
    _of_host(
        "kodeks_licenses_occupied_24h",
        "seats",
        Text(
            "разных занимавших лицензию за 24 часа; бывает больше, чем лицензий",
            "distinct seat holders of the last 24 hours; may exceed the seats",
        ),
    ),
    Metric(
        "kodeks_domain_licenses_used",
        "seats",
        SYSINFO,
        (*_HOST, "domain"),
        Text("занято лицензий по группам Active Directory", "seats in use by Active Directory group"),
    ),
    _of_host(
        "kodeks_license_expiry_timestamp_seconds",
        "unix seconds",
        Text("когда кончается лицензия", "end of the licence"),
    ),
    Metric(
        "kodeks_contract_end_timestamp_seconds",
        "unix seconds",
        RECORDS,
        _HOST,
        Text("когда кончается договор на сопровождение", "end of the service contract"),
    ),
    _of_host(
        "kodeks_senselock_state",
        "state",
        Text(
            "ключ SenseLock в отчёте: 1 работает, 0 не работает, -1 записи о ключе нет",
            "SenseLock key in the report: 1 works, 0 does not, -1 the report has no record of it",
        ),
    ),
    Metric(
        "kodeks_installation_info",
        "1",
        SYSINFO,
        (*_HOST, "legal_name", "regnum", "kind"),
        Text(
            "сведения об установке в метках; kind: client_hardware, cloud, own_dc",
            "what is known of the installation, as labels; kind: client_hardware, cloud, own_dc",
        ),
    ),
    _of_user(
        "kodeks_user_db_requests_mtd",
        "requests",
        Text("запросов к базам с начала месяца, вместе с kAssist", "database requests this month, kAssist included"),
    ),
    _of_user(
        "kodeks_user_db_requests_hour",
        "requests",
        Text("запросов к базам с прошлого отчёта", "database requests since the previous report"),
    ),
    _of_user(
        "kodeks_user_db_requests_60d",
        "requests",
        Text("запросов к базам за 60 дней; нули есть", "database requests in 60 days, zeros included"),
    ),
    _of_user(
        "kodeks_user_docs_covered_mtd",
        "documents",
        Text("открыто лицензионных документов с начала месяца", "licensed documents opened this month"),
    ),
    _of_user(
        "kodeks_user_docs_free_mtd",
        "documents",
        Text("открыто бесплатных документов с начала месяца", "free documents opened this month"),
    ),
    _of_user(
        "kodeks_user_docs_saved_mtd",
        "documents",
        Text("сохранено документов с начала месяца", "documents saved this month"),
    ),
    _of_user(
        "kodeks_user_docs_saved_hour",
        "documents",
        Text("сохранено документов с прошлого отчёта", "documents saved since the previous report"),
    ),
    _of_user(
        "kodeks_user_docs_printed_mtd",
        "documents",
        Text("напечатано документов с начала месяца", "documents printed this month"),
    ),
    _of_user(
        "kodeks_user_actions_mtd",
        "actions",
        Text(
            "поисков, открытых документов и обращений к сервисам с начала месяца",
            "searches, opened documents and uses of services this month",
        ),
    ),
    _of_user(
        "kodeks_user_billing_docs_mtd",
        "documents",
        Text("учтённых документов и сервисов с начала месяца", "documents and services counted this month"),
    ),
    _of_user(
        "kodeks_user_activity_mtd", "points", Text("баллов активности с начала месяца", "points of activity this month")
    ),
    _of_user(
        "kodeks_user_search_empty_hour",
        "searches",
        Text("поисков без результата с прошлого отчёта", "searches without a result since the previous report"),
    ),
    Metric(
        "kodeks_user_login_rejected_hour",
        "refusals",
        SYSINFO,
        (*_USER, "reason"),
        Text(
            "отказов во входе с прошлого отчёта; reason: no_seats, auth, unknown",
            "refused logins since the previous report; reason: no_seats, auth, unknown",
        ),
        sparse=True,
    ),
    _of_user(
        "kodeks_user_kassist_requests_30d",
        "requests",
        Text("запросов через kAssist за 30 дней", "requests through kAssist in 30 days"),
        sparse=True,
    ),
    Metric(
        "kodeks_kassist_links_hour",
        "links",
        SYSINFO,
        (*_HOST, "kind"),
        Text(
            "ссылок kAssist с прошлого отчёта; kind: unique_added, added, not_found, checked_active",
            "links of kAssist since the previous report; kind: unique_added, added, not_found, checked_active",
        ),
    ),
    _of_host(
        "kodeks_users_no_login_60d",
        "accounts",
        Text("учётных записей без входа 60 дней и дольше", "accounts without a session for 60 days or more"),
    ),
    _of_host(
        "kodeks_users_zero_requests_30d",
        "accounts",
        Text("учётных записей без запросов 30 дней", "accounts without a database request in 30 days"),
    ),
    _of_host(
        "kodeks_users_active_mtd", "accounts", Text("работавших в этом месяце", "accounts seen working this month")
    ),
    _of_host(
        "kodeks_user_cards_filled_percent",
        "percent",
        Text("доля входивших, чья карточка заполнена", "share of those who logged in whose card is filled in"),
    ),
    Metric(
        "kodeks_operup_file_age_seconds",
        "seconds",
        SYSINFO,
        (*_HOST, "file"),
        Text("возраст файла обновления OperUp", "age of an update file of OperUp"),
    ),
    Metric(
        "kodeks_db_errors",
        "databases",
        SYSINFO,
        (*_HOST, "error", "code"),
        Text("баз с этой ошибкой", "databases that show the error"),
        sparse=True,
    ),
    _of_host(
        "kodeks_sysinfo_timestamp_seconds",
        "unix seconds",
        Text("отметка времени внутри последнего sysinfo", "time stamp inside the last sysinfo"),
    ),
    Metric(
        "kodeks_smartstatus_timestamp_seconds",
        "unix seconds",
        SMARTSTATUS,
        _HOST,
        Text("время последнего отчёта smartstatus", "time of the last report of smartstatus"),
    ),
    Metric(
        "kserver_main_page",
        "as reported",
        SMARTSTATUS,
        (*_HOST, "service", "path"),
        Text("главная страница каталога; 0: всё в порядке", "main page of the catalogue; 0: all is well"),
    ),
    Metric(
        "kserver_product_control",
        "as reported",
        SMARTSTATUS,
        (*_HOST, "service", "path"),
        Text("контроль продуктов каталога; 0: всё в порядке", "product control of the catalogue; 0: all is well"),
    ),
    Metric(
        "kodeks_online_billing_left",
        "pieces",
        ONLINE,
        (*_ACCESS, "kind"),
        Text(
            "осталось до конца месяца; kind: docs, search, print, upload",
            "quota left this month; kind: docs, search, print, upload",
        ),
    ),
    Metric(
        "kodeks_online_billing_limit",
        "pieces",
        ONLINE,
        (*_ACCESS, "kind"),
        Text("месячная квота тарифа", "monthly quota of the tariff"),
    ),
    Metric(
        "kodeks_online_up",
        "0/1",
        ONLINE,
        _ACCESS,
        Text(
            "опрос онлайн-доступа удался (1) или нет (0)", "the poll of the online access succeeded (1) or failed (0)"
        ),
    ),
)

# What is stored for the recording rules and for `verify`; no dashboard reads it.
COLLECTION_METRICS: tuple[Metric, ...] = (
    Metric(
        "kodeks_check_http_code",
        "HTTP code",
        CHECK,
        (*_HOST, "check"),
        Text(
            "код HTTP, которым ответила страница проверки; 0: не ответила", "HTTP code of a check's page; 0: no answer"
        ),
    ),
    Metric(
        "kodeks_check_ip_protocol",
        "4, 6 or 0",
        CHECK,
        (*_HOST, "check"),
        Text("версия IP, по которой шла проверка; 0: имя не найдено", "IP version of a check; 0: the name is unknown"),
    ),
    Metric(
        "kodeks_upload_refused",
        "1",
        SYSINFO,
        (*_HOST, "reason"),
        Text(
            "отчёт клиента не принят; reason: token, zip, status, clock, reader, report",
            "a client's report was not accepted; reason: token, zip, status, clock, reader, report",
        ),
        sparse=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `kind` is PostgreSQL's own spelling of the type (`format_type`)."""

    name: str
    kind: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table of schema `core`.

    `key` is unique (NULLs count as equal). `time` is the column that the index (time) and retention go by; ""
    for the registry, which is kept for as long as the client is monitored.
    """

    name: str
    meaning: Text
    columns: tuple[Column, ...]
    time: str
    key: tuple[str, ...] = ()

    @property
    def readable(self) -> tuple[str, ...]:
        """The columns a cabinet's role may read: not `cabinet`, nor the running number all cabinets share."""
        return tuple(column.name for column in self.columns if column.name not in ("cabinet", "id"))


def _columns(*lines: str) -> tuple[Column, ...]:
    """Columns written as `name type`; a `!` at the end says NOT NULL."""
    parts = [line.partition(" ") for line in lines]
    return tuple(Column(name, kind.removesuffix("!"), kind.endswith("!")) for name, _, kind in parts)


_OWNER = ("cabinet text!", "client text!", "manager text!")

TABLES: tuple[Table, ...] = (
    Table(
        "search_queries",
        Text("поисковые запросы, по строке на запрос", "searches, one row each"),
        _columns(
            "id bigint!",
            "ts timestamp with time zone!",
            "report_ts timestamp with time zone",
            "cabinet text!",
            "scope text!",
            "client text!",
            "manager text!",
            "legal_name text",
            "host text",
            "catalog text",
            "user_login text",
            "query_text text!",
            "search_type text",
            "source text",
            "status text!",
            "duration_seconds numeric(10,3)",
        ),
        "ts",
        ("cabinet", "scope", "host", "catalog", "user_login", "ts", "query_text"),
    ),
    Table(
        "connected_users",
        Text("кто занимал лицензию в момент каждого отчёта", "who held a seat at the time of each report"),
        _columns(
            "report_ts timestamp with time zone!",
            *_OWNER,
            "host text!",
            "domain text",
            "user_login text!",
            "server_time timestamp with time zone",
            "ip inet",
            "browser text",
        ),
        "report_ts",
        ("cabinet", "host", "report_ts", "user_login", "ip"),
    ),
    Table(
        "user_cards",
        Text("последняя известная карточка каждой учётной записи", "the last known card of every account"),
        _columns(
            "updated_at timestamp with time zone!",
            *_OWNER,
            "host text!",
            "domain text",
            "user_login text!",
            "fullname text",
            "phone text",
            "email text",
            "position text",
            "department text",
        ),
        "updated_at",
        ("cabinet", "host", "user_login"),
    ),
    Table(
        "software_versions",
        Text("компоненты и версии каждой установки", "components and versions of every installation"),
        _columns(
            *_OWNER,
            "host text!",
            "legal_name text",
            "component text!",
            "version text!",
            "version_parts integer[]",
            "build text!",
            "first_seen timestamp with time zone!",
            "last_seen timestamp with time zone!",
        ),
        "last_seen",
        ("cabinet", "host", "component", "version", "build"),
    ),
    Table(
        "asrp_uploads",
        Text("результаты выгрузки sysinfo в АСРП", "results of the uploads of sysinfo to ASRP"),
        _columns(
            "ts timestamp with time zone!",
            *_OWNER,
            "host text!",
            "state text!",
            "response text!",
            "upload_number text",
            "identifier uuid",
            "dealer text",
        ),
        "ts",
    ),
    Table(
        "login_rejections",
        Text("отказы во входе, по строке на отказ", "refused logins, one row each"),
        _columns(
            "ts timestamp with time zone!",
            *_OWNER,
            "host text!",
            "domain text",
            "user_login text!",
            "reason text!",
        ),
        "ts",
    ),
    Table(
        "online_poll_errors",
        Text("неудачные опросы онлайн-доступов", "failed polls of online accesses"),
        _columns(
            "ts timestamp with time zone!",
            *_OWNER,
            "server text!",
            "catalog text!",
            "user_login text!",
            "error_class text!",
            "detail text",
        ),
        "ts",
    ),
    Table(
        "alert_events",
        Text("оповещения: текст, начало и конец", "alerts: text, start and end"),
        _columns(
            "started_at timestamp with time zone!",
            "ended_at timestamp with time zone",
            *_OWNER,
            "priority text!",
            "severity text!",
            "alertname text!",
            "text text",
            "clientname text",
            "regnum text",
            "catalog text",
            "url text",
            "user_login text",
            "filename text",
            "fingerprint text",
        ),
        "started_at",
    ),
    Table(
        "clients",
        Text("за кем наблюдаем: строки двух списков", "who is monitored: the lines of the two lists"),
        _columns(
            "cabinet text!",
            "dealer text!",
            "client text!",
            "manager text!",
            "email text",
            "kind text!",
            "host text",
            "server text",
            "catalog text",
            "user_login text",
            "protocol text",
            "legal_name text",
            "regnum text",
            "tz_correction integer",
            "ping boolean",
            "active_from date",
            "active_to date",
            "registered_at timestamp with time zone!",
            "air_gapped boolean!",
        ),
        "",
        ("cabinet", "client", "host", "server", "catalog", "user_login"),
    ),
)

# Tables of schema `core` that only importers read, and the column that retention goes by ("" for none).
INTERNAL_TABLES = {"imports": "report_ts", "poll_states": ""}


def labels_by_metric() -> dict[str, frozenset[str]]:
    """The labels of each metric, those all have among them."""
    known = (*METRICS, *COLLECTION_METRICS)
    return {metric.name: frozenset((*COMMON_LABELS, *metric.labels)) for metric in known}


def periods_by_metric() -> dict[str, int]:
    """The seconds between two samples of each metric."""
    return {metric.name: metric.source.period for metric in (*METRICS, *COLLECTION_METRICS)}


def columns_by_table() -> dict[str, frozenset[str]]:
    """The columns of each table that a cabinet may read."""
    return {table.name: frozenset(table.readable) for table in TABLES}
