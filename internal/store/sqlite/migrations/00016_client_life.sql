-- +goose Up
-- A client may have several secrets, each with a life of its own.
CREATE TABLE client_secret (
  client TEXT NOT NULL REFERENCES client ON DELETE CASCADE, id TEXT NOT NULL, hash BLOB NOT NULL,
  created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (client, id)
) WITHOUT ROWID;
-- The audit log looks for a secret by this name of it.
CREATE UNIQUE INDEX client_secret_name ON client_secret (client || ':' || id);
INSERT INTO client_secret SELECT id, lower(hex(randomblob(4))), secret_hash,
  CAST(strftime('%s', 'now') AS INTEGER) * 1000000, 0 FROM client;
ALTER TABLE client DROP COLUMN secret_hash;
ALTER TABLE client ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE client ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;
ALTER TABLE client ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE client ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
UPDATE client SET created_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000000,
  updated_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000000;
CREATE INDEX client_of_fleet ON client (fleet);

-- Who gave a fleet its name: commands take a name for sure only from an operator. Of what stands here
-- a fleet with a client of its own was named by one.
ALTER TABLE fleet ADD COLUMN named_by TEXT NOT NULL DEFAULT 'partner';
ALTER TABLE fleet ADD COLUMN details TEXT NOT NULL DEFAULT '{}';
ALTER TABLE fleet ADD COLUMN deleted_at INTEGER NOT NULL DEFAULT 0;
UPDATE fleet SET named_by = 'operator' WHERE id IN (SELECT fleet FROM client WHERE fleet IS NOT NULL);
CREATE INDEX fleet_by_name ON fleet (name);
ALTER TABLE partner ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
UPDATE partner SET created_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000000;
CREATE INDEX partner_by_name ON partner (name);
CREATE INDEX partner_list ON partner (created_at, id);

-- Tokens name the client's secret from here on, so those that were given before end.
DELETE FROM meta WHERE name = 'signing-key';
