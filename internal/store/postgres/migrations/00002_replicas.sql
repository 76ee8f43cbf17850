-- +goose Up
-- The database's clock, by which all replicas measure silence, in microseconds.
CREATE FUNCTION clock_micros() RETURNS bigint LANGUAGE sql VOLATILE
  RETURN (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;

-- Processes that work on this database. One whose beat_at lies too far back is dead. lanes is how many it has;
-- counts is when the last of those joined that it counts.
CREATE TABLE replica (
  id bytea PRIMARY KEY, name text COLLATE "C" NOT NULL, started_at bigint NOT NULL, beat_at bigint NOT NULL,
  version text COLLATE "C" NOT NULL, lanes bigint NOT NULL DEFAULT 0, counts bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

-- Lanes by whoever works in them: a claim is of an epoch, and one of a former epoch is overtaken. owner is NULL
-- while nobody has the lane. queued tells that it waits for a claim since wake_at; else it sleeps until then, or
-- is idle where that is 0. leftover is what the last run left for the next one, and cut_at when the lane was taken
-- last from a process that had not given it back. No column that changes with each claim has an index, so that
-- an update stays within its page.
CREATE TABLE lane (
  kind text COLLATE "C" NOT NULL, id bytea NOT NULL, epoch bigint NOT NULL DEFAULT 0, owner bytea,
  queue text COLLATE "C" NOT NULL DEFAULT '', queued bigint NOT NULL DEFAULT 0, wake_at bigint NOT NULL DEFAULT 0,
  leftover bytea, cut_at bigint NOT NULL DEFAULT 0, PRIMARY KEY (kind, id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
CREATE INDEX lane_of_queue ON lane (queue);
