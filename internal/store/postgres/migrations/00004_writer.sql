-- +goose Up
-- What the engine itself keeps, beside the tables of the store.

-- The number of the last transaction that a writer has committed. Each writes its own row, over and over: most of
-- a page is left free for that.
CREATE TABLE writer (
  id bytea PRIMARY KEY, n bigint NOT NULL, at bigint NOT NULL
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

-- Locks of ids, held until a time by the database's clock and renewed by their owners.
CREATE TABLE lock (
  id bytea PRIMARY KEY, owner bytea NOT NULL, until bigint NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
CREATE INDEX lock_of_owner ON lock (owner);
