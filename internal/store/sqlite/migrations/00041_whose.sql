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

-- The ids that clients had which were deleted: what another issuer's tokens say of these does not count, until an
-- operator makes a client of the id anew, and then from that time on.
CREATE TABLE client_deleted (id TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT OR IGNORE INTO client_deleted SELECT substr(object, 8) FROM audit WHERE object GLOB 'client:*' AND action = 'deleted';
UPDATE client SET since = created_at WHERE since = 0 AND id IN (SELECT id FROM client_deleted);
