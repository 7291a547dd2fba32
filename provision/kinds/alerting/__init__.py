"""Alerting of a cabinet: message templates, mute timings, contact points, the notification policy, rule groups.

Facts: Grafana 12.4, `/api/v1/provisioning`; older servers than 11.6 refuse rules with uids of our own in a new group.
"""
