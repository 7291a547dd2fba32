"""Pictures of every dashboard on a real Grafana, as a manager and as a head see them: `make pictures GRAFANA_URL=…`.

Sample data of a made-up company go into stores on this machine, the cabinet is made by `provision apply`, and Chromium
opens each dashboard. What is wrong (an error, an empty panel that should not be) ends the run with exit code 1. Use a
Grafana for trying out: the company is made on it, and its two people get new passwords.
"""
