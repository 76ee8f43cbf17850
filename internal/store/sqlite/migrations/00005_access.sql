-- +goose Up
ALTER TABLE fleet ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE fleet ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
UPDATE fleet SET created_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000000,
  updated_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000000;

-- A client is a partner's or a fleet's.
CREATE TABLE client_of (
  id TEXT PRIMARY KEY, secret_hash BLOB NOT NULL, partner BLOB REFERENCES partner, fleet BLOB REFERENCES fleet,
  scopes TEXT NOT NULL, CHECK ((partner IS NULL) <> (fleet IS NULL))
) WITHOUT ROWID;
INSERT INTO client_of (id, secret_hash, partner, scopes) SELECT id, secret_hash, partner, scopes FROM client;
DROP TABLE client;
ALTER TABLE client_of RENAME TO client;

-- Grants that have ended are kept, so a partner and a fleet may have several; at most one of them lives.
CREATE TABLE share_grant_kept (
  id BLOB PRIMARY KEY, partner BLOB NOT NULL REFERENCES partner, fleet BLOB NOT NULL REFERENCES fleet,
  fleet_ref TEXT NOT NULL, status TEXT NOT NULL, levels TEXT NOT NULL, effective_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO share_grant_kept SELECT id, partner, fleet, fleet_ref, status, levels, 0, 0,
  CAST(strftime('%s', 'now') AS INTEGER) * 1000000, CAST(strftime('%s', 'now') AS INTEGER) * 1000000 FROM share_grant;
DROP TABLE share_grant;
ALTER TABLE share_grant_kept RENAME TO share_grant;
CREATE UNIQUE INDEX share_grant_live ON share_grant (partner, fleet) WHERE status IN ('active', 'paused');
CREATE INDEX share_grant_of_fleet ON share_grant (fleet, created_at, id);
CREATE INDEX share_grant_of_partner ON share_grant (partner, created_at, id);
