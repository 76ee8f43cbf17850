-- +goose Up
ALTER TABLE operation RENAME COLUMN first_sent_at TO sent_at;

-- Steps of writes that make several calls, in the order of their first marks.
CREATE TABLE step (
  operation BLOB NOT NULL, key TEXT NOT NULL, n INTEGER NOT NULL, done INTEGER NOT NULL, source_id TEXT NOT NULL,
  PRIMARY KEY (operation, key)
) WITHOUT ROWID;

CREATE TABLE idempotency (
  client TEXT NOT NULL, key TEXT NOT NULL, operation BLOB NOT NULL, fingerprint BLOB NOT NULL,
  created_at INTEGER NOT NULL, PRIMARY KEY (client, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_age ON idempotency (created_at);

ALTER TABLE connection ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
ALTER TABLE connection ADD COLUMN problem TEXT NOT NULL DEFAULT '';
