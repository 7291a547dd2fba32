"""Attempts at the rows: reading, side channels, roles, settings, objects, files, the catalogue, other databases."""

from provision.stores.attempts.base import HEARD, Expected, RowAttempt
from provision.stores.contract import TABLES
from provision.text import Text

_SEEN = "SELECT DISTINCT client FROM core.clients UNION SELECT DISTINCT client FROM core.search_queries"
_WRITABLE = "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE"
# The order of conditions matters, not the way to the rows.
_PLAIN_SCAN = ("SET enable_indexscan = off", "SET enable_indexonlyscan = off", "SET enable_bitmapscan = off")
_COUNT = "SELECT count(*) FROM core.clients WHERE "
_EXECUTED = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT 1 FROM core.clients WHERE "
# Costs half an operator: less than the comparison in any row policy.
_CHEAP = "client = ANY (ARRAY['OTHER_CLIENT'])"
_EITHER = "client <> ALL (ARRAY['OTHER_CLIENT']) OR "  # what follows is computed for that client's row alone
_POLICY_WORDS = ("InitPlan", "SubPlan", "cabinet")


def _sql(
    ru: str, en: str, *statements: str, expected: Expected = "own", tells: tuple[str, ...] = (), database: str = ""
) -> RowAttempt:
    return RowAttempt(Text(ru, en), statements, expected, database, tells)


def _refused(shown: str, *statements: str) -> RowAttempt:
    """Refused; `shown` in both languages, for it is SQL."""
    return RowAttempt(Text(shown, shown), statements, "refused")


def _write(shown: str, statement: str = "") -> RowAttempt:
    """Refused although the session gave itself the right to write."""
    return _refused(shown, _WRITABLE, statement or shown)


def _nothing(ru: str, en: str, rows: str, *before: str) -> RowAttempt:
    """Refused by a division by zero when `rows` (FROM … WHERE …) are none."""
    return RowAttempt(Text(ru, en), (*before, "SELECT 1 / count(*) FROM " + rows), "refused")


_READING = (
    _sql("чтение без условия", "reading without a condition", _SEEN),
    _sql("условие or true", "the condition or true", "SELECT client FROM core.clients WHERE client = 'x' OR true"),
    _sql(
        "чужой клиент в условии",
        "another's client in the condition",
        "SELECT count(*), max(client) FROM core.clients WHERE client = 'OTHER_CLIENT'",
    ),
    _sql("выборка TABLESAMPLE", "TABLESAMPLE", "SELECT client FROM core.clients TABLESAMPLE SYSTEM (100)"),
    _sql("курсор", "a cursor", "BEGIN", f"DECLARE c CURSOR FOR {_SEEN}", "FETCH ALL FROM c"),
    _sql(
        "функция query_to_xml", "query_to_xml", "SELECT query_to_xml('SELECT client FROM core.clients', true, true, '')"
    ),
    _sql(
        "ошибка приведения типа",
        "an error that quotes a value",
        "SELECT client::int FROM core.clients WHERE client <> '' ORDER BY client DESC",
    ),
    _sql(
        "ошибка в условии",
        "an error in a condition",
        "SELECT 1 FROM core.clients WHERE client::int = 1",
    ),
    _refused("SELECT * FROM core.clients", "SELECT * FROM core.clients"),
    _refused("WHERE cabinet = …", "SELECT client FROM core.clients WHERE cabinet = 'OTHER_CABINET'"),
    _refused("SELECT c::text FROM core.clients c", "SELECT c::text FROM core.clients c"),
    _refused("EXPLAIN … WHERE cabinet = …", "EXPLAIN SELECT client FROM core.clients WHERE cabinet = 'OTHER_CABINET'"),
    _refused("search_queries_id_seq", "SELECT last_value FROM core.search_queries_id_seq"),
)

# Where cabinets share a table behind a row policy, conditions that are cheaper than the policy's see everybody's rows;
# then the answer about another cabinet's client differs from that about nobody.
_SIDE_CHANNELS = (
    _sql(
        "EXPLAIN ANALYZE: выполнен ли чужой подзапрос",
        "EXPLAIN ANALYZE: whether a policy's subquery was executed",
        *_PLAIN_SCAN,
        _EXECUTED + _CHEAP,
        expected="same",
    ),
    _sql(
        "EXPLAIN ANALYZE: выполнен ли свой подзапрос",
        "EXPLAIN ANALYZE: whether one's own subquery was executed",
        *_PLAIN_SCAN,
        _EXECUTED + _EITHER + "(SELECT count(*) > 0 FROM pg_language)",
        expected="same",
    ),
    _sql(  # Grafana 12.4 shows what SELECT answers, and every error, but no answer of EXPLAIN
        "ошибка: выполнен ли свой подзапрос",
        "an error: whether one's own subquery was executed",
        *_PLAIN_SCAN,
        _COUNT + _EITHER + "(SELECT 1 / count(*) > 0 FROM pg_language WHERE lanname = 'none')",
        expected="same",
    ),
    _sql(
        "время: выполнен ли свой подзапрос",
        "timing: whether one's own subquery was executed",
        *_PLAIN_SCAN,
        _COUNT + _EITHER + "(SELECT pg_sleep(1.5) IS NOT NULL)",
        expected="same",
    ),
    _sql(
        "EXPLAIN ANALYZE: условие IS TRUE",
        "EXPLAIN ANALYZE: a condition IS TRUE",
        *_PLAIN_SCAN,
        f"{_EXECUTED}({_CHEAP}) IS TRUE",
        expected="same",
    ),
    *(
        _sql(
            f"EXPLAIN ANALYZE: условие без цены, {condition}",
            f"EXPLAIN ANALYZE: a condition without cost, {condition}",
            *_PLAIN_SCAN,
            _EXECUTED + condition,
            tells=_POLICY_WORDS,
        )
        for condition in ("email IS NULL", "email IS NOT NULL", "ping", "NOT ping")
    ),
    _sql(
        "оценки планировщика",
        "the planner's estimates",
        "EXPLAIN SELECT ts FROM core.search_queries WHERE client = 'OTHER_CLIENT'",
        expected="same",
    ),
)

_ROLES = (
    *(
        _refused(f"SET ROLE {shown}", f'SET ROLE "{role}"')
        for role, shown in (
            ("OTHER_ROLE", "…"),
            ("OTHER_DATABASE", "… (group)"),
            ("reports_owner", "reports_owner"),
            ("reports_writer", "reports_writer"),
            ("pg_read_all_data", "pg_read_all_data"),
            ("pg_database_owner", "pg_database_owner"),
        )
    ),
    _sql("SET ROLE cabinet_reader", "SET ROLE cabinet_reader", "SET ROLE cabinet_reader", _SEEN),
    _refused("SET SESSION AUTHORIZATION", 'SET SESSION AUTHORIZATION "OTHER_ROLE"'),
    *(
        _refused(f"set_config('{name}')", f"SELECT set_config('{name}', 'OTHER_ROLE', false)")
        for name in ("role", "session_authorization")
    ),
    _write("GRANT … TO current_user", 'GRANT "OTHER_ROLE" TO current_user'),
    _write("GRANT reports_owner TO current_user"),
    _write("CREATE ROLE smart_attempt"),
    *(_write(f"ALTER ROLE current_user {word}") for word in ("SUPERUSER", "BYPASSRLS", "CREATEROLE", "CREATEDB")),
)

_SETTINGS = (
    _sql(
        "каждая своя настройка с чужим значением",
        "each setting of one's own with another's value",
        # One row of one text, as the next statement has: Grafana refuses to join results of another form (12.4).
        "SELECT max(set_config(split_part(setting, '=', 1), 'OTHER_CABINET', false)) AS client FROM pg_db_role_setting,"
        " unnest(setconfig) setting WHERE setrole IN (0, current_user::regrole) AND setting LIKE '%.%=%'",
        _SEEN,
    ),
    RowAttempt(
        Text("настройка, оставленная в сеансе", "a setting left in the session"),
        ("SELECT current_setting('application_name')",),
        tells=("smart-attempt",),
        first="SET application_name = 'smart-attempt'",
    ),
    _refused("session_replication_role = replica", "SET session_replication_role = replica"),
    _refused("temp_file_limit = -1", "SET temp_file_limit = -1"),
    _refused("log_min_messages = debug5", "SET log_min_messages = debug5"),
    _refused("log_statement = all", "SET log_statement = 'all'"),
    _nothing(
        "ошибки попадают в журнал сервера",
        "errors go into the server's log",
        "(SELECT WHERE current_setting('log_min_messages') NOT IN ('fatal', 'panic')"
        " OR current_setting('log_min_error_statement') <> 'panic') x",
    ),
)

_OBJECTS = (
    _write("DO", "DO $$ BEGIN NULL; END $$"),
    _nothing(
        "языки для блоков DO",
        "languages for DO blocks",
        "pg_language WHERE lanpltrusted AND lanname <> 'sql' AND has_language_privilege(oid, 'USAGE')",
    ),
    _write("CREATE TEMP TABLE smart_attempt (x int)"),
    _write("CREATE TABLE core.smart_attempt (x int)"),
    _write("CREATE TABLE public.smart_attempt (x int)"),
    _write("CREATE SCHEMA smart_attempt"),
    _write("CREATE FUNCTION core", "CREATE FUNCTION core.smart_attempt() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
    _write("CREATE FUNCTION pg_temp", "CREATE FUNCTION pg_temp.smart_attempt() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
    _write("CREATE EXTENSION dblink"),
    _nothing(
        "права роли",
        "rights of the role",
        "pg_roles WHERE rolname = current_user"
        " AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)",
    ),
    _write("SELECT lo_create(0)"),
    _write("SELECT lo_from_bytea(0, 'x')"),
    _write("ALTER TABLE core.clients OWNER TO current_user"),
    _write("CREATE POLICY smart_attempt ON core.clients USING (true)"),
    _write("INSERT INTO core.clients", "INSERT INTO core.clients (cabinet) VALUES ('OTHER_CABINET')"),
    _write("UPDATE core.clients SET email = 'x'"),
    _write("DELETE FROM core.search_queries"),
    _write("TRUNCATE core.search_queries"),
    _refused("LOCK TABLE core.clients", "BEGIN", "LOCK TABLE core.clients IN ACCESS EXCLUSIVE MODE"),
)

# Of the victim's own: it may be audited at the same time, and would hear itself.
_CHANNEL = "smart_attempt_OTHER_ROLE"
# What all cabinets of a server share: enough of it taken by one stops the others.
_SHARED = (
    _refused("pg_advisory_lock", "SELECT pg_advisory_xact_lock(4242)"),
    _refused("pg_try_advisory_lock", "SELECT pg_try_advisory_xact_lock_shared(42, 42)"),
    _refused("pg_export_snapshot", "SELECT pg_export_snapshot()"),
    _refused("pg_logical_emit_message", "SELECT pg_logical_emit_message(true, 'smart', 'attempt')"),
    RowAttempt(
        Text("сообщение соседу через NOTIFY", "a message to the neighbour by NOTIFY"),
        (f"NOTIFY {_CHANNEL}",),
        tells=(HEARD,),
        listens=_CHANNEL,
    ),
)

_FILES = (
    _refused("COPY TO PROGRAM", f"COPY ({_SEEN}) TO PROGRAM 'cat'"),
    _write("COPY FROM PROGRAM", "COPY core.clients FROM PROGRAM 'true'"),
    _refused("COPY TO '/tmp/…'", f"COPY ({_SEEN}) TO '/tmp/smart_attempt'"),
    _refused("pg_read_file", "SELECT pg_read_file('PG_VERSION')"),
    _refused("pg_ls_dir", "SELECT pg_ls_dir('.')"),
    _refused("pg_stat_file", "SELECT pg_stat_file('PG_VERSION')"),
    _refused("lo_import", "SELECT lo_import('/etc/hostname')"),
)

_NAMES = ("OTHER_CABINET",)
_CATALOGUE = (
    _refused("pg_authid", "SELECT rolname, rolpassword FROM pg_authid"),
    _refused("pg_statistic", "SELECT stavalues1 FROM pg_statistic"),
    _refused("pg_hba_file_rules", "SELECT * FROM pg_hba_file_rules"),
    _refused("pg_largeobject", "SELECT data FROM pg_largeobject"),
    _sql(
        "статистика pg_stats",
        "pg_stats",
        "SELECT most_common_vals, histogram_bounds FROM pg_stats WHERE schemaname = 'core'",
        tells=_NAMES,
    ),
    _sql(
        "таблицы и их размеры, pg_class",
        "tables and their sizes, pg_class",
        "SELECT relnamespace::regnamespace, relname, reltuples, relpages FROM pg_class WHERE oid >= 16384",
        tells=_NAMES,
    ),
    _sql(
        "запросы соседей",
        "neighbours' queries",
        "SELECT datname, usename, query FROM pg_stat_activity WHERE usename <> current_user",  # own ones name victims
        tells=_NAMES,
    ),
    _sql(
        "имена ролей",
        "names of roles",
        "SELECT rolname, shobj_description(oid, 'pg_authid') FROM pg_roles",
        tells=_NAMES,
    ),
    _sql(
        "имена баз",
        "names of databases",
        "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database",
        tells=_NAMES,
    ),
    _sql("настройки ролей и баз", "settings of roles and databases", "TABLE pg_db_role_setting", tells=_NAMES),
    _nothing("политики строк", "row policies", "pg_policies"),
)

_TABLES = ", ".join(f"'{table.name}'" for table in TABLES)
_READABLE = ", ".join(f"('{table.name}', '{column}')" for table in TABLES for column in table.readable)
_RELATIONS = """pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND a.attnum > 0 AND NOT a.attisdropped
    AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    AND has_schema_privilege(c.relnamespace, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT')"""
_ROUTINES = """pg_proc p WHERE p.prokind = 'f' AND p.pronargs = 0
    AND p.pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    AND has_schema_privilege(p.pronamespace, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')"""
_OPEN = (
    _sql(
        "всё, что можно прочитать",
        "all that can be read",
        "SELECT query_to_xml(format('SELECT %I AS found FROM %s WHERE strpos(%I::text, %L) > 0', a.attname,"
        " c.oid::regclass, a.attname, 'OTHER_CLIENT'), true, true, '') FROM " + _RELATIONS,
    ),
    _sql(
        "всё, что можно вызвать",
        "all that can be called",
        "SELECT query_to_xml(format('SELECT f::text FROM %s() f', p.oid::regproc), true, true, '') FROM " + _ROUTINES,
    ),
    _nothing(
        "таблицы и столбцы сверх нужных",
        "tables and columns beyond those needed",
        f"{_RELATIONS} AND NOT (c.relnamespace = to_regnamespace('core') AND c.relname IN ({_TABLES})"
        f" AND (c.relname, a.attname) IN ({_READABLE}))",
    ),
    _nothing(
        "функции с чужими правами",
        "functions with others' rights",
        "pg_proc p WHERE p.prosecdef AND has_function_privilege(p.oid, 'EXECUTE')"
        " AND has_schema_privilege(p.pronamespace, 'USAGE')",
    ),
)

_DATABASES = (
    _nothing(
        "любая другая база",
        "any other database",
        "pg_database WHERE datname <> current_database() AND datallowconn AND has_database_privilege(oid, 'CONNECT')",
    ),
    _refused("dblink", "SELECT dblink_connect('dbname=OTHER_DATABASE')"),
    *(
        _sql(f"база {name}", f"the database {name}", "SELECT 1", expected="refused", database=name)
        for name in ("postgres", "template1")
    ),
    _sql("база соседа", "the neighbour's database", _SEEN, expected="refused", database="OTHER_DATABASE"),
)

ROW_ATTEMPTS: tuple[RowAttempt, ...] = (
    *_READING,
    *_SIDE_CHANNELS,
    *_ROLES,
    *_SETTINGS,
    *_OBJECTS,
    *_SHARED,
    *_FILES,
    *_CATALOGUE,
    *_OPEN,
    *_DATABASES,
)
