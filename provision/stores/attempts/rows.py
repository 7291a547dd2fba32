"""Attempts at the rows: reading, roles, settings, objects, what all share, files, the catalogue, other databases."""

from provision.stores.attempts.base import Expected, RowAttempt
from provision.text import Text

_SEEN = "SELECT DISTINCT client FROM core.clients UNION SELECT DISTINCT client FROM core.search_queries"
_WRITABLE = "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE"
# A DO block says what it found as the text of an exception, in which marks are looked for.


def _sql(ru: str, en: str, *statements: str, expected: Expected = "own") -> RowAttempt:
    return RowAttempt(Text(ru, en), statements, expected)


def _refused(shown: str, *statements: str) -> RowAttempt:
    """Refused; `shown` in both languages, for it is SQL."""
    return RowAttempt(Text(shown, shown), statements, "refused")


def _write(shown: str, statement: str = "") -> RowAttempt:
    """Refused although the session gave itself the right to write."""
    return _refused(shown, _WRITABLE, statement or shown)


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
        "ошибка в условии раньше политики",
        "an error in a condition before the policy",
        "SELECT 1 FROM core.clients WHERE client::int = 1",
    ),
    _refused("SELECT * FROM core.clients", "SELECT * FROM core.clients"),
    _refused("WHERE cabinet = …", "SELECT client FROM core.clients WHERE cabinet = 'OTHER_CABINET'"),
    _refused("SELECT c::text FROM core.clients c", "SELECT c::text FROM core.clients c"),
    _refused("EXPLAIN … WHERE cabinet = …", "EXPLAIN SELECT client FROM core.clients WHERE cabinet = 'OTHER_CABINET'"),
    _refused("search_queries_id_seq", "SELECT last_value FROM core.search_queries_id_seq"),
    _refused("core.schema_version", "SELECT name FROM core.schema_version"),
    _sql(
        "оценки планировщика",
        "the planner's estimates",
        """DO $$ DECLARE real json; none json; BEGIN
        EXECUTE 'EXPLAIN (FORMAT JSON) SELECT ts FROM core.search_queries WHERE client = ''OTHER_CLIENT''' INTO real;
        EXECUTE 'EXPLAIN (FORMAT JSON) SELECT ts FROM core.search_queries WHERE client = ''nobody at all''' INTO none;
        IF real->0->'Plan'->>'Plan Rows' <> none->0->'Plan'->>'Plan Rows' THEN RAISE EXCEPTION 'OTHER_CLIENT is known';
        END IF; END $$""",
    ),
)

_ROLES = (
    *(
        _refused(f"SET ROLE {shown}", f'SET ROLE "{role}"', _SEEN)
        for role, shown in (
            ("OTHER_ROLE", "…"),
            ("reports_owner", "reports_owner"),
            ("reports_writer", "reports_writer"),
            ("pg_read_all_data", "pg_read_all_data"),
        )
    ),
    _sql("SET ROLE cabinet_reader", "SET ROLE cabinet_reader", "SET ROLE cabinet_reader", _SEEN),
    _refused("SET SESSION AUTHORIZATION", 'SET SESSION AUTHORIZATION "OTHER_ROLE"', _SEEN),
    *(
        _refused(f"set_config('{name}')", f"SELECT set_config('{name}', 'OTHER_ROLE', false) AS client", _SEEN)
        for name in ("role", "session_authorization")
    ),
    _refused("PREPARE, SET ROLE, EXECUTE", f"PREPARE p AS {_SEEN}", 'SET ROLE "OTHER_ROLE"', "EXECUTE p"),
    _write("GRANT … TO current_user", 'GRANT "OTHER_ROLE" TO current_user'),
    _write("GRANT reports_owner TO current_user"),
    _write("CREATE ROLE smart_attempt"),
    *(_write(f"ALTER ROLE current_user {word}") for word in ("SUPERUSER", "BYPASSRLS", "CREATEROLE", "CREATEDB")),
)

_SETTINGS = (
    _refused("row_security = off", "SET row_security = off", _SEEN),
    _sql(
        "каждая своя настройка с чужим значением",
        "each setting of one's own with another's value",
        """DO $$ DECLARE name text; BEGIN FOR name IN
        SELECT split_part(unnest(setconfig), '=', 1) FROM pg_db_role_setting WHERE setrole = current_user::regrole
        UNION SELECT (regexp_matches(qual, 'current_setting\\(''([^'']+)', 'g'))[1] FROM pg_policies
        LOOP BEGIN PERFORM set_config(name, 'OTHER_CABINET', false); EXCEPTION WHEN OTHERS THEN NULL; END; END LOOP;
        END $$""",
        _SEEN,
    ),
    _refused("session_replication_role = replica", "SET session_replication_role = replica"),
    _refused("temp_file_limit = -1", "SET temp_file_limit = -1"),
)

_OBJECTS = (
    _write("CREATE TEMP TABLE smart_attempt (x int)"),
    _write("CREATE TABLE core.smart_attempt (x int)"),
    _write("CREATE TABLE public.smart_attempt (x int)"),
    _write("CREATE SCHEMA smart_attempt"),
    _write("CREATE FUNCTION core", "CREATE FUNCTION core.smart_attempt() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
    _write("CREATE FUNCTION pg_temp", "CREATE FUNCTION pg_temp.smart_attempt() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
    _write("CREATE EXTENSION dblink"),
    _write("SELECT lo_create(0)"),
    _write("SELECT lo_from_bytea(0, 'x')"),
    _write("ALTER TABLE core.clients DISABLE ROW LEVEL SECURITY"),
    _write("DROP POLICY cabinet_reads ON core.clients"),
    _write("CREATE POLICY smart_attempt ON core.clients USING (true)"),
    _write("INSERT INTO core.cabinet_role", "INSERT INTO core.cabinet_role VALUES (current_user, 'OTHER_CABINET', 1)"),
    _write("UPDATE core.cabinet_role", "UPDATE core.cabinet_role SET cabinet = 'OTHER_CABINET'"),
    _write("INSERT INTO core.clients", "INSERT INTO core.clients (cabinet) VALUES ('OTHER_CABINET')"),
    _write("UPDATE core.clients SET email = 'x'"),
    _write("DELETE FROM core.search_queries"),
    _write("TRUNCATE core.search_queries"),
    _refused("LOCK TABLE core.clients", "BEGIN", "LOCK TABLE core.clients IN ACCESS EXCLUSIVE MODE"),
)

# What all cabinets share: enough of it taken by one stops the others.
_SHARED = (
    _refused("pg_advisory_lock", "SELECT pg_advisory_xact_lock(4242)"),
    _refused("pg_try_advisory_lock", "SELECT pg_try_advisory_xact_lock_shared(42, 42)"),
    _refused("pg_export_snapshot", "SELECT pg_export_snapshot()"),
    _refused("pg_logical_emit_message", "SELECT pg_logical_emit_message(true, 'smart', 'attempt')"),
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

_CATALOGUE = (
    _refused("pg_authid", "SELECT rolname, rolpassword FROM pg_authid"),
    _refused("pg_statistic", "SELECT stavalues1 FROM pg_statistic"),
    _refused("pg_hba_file_rules", "SELECT * FROM pg_hba_file_rules"),
    _refused("pg_largeobject", "SELECT data FROM pg_largeobject"),
    _sql(
        "статистика pg_stats",
        "pg_stats",
        "SELECT most_common_vals, histogram_bounds FROM pg_stats WHERE schemaname = 'core'",
    ),
    _sql("запросы соседей", "neighbours' queries", "SELECT usename, query FROM pg_stat_activity"),
    _sql("имена ролей", "names of roles", "SELECT rolname, shobj_description(oid, 'pg_authid') FROM pg_roles"),
    _sql("настройки ролей", "settings of roles", "SELECT setconfig FROM pg_db_role_setting"),
    _sql("тексты политик", "texts of policies", "SELECT * FROM pg_policies"),
    _sql("таблица ролей", "the map of roles", "SELECT role_name, cabinet FROM core.cabinet_role"),
)

_OPEN = (
    _sql(
        "всё, что можно прочитать",
        "all that can be read",
        """DO $$ DECLARE r record; found bool; BEGIN
        FOR r IN SELECT c.oid::regclass AS relation, quote_ident(a.attname) AS attname
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND a.attnum > 0 AND NOT a.attisdropped
            AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
            AND has_schema_privilege(c.relnamespace, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT')
        LOOP BEGIN
            EXECUTE format('SELECT true FROM %s WHERE strpos(%s::text, %L) > 0', r.relation, r.attname,
                           'OTHER_CLIENT') INTO found;
        EXCEPTION WHEN OTHERS THEN found := false; END;
        IF found THEN RAISE EXCEPTION 'OTHER_CLIENT is in %', r.relation; END IF; END LOOP; END $$""",
    ),
    _sql(
        "всё, что можно вызвать",
        "all that can be called",
        """DO $$ DECLARE r record; found bool; BEGIN
        FOR r IN SELECT p.oid::regproc AS routine FROM pg_proc p
            WHERE p.prokind = 'f' AND p.pronargs = 0
            AND p.pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
            AND has_schema_privilege(p.pronamespace, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')
        LOOP BEGIN
            EXECUTE format('SELECT true FROM %s() f WHERE strpos(f::text, %L) > 0', r.routine,
                           'OTHER_CLIENT') INTO found;
        EXCEPTION WHEN OTHERS THEN found := false; END;
        IF found THEN RAISE EXCEPTION 'OTHER_CLIENT comes from %', r.routine; END IF; END LOOP; END $$""",
    ),
    _sql(
        "функции с чужими правами",
        "functions with others' rights",
        """DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_proc p WHERE p.prosecdef
        AND has_function_privilege(p.oid, 'EXECUTE') AND has_schema_privilege(p.pronamespace, 'USAGE'))
        THEN RAISE EXCEPTION 'none'; END IF; END $$""",
        expected="refused",
    ),
)

_DATABASES = tuple(
    RowAttempt(Text(f"база {name}", f"the database {name}"), ("SELECT 1",), "refused", name)
    for name in ("postgres", "template1")
)

ROW_ATTEMPTS: tuple[RowAttempt, ...] = (
    *_READING,
    *_ROLES,
    *_SETTINGS,
    *_OBJECTS,
    *_SHARED,
    *_FILES,
    *_CATALOGUE,
    *_OPEN,
    *_DATABASES,
)
