-- What no dashboard reads. Which reports of installations were imported: each counts once, also when the importer is
-- ended in between.
CREATE TABLE core.imports (
    host         text NOT NULL,
    report_ts    timestamptz NOT NULL,          -- time inside the report, UTC
    received_at  timestamptz NOT NULL,          -- when it came for the first time
    digest       text NOT NULL,                 -- of its content
    attempts     int NOT NULL DEFAULT 1,        -- more than one: numbers of it may be in the store already
    done_at      timestamptz,                   -- null while it is not written whole
    PRIMARY KEY (host, report_ts)
);
CREATE INDEX imports_report_ts ON core.imports (report_ts);

-- Sign-ins of an online access that were refused in a row: so that no account is locked out.
CREATE TABLE core.poll_states (
    server       text NOT NULL,
    catalog      text NOT NULL,
    user_login   text NOT NULL,
    refusals     int NOT NULL,
    fingerprint  text NOT NULL,                 -- keyed, of login and password: another password is tried again
    refused_at   timestamptz NOT NULL,
    PRIMARY KEY (server, catalog, user_login)
);
