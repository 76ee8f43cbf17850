-- +goose Up
-- Whether the sync writes of a connection, or of a client, are told by events, and whether the records that are written
-- through a connection are read back.
ALTER TABLE connection ADD COLUMN sync_events INTEGER NOT NULL DEFAULT 0;
ALTER TABLE connection ADD COLUMN verify_writes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE client ADD COLUMN sync_events INTEGER NOT NULL DEFAULT 0;
-- The same of an operation, as it was when that was accepted; and what reading its record back has told.
ALTER TABLE operation ADD COLUMN told INTEGER;
ALTER TABLE operation ADD COLUMN verify INTEGER;
ALTER TABLE operation ADD COLUMN verification TEXT;
-- The operations whose records are to be read back again, and when.
CREATE TABLE verification (
  operation BLOB PRIMARY KEY, connection BLOB NOT NULL, due_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX verification_due ON verification (connection, due_at);
