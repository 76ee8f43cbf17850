-- +goose Up
-- What is not known of an operation, and how long its chain must wait for it.
ALTER TABLE operation ADD COLUMN streak INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operation ADD COLUMN cut_at INTEGER NOT NULL DEFAULT 0;
UPDATE operation SET streak = tries WHERE state IN ('retry', 'unknown');
UPDATE operation SET cut_at = updated_at WHERE state = 'unknown';
CREATE TABLE chain_hold (
  connection BLOB NOT NULL, chain TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (connection, chain)
) WITHOUT ROWID;
CREATE INDEX chain_hold_over ON chain_hold (until);
-- Whose outcome is open, and what took effect or may have of the kinds that a look-up must tell apart.
CREATE INDEX operation_open ON operation (connection) WHERE state IN ('sending', 'unknown');
CREATE INDEX connection_account ON connection (tsp, account);
CREATE INDEX operation_rival ON operation (connection, updated_at)
  WHERE kind IN ('message', 'group_message', 'dvir_log') AND (state = 'success' OR cut_at > 0);
