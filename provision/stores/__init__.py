"""The stores below Grafana: what they hold, and the fences that let a cabinet see its own data only.

contract         the metrics and the tables, as data
schema           brings PostgreSQL's schema `core` to the newest migration; retention
access           who may read: cabinet, generation of the credential, suspended or not
metric_fence     vmauth's user file: one user a cabinet;  door  the running vmauth: reload and proof
row_fence        PostgreSQL: group roles, grants, row policies (read through catalogue);  row_roles  a role a cabinet
attempts         every known way round the fences, as data
sample_data      believable history for trying out;  local  the servers themselves, on loopback (run by process)
wire             one HTTP question to a store
"""
