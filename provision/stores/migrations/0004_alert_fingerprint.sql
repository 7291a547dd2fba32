-- What makes an alert the same alert when Grafana reports it again: its own fingerprint of the alert's labels.
ALTER TABLE core.alert_events ADD COLUMN fingerprint text;
CREATE UNIQUE INDEX alert_events_fingerprint ON core.alert_events (cabinet, fingerprint, started_at);
