-- A client without internet: its reports are carried by hand, so none is missed (`air_gapped` in tenants.yaml).
ALTER TABLE core.clients ADD COLUMN air_gapped boolean NOT NULL DEFAULT false;
