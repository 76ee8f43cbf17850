-- +goose Up
-- The database's clock, by which all replicas measure silence, in microseconds.
CREATE FUNCTION clock_micros() RETURNS bigint LANGUAGE sql VOLATILE
  RETURN (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;

-- Processes that work on this database. One whose beat_at lies too far back is dead. lanes are those that it has.
CREATE TABLE replica (
  id bytea PRIMARY KEY, name text COLLATE "C" NOT NULL, started_at bigint NOT NULL, beat_at bigint NOT NULL,
  version text COLLATE "C" NOT NULL, lanes bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

-- Lanes by whoever works in them: a claim is of an epoch, and one of a former epoch is overtaken. owner is NULL
-- while nobody has the lane; job is what was put into River for it and wake_at when it is to be worked on.
CREATE TABLE lane (
  kind text COLLATE "C" NOT NULL, id bytea NOT NULL, epoch bigint NOT NULL DEFAULT 0, owner bytea,
  queue text COLLATE "C" NOT NULL DEFAULT '', job bigint, wake_at bigint NOT NULL DEFAULT 0, PRIMARY KEY (kind, id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
CREATE INDEX lane_of_owner ON lane (owner);
