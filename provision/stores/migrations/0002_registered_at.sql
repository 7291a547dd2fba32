-- Since when a client is on the list with this manager, to the second: `provision verify` counts from it how long data
-- may take to arrive.
ALTER TABLE core.clients ADD COLUMN registered_at timestamptz NOT NULL DEFAULT now();
