"""The questions to PostgreSQL's catalogue that read() of the row fence is made of. Written for PostgreSQL 15 and newer.

`known` (a list of role names) stands for the cabinets' roles besides those in core.cabinet_role.
"""

# Who holds what: PUBLIC, the groups and each cabinet's role. What initdb gave in the system's own schemas counts as
# nothing, elsewhere every privilege counts; so do those that objects yet to be made would be born with (DEFAULT …).
# A few functions that initdb lets PUBLIC call are taken away all the same. Large objects would be a place for one
# cabinet to leave things for another. All sessions share one table of locks: advisory ones fill it within a second, and
# then nobody gets in any more. Snapshots fill the disk with files, messages with WAL.
PRIVILEGES = """
WITH RECURSIVE tenant AS (
    SELECT oid, rolname FROM pg_roles
    WHERE rolname = ANY(%(known)s) OR rolname IN (SELECT role_name FROM core.cabinet_role)
), grantee(oid, rolname) AS (
    SELECT oid, rolname FROM tenant
    UNION SELECT oid, rolname FROM pg_roles WHERE rolname IN ('cabinet_reader', 'reports_writer')
    UNION SELECT 0::oid, 'PUBLIC'::name
), forbidden(oid) AS (
    SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
    AND (proname IN ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_put', 'lowrite', 'pg_export_snapshot',
                     'pg_logical_emit_message') OR proname ~ '^pg_(try_)?advisory_(xact_)?lock')
), namespace AS (
    SELECT oid, nspname, nspacl, nspowner,
           nspname IN ('pg_catalog', 'information_schema', 'pg_toast') OR nspname LIKE 'pg\\_%%temp\\_%%' AS system
    FROM pg_namespace
), object(class, oid, part, target, suffix, system, acl, standard) AS (
    SELECT 'pg_class'::regclass, c.oid, 0,
           format('%%s %%I.%%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, c.relname), '',
           n.system, c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)
    FROM pg_class c JOIN namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    UNION ALL
    SELECT 'pg_class', c.oid, a.attnum, format('TABLE %%I.%%I', n.nspname, c.relname), format('(%%s)', a.attname),
           n.system, a.attacl, '{}'
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN namespace n ON n.oid = c.relnamespace
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL
    SELECT 'pg_proc', p.oid, 0,
           format('ROUTINE %%I.%%I(%%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)), '',
           n.system AND p.oid NOT IN (SELECT oid FROM forbidden), p.proacl, acldefault('f', p.proowner)
    FROM pg_proc p JOIN namespace n ON n.oid = p.pronamespace
    UNION ALL
    SELECT 'pg_namespace', n.oid, 0, format('SCHEMA %%I', n.nspname), '', n.system, n.nspacl,
           acldefault('n', n.nspowner)
    FROM namespace n
    UNION ALL
    SELECT 'pg_database', d.oid, 0, format('DATABASE "%%s"', replace(d.datname, '"', '""')), '', false, d.datacl,
           acldefault('d', d.datdba)
    FROM pg_database d WHERE d.datname = current_database()
    UNION ALL
    SELECT 'pg_foreign_data_wrapper', w.oid, 0, format('FOREIGN DATA WRAPPER %%I', w.fdwname), '', false, w.fdwacl,
           acldefault('F', w.fdwowner)
    FROM pg_foreign_data_wrapper w
    UNION ALL
    SELECT 'pg_foreign_server', s.oid, 0, format('FOREIGN SERVER %%I', s.srvname), '', false, s.srvacl,
           acldefault('S', s.srvowner)
    FROM pg_foreign_server s
    UNION ALL
    SELECT 'pg_largeobject_metadata', l.oid, 0, format('LARGE OBJECT %%s', l.oid), '', false, l.lomacl,
           acldefault('L', l.lomowner)
    FROM pg_largeobject_metadata l
    UNION ALL
    SELECT 'pg_tablespace', t.oid, 0, format('TABLESPACE %%I', t.spcname), '', false, t.spcacl,
           acldefault('t', t.spcowner)
    FROM pg_tablespace t
    UNION ALL
    SELECT 'pg_parameter_acl', p.oid, 0, format('PARAMETER %%s', p.parname), '', false, p.paracl, '{}'
    FROM pg_parameter_acl p
), held AS (
    SELECT o.target, o.suffix, e.grantee, e.privilege_type, e.is_grantable
    FROM object o CROSS JOIN LATERAL aclexplode(coalesce(o.acl, o.standard)) e
    WHERE NOT (o.system AND o.acl IS NULL)
    EXCEPT
    SELECT o.target, o.suffix, e.grantee, e.privilege_type, e.is_grantable
    FROM object o
    LEFT JOIN pg_init_privs i ON (i.classoid, i.objoid, i.objsubid) = (o.class, o.oid, o.part)
    CROSS JOIN LATERAL aclexplode(coalesce(i.initprivs, o.standard)) e
    WHERE o.system
    UNION ALL
    SELECT format('DEFAULT FOR ROLE %%I %%s ON %%s', pg_get_userbyid(d.defaclrole),
                  CASE WHEN d.defaclnamespace <> 0 THEN format('IN SCHEMA %%s', d.defaclnamespace::regnamespace) END,
                  CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES'
                                       ELSE 'SCHEMAS' END),
           '', e.grantee, e.privilege_type, e.is_grantable
    FROM pg_default_acl d CROSS JOIN LATERAL aclexplode(d.defaclacl) e WHERE d.defaclobjtype <> 'T'
)
SELECT h.target, g.rolname,
       array_agg(h.privilege_type || h.suffix || CASE WHEN h.is_grantable THEN '*' ELSE '' END
                 ORDER BY h.privilege_type || h.suffix COLLATE "C")
FROM held h JOIN grantee g ON g.oid = h.grantee
GROUP BY h.target, g.rolname
"""

ROLES = """
SELECT r.rolname,
       array_remove(ARRAY[
           CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END, CASE WHEN r.rolcreatedb THEN 'CREATEDB' END,
           CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END, CASE WHEN r.rolinherit THEN 'INHERIT' END,
           CASE WHEN r.rolcanlogin THEN 'LOGIN' END, CASE WHEN r.rolreplication THEN 'REPLICATION' END,
           CASE WHEN r.rolsuper THEN 'SUPERUSER' END], NULL),
       ARRAY(SELECT DISTINCT g.rolname || CASE WHEN m.admin_option THEN '*' ELSE '' END
             FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid ORDER BY 1),
       ARRAY(SELECT DISTINCT u.rolname::text FROM pg_auth_members m JOIN pg_roles u ON u.oid = m.member
             WHERE m.roleid = r.oid AND NOT (r.rolname = 'cabinet_reader' AND (u.rolname = ANY(%(known)s)
                   OR u.rolname IN (SELECT role_name FROM core.cabinet_role))) ORDER BY 1),
       ARRAY(SELECT unnest(s.setconfig) FROM pg_db_role_setting s WHERE s.setrole = r.oid
             AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())) ORDER BY 1)
FROM pg_roles r WHERE r.rolname IN ('reports_owner', 'reports_writer', 'cabinet_reader')
"""

TABLE_FLAGS = """
SELECT c.relname, pg_get_userbyid(c.relowner), c.relrowsecurity, c.relforcerowsecurity,
       ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
             AND NOT a.attisdropped AND coalesce(a.attstattarget, -1) <> 0 ORDER BY a.attname::text COLLATE "C")
FROM pg_class c WHERE c.relnamespace = to_regnamespace('core') AND c.relkind IN ('r', 'p')
AND c.relname = ANY(%s)
"""

POLICIES = """
SELECT c.relname, p.polname, p.polpermissive,
       CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
                     ELSE 'ALL' END,
       ARRAY(SELECT CASE role WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(role) END
             FROM unnest(p.polroles) role ORDER BY 1),
       coalesce(pg_get_expr(p.polqual, p.polrelid), ''), coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE c.relnamespace = to_regnamespace('core') AND c.relname = ANY(%s)
"""
