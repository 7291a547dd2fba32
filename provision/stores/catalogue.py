"""Questions to PostgreSQL's catalogue about the fences: who holds what, what roles and databases are like.

Those about roles, databases, tablespaces and parameters are asked once for a whole server, in any of its databases.
"""

# Every privilege in this database that somebody else than the owner holds. What initdb gave in the system's own schemas
# counts as nothing, elsewhere every privilege counts; so do those that objects yet to be made would be born with
# (DEFAULT …). Some that initdb lets PUBLIC use count all the same: languages for DO blocks (they write the server's log
# and burn the processor), large objects (a place to leave things), advisory locks (all sessions of the server share one
# table of locks, which they fill within a second), snapshots (files on the disk), messages into the WAL.
# `ours`: the administrator may change the object's privileges.
PRIVILEGES = """
WITH namespace AS (
    SELECT oid, nspname, nspacl, nspowner,
           nspname IN ('pg_catalog', 'information_schema', 'pg_toast') OR nspname LIKE 'pg\\_%%temp\\_%%' AS system
    FROM pg_namespace
), object(class, oid, part, target, suffix, system, owner, acl, standard) AS (
    SELECT 'pg_class'::regclass, c.oid, 0,
           format('%%s %%I.%%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, c.relname), '',
           n.system, c.relowner, c.relacl,
           acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)
    FROM pg_class c JOIN namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT (n.system AND c.relacl IS NULL)
    UNION ALL
    SELECT 'pg_class', c.oid, a.attnum, format('TABLE %%I.%%I', n.nspname, c.relname), format('(%%s)', a.attname),
           n.system, c.relowner, a.attacl, '{}'
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN namespace n ON n.oid = c.relnamespace
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL
    SELECT 'pg_proc', p.oid, 0,
           format('ROUTINE %%I.%%I(%%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)), '',
           n.system AND NOT f.forbidden, p.proowner, p.proacl, acldefault('f', p.proowner)
    FROM pg_proc p JOIN namespace n ON n.oid = p.pronamespace CROSS JOIN LATERAL (
        SELECT n.nspname = 'pg_catalog' AND (p.proname ~ '^pg_(try_)?advisory_(xact_)?lock' OR p.proname IN (
            'lo_creat', 'lo_create', 'lo_from_bytea', 'lo_put', 'lowrite', 'pg_export_snapshot',
            'pg_logical_emit_message'))
    ) f(forbidden)
    WHERE NOT (n.system AND NOT f.forbidden AND p.proacl IS NULL)
    UNION ALL
    SELECT 'pg_namespace', n.oid, 0, format('SCHEMA %%I', n.nspname), '', n.system, n.nspowner, n.nspacl,
           acldefault('n', n.nspowner)
    FROM namespace n
    UNION ALL
    SELECT 'pg_language', l.oid, 0, format('LANGUAGE %%I', l.lanname), '', false, l.lanowner, l.lanacl,
           acldefault('l', l.lanowner)
    FROM pg_language l WHERE l.lanpltrusted AND l.lanname <> 'sql'
    UNION ALL
    SELECT 'pg_foreign_data_wrapper', w.oid, 0, format('FOREIGN DATA WRAPPER %%I', w.fdwname), '', false, w.fdwowner,
           w.fdwacl, acldefault('F', w.fdwowner)
    FROM pg_foreign_data_wrapper w
    UNION ALL
    SELECT 'pg_foreign_server', s.oid, 0, format('FOREIGN SERVER %%I', s.srvname), '', false, s.srvowner, s.srvacl,
           acldefault('S', s.srvowner)
    FROM pg_foreign_server s
    UNION ALL
    SELECT 'pg_largeobject_metadata', l.oid, 0, format('LARGE OBJECT %%s', l.oid), '', false, l.lomowner, l.lomacl,
           acldefault('L', l.lomowner)
    FROM pg_largeobject_metadata l
), held AS (
    SELECT o.target, o.suffix, o.owner, e.grantee, e.privilege_type, e.is_grantable
    FROM object o CROSS JOIN LATERAL aclexplode(coalesce(o.acl, o.standard)) e
    WHERE NOT (o.system AND o.acl IS NULL)
    EXCEPT
    SELECT o.target, o.suffix, o.owner, e.grantee, e.privilege_type, e.is_grantable
    FROM object o
    LEFT JOIN pg_init_privs i ON (i.classoid, i.objoid, i.objsubid) = (o.class, o.oid, o.part)
    CROSS JOIN LATERAL aclexplode(coalesce(i.initprivs, o.standard)) e
    WHERE o.system
    UNION ALL
    SELECT format('DEFAULT FOR ROLE %%I %%s ON %%s', pg_get_userbyid(d.defaclrole),
                  CASE WHEN d.defaclnamespace <> 0 THEN format('IN SCHEMA %%s', d.defaclnamespace::regnamespace) END,
                  CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES'
                                       ELSE 'SCHEMAS' END),
           '', d.defaclrole, e.grantee, e.privilege_type, e.is_grantable
    FROM pg_default_acl d CROSS JOIN LATERAL aclexplode(d.defaclacl) e WHERE d.defaclobjtype <> 'T'
)
SELECT h.target, CASE h.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(h.grantee)::text END,
       array_agg(h.privilege_type || h.suffix || CASE WHEN h.is_grantable THEN '*' ELSE '' END
                 ORDER BY h.privilege_type || h.suffix COLLATE "C"),
       bool_and(pg_has_role(h.owner, 'USAGE'))
FROM held h WHERE h.grantee <> h.owner
GROUP BY h.target, h.grantee
"""

# Tables and sequences of our schema that do not belong to its owner.
OWNERS = """
SELECT c.relname::text, pg_get_userbyid(c.relowner)::text FROM pg_class c
WHERE c.relnamespace = to_regnamespace('core') AND c.relkind IN ('r', 'p') AND pg_get_userbyid(c.relowner) <> %s
ORDER BY 1
"""

# Databases: who owns them, the comment, settings, and every privilege that somebody else than the owner holds.
DATABASES = """
SELECT d.datname::text, pg_get_userbyid(d.datdba)::text, coalesce(shobj_description(d.oid, 'pg_database'), ''),
       pg_has_role(d.datdba, 'USAGE'),
       ARRAY(SELECT unnest(s.setconfig) FROM pg_db_role_setting s WHERE s.setdatabase = d.oid AND s.setrole = 0
             ORDER BY 1),
       (SELECT jsonb_object_agg(grantee, held) FROM (
            SELECT CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(e.grantee)::text END AS grantee,
                   jsonb_agg(e.privilege_type || CASE WHEN e.is_grantable THEN '*' ELSE '' END
                             ORDER BY e.privilege_type COLLATE "C") AS held
            FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) e WHERE e.grantee <> d.datdba GROUP BY 1) x)
FROM pg_database d WHERE d.datallowconn AND (%(names)s::text[] IS NULL OR d.datname = ANY(%(names)s))
"""

# Tablespaces and parameters: what PUBLIC, the groups and cabinets' roles hold of them.
SHARED_PRIVILEGES = """
WITH object(target, acl, owner) AS (
    SELECT format('TABLESPACE %%I', spcname), coalesce(spcacl, acldefault('t', spcowner)), spcowner FROM pg_tablespace
    UNION ALL SELECT format('PARAMETER %%s', parname), paracl, 10::oid FROM pg_parameter_acl
)
SELECT o.target, coalesce(r.rolname::text, 'PUBLIC'),
       array_agg(e.privilege_type || CASE WHEN e.is_grantable THEN '*' ELSE '' END
                 ORDER BY e.privilege_type COLLATE "C"),
       bool_and(pg_has_role(o.owner, 'USAGE'))
FROM object o CROSS JOIN LATERAL aclexplode(o.acl) e LEFT JOIN pg_roles r ON r.oid = e.grantee
WHERE e.grantee = 0 OR r.rolname ~ %(ours)s OR r.rolname = ANY(%(groups)s)
GROUP BY 1, 2
"""

_ATTRIBUTES = """array_remove(ARRAY[
           CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END, CASE WHEN r.rolcreatedb THEN 'CREATEDB' END,
           CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END, CASE WHEN r.rolinherit THEN 'INHERIT' END,
           CASE WHEN r.rolcanlogin THEN 'LOGIN' END, CASE WHEN r.rolreplication THEN 'REPLICATION' END,
           CASE WHEN r.rolsuper THEN 'SUPERUSER' END], NULL)"""
_GROUPS = """ARRAY(SELECT DISTINCT g.rolname || CASE WHEN m.admin_option THEN '*' ELSE '' END
             FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid ORDER BY 1)"""
# Without those who may make any role anyway: from PostgreSQL 16 on the maker of a role is a member of it.
_MEMBERS = """ARRAY(SELECT DISTINCT u.rolname::text FROM pg_auth_members m JOIN pg_roles u ON u.oid = m.member
             WHERE m.roleid = r.oid AND NOT (u.rolsuper OR u.rolcreaterole) ORDER BY 1)"""
_SETTINGS = """ARRAY(SELECT CASE WHEN s.setdatabase = 0 THEN setting ELSE format('in %%s: %%s', d.datname, setting) END
             FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) setting
             WHERE s.setrole = r.oid ORDER BY 1)"""
# Where the role owns something or holds a privilege in its own name; "" for what belongs to the whole server.
_HOLDS_IN = """ARRAY(SELECT DISTINCT coalesce(d.datname::text, '') FROM pg_shdepend s
             LEFT JOIN pg_database d ON d.oid = s.dbid
             WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = r.oid AND s.deptype IN ('o', 'a')
             AND s.classid <> 'pg_auth_members'::regclass ORDER BY 1)"""

ROLES = f"""
SELECT r.rolname::text, {_ATTRIBUTES}, {_GROUPS}, {_MEMBERS}, {_SETTINGS}, {_HOLDS_IN},
       pg_has_role(r.oid, 'USAGE')
FROM pg_roles r WHERE r.rolname = ANY(%(names)s)
"""  # noqa: S608 - our own parts


# Roles named like `ours`, with the groups that each is a member of.
NAMED_LIKE_OURS = """
SELECT r.rolname::text, ARRAY(SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                              WHERE m.member = r.oid)
FROM pg_roles r WHERE r.rolname ~ %s ORDER BY 1
"""


def login_roles(*, superuser: bool) -> str:
    """The question for login roles with given `names`, and for those named like `ours` that are members of `groups`.

    Only a superuser sees the verifiers of passwords; to others they are NULL.
    """
    password, source = ("r.rolpassword", "pg_authid") if superuser else ("NULL", "pg_roles")
    return f"""
SELECT r.rolname::text,
       ARRAY(SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
             WHERE m.member = r.oid AND g.rolname = ANY(%(groups)s) ORDER BY 1),
       r.rolconnlimit, {password}, coalesce(isfinite(r.rolvaliduntil), false),
       {_ATTRIBUTES}, {_GROUPS}, {_MEMBERS}, {_SETTINGS}, {_HOLDS_IN}
FROM {source} r
WHERE r.rolname = ANY(%(names)s) OR (r.rolname ~ %(ours)s AND NOT r.rolname = ANY(%(groups)s) AND EXISTS (
    SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
    WHERE m.member = r.oid AND g.rolname = ANY(%(groups)s)))
"""  # noqa: S608 - our own parts
