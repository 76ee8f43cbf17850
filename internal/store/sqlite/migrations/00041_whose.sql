-- +goose Up
-- An idempotency key is its partner's as well as its client's: a client's name may become another partner's. One whose
-- operation is gone holds nothing.
CREATE TABLE idempotency_of (
  partner BLOB NOT NULL, client TEXT NOT NULL, key TEXT NOT NULL, operation BLOB NOT NULL, fingerprint BLOB NOT NULL,
  created_at INTEGER NOT NULL, PRIMARY KEY (partner, client, key)
) WITHOUT ROWID;
INSERT INTO idempotency_of SELECT o.partner, i.client, i.key, i.operation, i.fingerprint, i.created_at
  FROM idempotency i JOIN operation o ON o.id = i.operation;
DROP TABLE idempotency;
ALTER TABLE idempotency_of RENAME TO idempotency;
CREATE INDEX idempotency_age ON idempotency (created_at);
