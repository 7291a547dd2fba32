"""What may be changed by hand in PostgreSQL: each is seen in the plan under its name, and repaired by one apply.

HOME is volga's database and the group of it, ITS_USER its login role; OTHER_HOME and NEIGHBOUR are ural's.
"""

from typing import NamedTuple

from provision.credential import RootSecret


class Drift(NamedTuple):
    """Statements of a superuser, or of the cabinet itself, in volga's database.

    `shown` is the part of the plan that must name the drift, `attempt` the attempt of `audit` that then gets through.
    """

    statements: str
    shown: str
    attempt: str = ""


DRIFT = {
    "PUBLIC may connect": Drift("GRANT CONNECT ON DATABASE OTHER_HOME TO PUBLIC", "DATABASE", "any other database"),
    "the cabinet may connect next door": Drift(
        "GRANT CONNECT ON DATABASE OTHER_HOME TO ITS_USER",
        "DATABASE",
        "any other database",
    ),
    "PUBLIC in the administration database": Drift(
        "GRANT CONNECT ON DATABASE smart TO PUBLIC",
        'DATABASE "smart"',
        "any other database",
    ),
    "plpgsql is usable": Drift("GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC", "LANGUAGE plpgsql", "DO"),
    "plpgsql is usable to the cabinet": Drift(
        "GRANT USAGE ON LANGUAGE plpgsql TO HOME",
        "LANGUAGE plpgsql",
        "languages for DO blocks",
    ),
    "a table granted by hand": Drift(
        "GRANT SELECT ON core.clients TO ITS_USER",
        "TABLE core.clients",
        "SELECT * FROM core.clients",
    ),
    "a grant on the whole table": Drift(
        "GRANT SELECT ON core.clients TO HOME",
        "TABLE core.clients",
        "tables and columns beyond those needed",
    ),
    "a grant on the cabinet": Drift(
        "GRANT SELECT (cabinet) ON core.clients TO HOME",
        "TABLE core.clients",
        "WHERE cabinet = …",
    ),
    "another table granted": Drift(
        "CREATE TABLE core.notes (x int); GRANT SELECT ON core.notes TO PUBLIC",
        "TABLE core.notes",
        "tables and columns beyond those needed",
    ),
    "a view of the owner": Drift(
        "CREATE VIEW core.peek AS SELECT cabinet FROM core.clients; GRANT SELECT ON core.peek TO HOME",
        "TABLE core.peek",
        "tables and columns beyond those needed",
    ),
    "a function with its owner's rights": Drift(
        "CREATE FUNCTION core.peek() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT"
        " string_agg(cabinet, '','') FROM core.clients'",
        "ROUTINE core.peek()",
        "functions with others' rights",
    ),
    "membership in the neighbour's role": Drift("GRANT NEIGHBOUR TO ITS_USER", "ITS_USER", "SET ROLE …"),
    "membership in the neighbour's group": Drift("GRANT OTHER_HOME TO ITS_USER", "ITS_USER", "SET ROLE … (group)"),
    "membership in the owner": Drift("GRANT reports_owner TO ITS_USER", "ITS_USER", "SET ROLE reports_owner"),
    "membership in the writers": Drift("GRANT reports_writer TO ITS_USER", "ITS_USER", "SET ROLE reports_writer"),
    "all readers are writers": Drift(
        "GRANT reports_writer TO cabinet_reader",
        "role cabinet_reader",
        "DELETE FROM core.search_queries",
    ),
    "membership in pg_read_all_data": Drift(
        "GRANT pg_read_all_data TO ITS_USER",
        "ITS_USER",
        "SELECT * FROM core.clients",
    ),
    "membership in pg_read_server_files": Drift(
        "GRANT pg_read_server_files TO ITS_USER; GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO ITS_USER",
        "ITS_USER",
        "pg_read_file",
    ),
    "a superuser": Drift("ALTER ROLE ITS_USER SUPERUSER", "ITS_USER", "COPY TO PROGRAM"),
    "CREATEROLE": Drift("ALTER ROLE ITS_USER CREATEROLE", "ITS_USER", "CREATE ROLE smart_attempt"),
    "CREATEDB": Drift("ALTER ROLE ITS_USER CREATEDB", "ITS_USER", "rights of the role"),
    "a table of one's own": Drift(
        "ALTER TABLE core.clients OWNER TO ITS_USER",
        "owners",
        "CREATE POLICY smart_attempt ON core.clients USING (true)",
    ),
    "a grant to write": Drift(
        "GRANT INSERT, UPDATE, DELETE ON core.clients TO PUBLIC",
        "TABLE core.clients",
        "UPDATE core.clients SET email = 'x'",
    ),
    "a grant on the sequence": Drift(
        "GRANT SELECT ON core.search_queries_id_seq TO HOME",
        "SEQUENCE core.search_queries_id_seq",
        "search_queries_id_seq",
    ),
    "the right to make tables": Drift(
        "GRANT CREATE ON SCHEMA core TO PUBLIC",
        "SCHEMA core",
        "CREATE TABLE core.smart_attempt (x int)",
    ),
    "the right to make schemas": Drift(
        "GRANT CREATE ON DATABASE HOME TO HOME",
        "DATABASE",
        "CREATE SCHEMA smart_attempt",
    ),
    "temporary tables": Drift(
        "GRANT TEMP ON DATABASE HOME TO PUBLIC",
        "DATABASE",
        "CREATE TEMP TABLE smart_attempt (x int)",
    ),
    "large objects": Drift(
        "GRANT EXECUTE ON FUNCTION pg_catalog.lo_create(oid) TO PUBLIC",
        "ROUTINE pg_catalog.lo_create(oid)",
        "SELECT lo_create(0)",
    ),
    "the table of locks that all share": Drift(
        "GRANT EXECUTE ON FUNCTION pg_catalog.pg_advisory_xact_lock(bigint) TO PUBLIC",
        "ROUTINE pg_catalog.pg_advisory_xact_lock(bigint)",
        "pg_advisory_lock",
    ),
    "snapshots": Drift(
        "GRANT EXECUTE ON FUNCTION pg_catalog.pg_export_snapshot() TO HOME",
        "ROUTINE pg_catalog.pg_export_snapshot()",
        "pg_export_snapshot",
    ),
    "the server's files": Drift(
        "GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text) TO HOME",
        "ROUTINE pg_catalog.pg_ls_dir(text)",
        "pg_ls_dir",
    ),
    "the passwords": Drift("GRANT SELECT ON pg_catalog.pg_authid TO PUBLIC", "TABLE pg_catalog.pg_authid", "pg_authid"),
    "a parameter": Drift(
        "GRANT SET ON PARAMETER session_replication_role TO ITS_USER",
        "PARAMETER session_replication_role",
        "session_replication_role = replica",
    ),
    "the log takes errors": Drift(
        "ALTER ROLE ITS_USER RESET log_min_messages",
        "ITS_USER",
        "errors go into the server's log",
    ),
    "another role may connect": Drift("CREATE ROLE guest LOGIN; GRANT CONNECT ON DATABASE HOME TO guest", "DATABASE"),
    "the neighbour may connect": Drift("GRANT CONNECT ON DATABASE HOME TO NEIGHBOUR", "DATABASE"),
    "the readers cannot connect": Drift("REVOKE CONNECT ON DATABASE HOME FROM HOME", "DATABASE"),
    "plpgsql is usable to one": Drift("GRANT USAGE ON LANGUAGE plpgsql TO ITS_USER", "LANGUAGE plpgsql"),
    "a table granted to a stranger": Drift(
        "CREATE ROLE analyst; GRANT SELECT ON core.clients TO analyst",
        "TABLE core.clients",
    ),
    "a grant is gone": Drift("REVOKE SELECT (client) ON core.clients FROM HOME", "TABLE core.clients"),
    "the writers lost a grant": Drift("REVOKE INSERT ON core.clients FROM reports_writer", "TABLE core.clients"),
    "a grant may be passed on": Drift(
        "GRANT SELECT (client) ON core.clients TO HOME WITH GRANT OPTION",
        "TABLE core.clients",
    ),
    "the schema is closed": Drift("REVOKE USAGE ON SCHEMA core FROM HOME", "SCHEMA core"),
    "the schema public": Drift("GRANT CREATE ON SCHEMA public TO PUBLIC", "SCHEMA public"),
    "tables will be born open": Drift(
        "ALTER DEFAULT PRIVILEGES FOR ROLE reports_owner IN SCHEMA core GRANT SELECT ON TABLES TO cabinet_reader",
        "DEFAULT FOR ROLE reports_owner IN SCHEMA core ON TABLES",
    ),
    "functions will be born open": Drift(
        "ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT EXECUTE ON FUNCTIONS TO cabinet_reader",
        "DEFAULT FOR ROLE postgres  ON ROUTINES",
    ),
    "another server": Drift(
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; GRANT USAGE ON FOREIGN"
        " SERVER s TO ITS_USER",
        "FOREIGN SERVER s",
    ),
    "a large object": Drift(
        "SELECT pg_catalog.lo_create(4242); GRANT SELECT ON LARGE OBJECT 4242 TO PUBLIC",
        "LARGE OBJECT",
    ),
    "a name to be quoted": Drift(
        'CREATE TABLE core."Odd ""name" ("Odd col" int); GRANT SELECT ("Odd col") ON core."Odd ""name" TO PUBLIC',
        'TABLE core."Odd ""name"',
    ),
    "an overloaded function": Drift(
        "CREATE FUNCTION core.f(a int, OUT b text) LANGUAGE sql AS 'SELECT 1::text'; GRANT EXECUTE ON"
        " FUNCTION core.f(int) TO PUBLIC",
        "ROUTINE core.f(a integer, OUT b text)",
    ),
    "a table of somebody else": Drift("ALTER TABLE core.clients OWNER TO postgres", "owners"),
    "the database of somebody else": Drift("ALTER DATABASE HOME OWNER TO postgres", "owner"),
    "a setting of the database": Drift("ALTER DATABASE HOME SET work_mem = '1GB'", "settings"),
    "the group may log in": Drift("ALTER ROLE HOME LOGIN CREATEDB", "readers"),
    "the group is in another group": Drift("GRANT pg_monitor TO HOME", "readers"),
    "a stranger in the group": Drift("CREATE ROLE guest; GRANT HOME TO guest", "readers"),
    "a setting of the group": Drift("ALTER ROLE HOME IN DATABASE HOME SET work_mem = '1GB'", "readers"),
    "the group is not in cabinet_reader": Drift("REVOKE cabinet_reader FROM HOME", "readers"),
    "the owner may log in": Drift("ALTER ROLE reports_owner LOGIN", "role reports_owner"),
    "the readers may create roles": Drift("ALTER ROLE cabinet_reader CREATEROLE", "role cabinet_reader"),
    "all readers are in another group": Drift("GRANT pg_monitor TO cabinet_reader", "role cabinet_reader"),
    "a stranger among all readers": Drift(
        "CREATE ROLE stranger; GRANT cabinet_reader TO stranger",
        "role cabinet_reader",
    ),
    "a setting of the writers": Drift("ALTER ROLE reports_writer SET work_mem = '1GB'", "role reports_writer"),
    "a tablespace": Drift("GRANT CREATE ON TABLESPACE pg_default TO PUBLIC", "TABLESPACE pg_default"),
    "PUBLIC in template1": Drift("GRANT CONNECT ON DATABASE template1 TO PUBLIC", 'DATABASE "template1"'),
    "a cabinet in postgres": Drift("GRANT CONNECT ON DATABASE postgres TO ITS_USER", 'DATABASE "postgres"'),
    "password": Drift("ALTER ROLE ITS_USER PASSWORD 'another'", "ITS_USER"),
    "no password": Drift("ALTER ROLE ITS_USER PASSWORD NULL", "ITS_USER"),
    "md5 password": Drift("ALTER ROLE ITS_USER PASSWORD 'md5aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'", "ITS_USER"),
    "a verifier that takes long": Drift(
        "ALTER ROLE ITS_USER PASSWORD 'SCRAM-SHA-256$200000:c2FsdHNhbHRzYWx0c2E=$L7qcdRAsdRXTXHPMmzGLd2j6nq"
        "JcFMQo8EwVE0Pufy8=:L7qcdRAsdRXTXHPMmzGLd2j6nqJcFMQo8EwVE0Pufy8='",
        "ITS_USER",
    ),
    "search path": Drift("ALTER ROLE ITS_USER SET search_path = public", "ITS_USER"),
    "search path here": Drift("ALTER ROLE ITS_USER IN DATABASE HOME SET search_path = public", "ITS_USER"),
    "search path elsewhere": Drift("ALTER ROLE ITS_USER IN DATABASE smart SET search_path = public", "ITS_USER"),
    "a setting more": Drift("ALTER ROLE ITS_USER SET work_mem = '1GB'", "ITS_USER"),
    "a setting less": Drift("ALTER ROLE ITS_USER RESET statement_timeout", "ITS_USER"),
    "errors go into the log": Drift("ALTER ROLE ITS_USER RESET log_min_error_statement", "ITS_USER"),
    "no login": Drift("ALTER ROLE ITS_USER NOLOGIN", "ITS_USER"),
    "connections": Drift("ALTER ROLE ITS_USER CONNECTION LIMIT -1", "ITS_USER"),
    "an end": Drift("ALTER ROLE ITS_USER VALID UNTIL '2020-01-01'", "ITS_USER"),
    "replication": Drift("ALTER ROLE ITS_USER REPLICATION", "ITS_USER"),
    "not in its group": Drift("REVOKE HOME FROM ITS_USER", "ITS_USER"),
    "may pass its group on": Drift("GRANT HOME TO ITS_USER WITH ADMIN OPTION", "ITS_USER"),
    "in another group": Drift("GRANT pg_monitor TO ITS_USER", "ITS_USER"),
    "has a member": Drift("CREATE ROLE guest; GRANT ITS_USER TO guest", "ITS_USER"),
    "owns a table": Drift("CREATE TABLE public.mine (x int); ALTER TABLE public.mine OWNER TO ITS_USER", "ITS_USER"),
    "owns what only a superuser may": Drift(
        "ALTER ROLE ITS_USER SUPERUSER; CREATE FOREIGN DATA WRAPPER w; ALTER FOREIGN DATA WRAPPER w OWNER TO ITS_USER",
        "ITS_USER",
    ),
    "may connect in its own name": Drift("GRANT CONNECT ON DATABASE HOME TO ITS_USER", "ITS_USER"),
    "the role is gone": Drift("DROP ROLE ITS_USER", "ITS_USER"),
}
# What repairs leave: it gives no access. Another case may use the names.
LEFT = (
    "DROP TABLE IF EXISTS public.t, public.mine, core.notes",
    'DROP TABLE IF EXISTS core."Odd ""name"',
    "DROP VIEW IF EXISTS core.peek",
    "DROP FUNCTION IF EXISTS core.f, core.peek",
    "DROP FOREIGN DATA WRAPPER IF EXISTS w CASCADE",
    "SELECT lo_unlink(oid) FROM pg_largeobject_metadata",
    *(f"DROP ROLE IF EXISTS {name}" for name in ("guest", "analyst", "stranger")),
)


def named(text: str, root: RootSecret) -> str:
    """The text with the names of the two cabinets' databases and roles."""
    words = {
        "OTHER_HOME": root.database_name("ural"),
        "HOME": root.database_name("volga"),
        "ITS_USER": root.credential("events", "volga", 1).name,
        "NEIGHBOUR": root.credential("events", "ural", 1).name,
    }
    for word, name in words.items():
        text = text.replace(word, name)
    return text
