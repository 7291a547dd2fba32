-- The nine tables that dashboards read. Nothing is granted here: who may read what is in databases.py.
CREATE TABLE core.search_queries (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ts                timestamptz NOT NULL,     -- time of the search
    report_ts         timestamptz,              -- report that brought it
    cabinet           text NOT NULL,
    scope             text NOT NULL CHECK (scope IN ('installation', 'online')),
    client            text NOT NULL,
    manager           text NOT NULL,
    legal_name        text,
    host              text,                     -- installation, or the vendor's server for online
    catalog           text DEFAULT 'docs',
    user_login        text,
    query_text        text NOT NULL,
    search_type       text CHECK (search_type IN ('i', 'a')),  -- intellectual, by attributes
    source            text,                     -- ksrv, kAssist
    status            text NOT NULL CHECK (status IN ('success', 'empty', 'error')),
    duration_seconds  numeric(10, 3),
    UNIQUE NULLS NOT DISTINCT (cabinet, scope, host, catalog, user_login, ts, query_text)
);
CREATE INDEX search_queries_ts ON core.search_queries (ts);

CREATE TABLE core.connected_users (
    report_ts    timestamptz NOT NULL,
    cabinet      text NOT NULL,
    client       text NOT NULL,
    manager      text NOT NULL,
    host         text NOT NULL,
    domain       text,
    user_login   text NOT NULL,
    server_time  timestamptz,                   -- when the user logged in, by the server's clock
    ip           inet,
    browser      text,
    UNIQUE NULLS NOT DISTINCT (cabinet, host, report_ts, user_login, ip)
);
CREATE INDEX connected_users_report_ts ON core.connected_users (report_ts);

CREATE TABLE core.user_cards (
    updated_at  timestamptz NOT NULL,
    cabinet     text NOT NULL,
    client      text NOT NULL,
    manager     text NOT NULL,
    host        text NOT NULL,
    domain      text,
    user_login  text NOT NULL,
    fullname    text,
    phone       text,
    email       text,
    position    text,
    department  text,
    PRIMARY KEY (cabinet, host, user_login)
);
CREATE INDEX user_cards_updated_at ON core.user_cards (updated_at);

CREATE TABLE core.software_versions (
    cabinet        text NOT NULL,
    client         text NOT NULL,
    manager        text NOT NULL,
    host           text NOT NULL,
    legal_name     text,
    component      text NOT NULL,
    version        text NOT NULL,
    version_parts  int[],                       -- for sorting
    build          text NOT NULL DEFAULT '',
    first_seen     timestamptz NOT NULL,
    last_seen      timestamptz NOT NULL,
    PRIMARY KEY (cabinet, host, component, version, build)
);
CREATE INDEX software_versions_last_seen ON core.software_versions (last_seen);

CREATE TABLE core.asrp_uploads (
    ts             timestamptz NOT NULL,
    cabinet        text NOT NULL,
    client         text NOT NULL,
    manager        text NOT NULL,
    host           text NOT NULL,
    state          text NOT NULL CHECK (state IN ('Принят', 'Повтор')),
    response       text NOT NULL CHECK (response IN ('ok', 'warning')),
    upload_number  text,
    identifier     uuid,
    dealer         text
);
CREATE INDEX asrp_uploads_ts ON core.asrp_uploads (ts);

CREATE TABLE core.login_rejections (
    ts          timestamptz NOT NULL,
    cabinet     text NOT NULL,
    client      text NOT NULL,
    manager     text NOT NULL,
    host        text NOT NULL,
    domain      text,
    user_login  text NOT NULL,
    reason      text NOT NULL CHECK (reason IN ('no_seats', 'auth', 'unknown'))
);
CREATE INDEX login_rejections_ts ON core.login_rejections (ts);

CREATE TABLE core.online_poll_errors (
    ts           timestamptz NOT NULL,
    cabinet      text NOT NULL,
    client       text NOT NULL,
    manager      text NOT NULL,
    server       text NOT NULL,
    catalog      text NOT NULL,
    user_login   text NOT NULL,
    error_class  text NOT NULL,
    detail       text
);
CREATE INDEX online_poll_errors_ts ON core.online_poll_errors (ts);

CREATE TABLE core.alert_events (
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz,                    -- null while it lasts
    cabinet     text NOT NULL,
    client      text NOT NULL,
    manager     text NOT NULL,
    priority    text NOT NULL CHECK (priority IN ('K1', 'K2', 'K3', 'K4', 'K5')),
    severity    text NOT NULL CHECK (severity IN ('info', 'critical')),
    alertname   text NOT NULL,
    text        text,
    clientname  text,
    regnum      text,
    catalog     text,                           -- this and the two below: online accesses only
    url         text,
    user_login  text,
    filename    text                            -- client-side files only
);
CREATE INDEX alert_events_started_at ON core.alert_events (started_at);

CREATE TABLE core.clients (
    cabinet        text NOT NULL,
    dealer         text NOT NULL,               -- one distributor may own several cabinets
    client         text NOT NULL,
    manager        text NOT NULL,
    email          text,
    kind           text NOT NULL CHECK (kind IN ('client_hardware', 'cloud', 'own_dc', 'online')),
    host           text,                        -- address:port, or the short Latin name of the client
    server         text,
    catalog        text,
    user_login     text,
    protocol       text,
    legal_name     text,
    regnum         text,
    tz_correction  int,                         -- hours from UTC+4
    ping           boolean,
    active_from    date,
    active_to      date,
    UNIQUE NULLS NOT DISTINCT (cabinet, client, host, server, catalog, user_login)
);
