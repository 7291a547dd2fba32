"""The stores below Grafana: what they hold, and the fences that let a cabinet see its own data only.

contract         the metrics and the tables, as data
access           who may read: cabinet, generation of the credential, suspended or not
vmauth_users     vmauth's user file: one user per cabinet;  vmauth_client  the running vmauth: reload, verification
cluster          PostgreSQL: one server that we administer;  schema  the tables of a cabinet's database
databases        a database for each cabinet;  login_roles  how it is let in;  cluster_fence  what cabinets share
catalogue        questions to PostgreSQL's catalogue;  privileges  what is held, and GRANT and REVOKE;  dump  pg_dump
attempts         every known way round the fences, as data
sample_data      believable history for trying out;  local  the servers themselves, on loopback (run by process)
wire             one HTTP question to a store
"""
