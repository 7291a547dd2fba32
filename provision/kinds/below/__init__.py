"""The kinds below Grafana, in the stores and engines: a file each."""
