"""The stores below Grafana: what they hold, and the fences that let a cabinet see its own data only.

contract         the metrics and the tables, as data
schema           brings PostgreSQL's schema `core` to the newest migration; retention
access           who may read: cabinet, generation of the credential, suspended or not
vmauth_users     vmauth's user file: one user per cabinet;  vmauth_client  the running vmauth: reload, verification
row_fence        PostgreSQL: group roles, grants, row policies (read through catalogue);  row_roles  a role a cabinet
attempts         every known way round the fences, as data
sample_data      believable history for trying out;  local  the servers themselves, on loopback (run by process)
wire             one HTTP question to a store
"""
