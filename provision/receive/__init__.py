"""The receiver: takes uploads of clients' scripts and Grafana's alert events, and brings them into the stores.

A file that was answered with 200 is in the spool, on disk. Couriers carry it on; it counts once whatever is repeated.
"""
