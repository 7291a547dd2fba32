"""From a distributor's lists to closed Grafana cabinets: planned, applied, checked for drift."""

__version__ = "0.1.0"
