-- +goose Up
-- The calls of each attempt, packed: see internal/store/tables/packed.go. try numbers the attempts of an operation from 0,
-- and n is that of their entry in its log.
CREATE TABLE exchange (
  operation BLOB NOT NULL, try INTEGER NOT NULL, n INTEGER NOT NULL, ended_at INTEGER NOT NULL, calls BLOB NOT NULL,
  PRIMARY KEY (operation, try)
) WITHOUT ROWID;
