-- +goose Up
-- Releases from: 4
SET LOCAL lock_timeout = '2s';
SELECT pg_advisory_xact_lock(7523094288207667820);
-- Whether the sync writes of a connection, or of a client, are told by events, and whether the records that are written
-- through a connection are read back.
ALTER TABLE connection ADD COLUMN sync_events bigint NOT NULL DEFAULT 0;
ALTER TABLE connection ADD COLUMN verify_writes bigint NOT NULL DEFAULT 0;
ALTER TABLE client ADD COLUMN sync_events bigint NOT NULL DEFAULT 0;
-- The same of an operation, as it was when that was accepted; and what reading its record back has told.
ALTER TABLE operation ADD COLUMN told bigint;
ALTER TABLE operation ADD COLUMN verify bigint;
ALTER TABLE operation ADD COLUMN verification text COLLATE "C";
-- The operations whose records are to be read back again, and when.
CREATE TABLE verification (
  operation bytea PRIMARY KEY, connection bytea NOT NULL, due_at bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000,
  autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);
CREATE INDEX verification_due ON verification (connection, due_at);
