"""What the program relies on in a Grafana, one fact a test, over plain HTTP.

They pass on the sandbox and on a real Grafana 12.4 (`GRAFANA_URL`, `GRAFANA_USER`, `GRAFANA_PASSWORD`): a difference
between the two is a defect of the sandbox. Every test makes its own orgs and users and removes them.
"""
