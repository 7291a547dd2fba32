"""The stores below Grafana: what they hold, and the fences that let a cabinet see its own data only.

contract         the metrics and the tables, as data
schema           brings PostgreSQL's schema `core` to the newest migration; retention
access           who may read: cabinet, generation of the credential, suspended or not
metric_fence     vmauth's user file: one user a cabinet
row_fence        PostgreSQL: grants and row policies;  row_roles  one login role a cabinet
attempts         every known way round the fences, as data
sample_data      believable history for trying out;  local  the servers themselves, on loopback
"""
