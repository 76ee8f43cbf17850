-- +goose Up
-- Releases from: 4
SET LOCAL lock_timeout = '2s';
SELECT pg_advisory_xact_lock(7523094288207667820);
-- How many operations were accepted in a minute since 1970, and how many ended in it, by TSP and how. A process adds what
-- it has counted some times a minute.
CREATE TABLE operation_count (
  minute bigint NOT NULL, tsp text COLLATE "C" NOT NULL, accepted bigint NOT NULL, succeeded bigint NOT NULL,
  failed bigint NOT NULL, unknown bigint NOT NULL, cancelled bigint NOT NULL, PRIMARY KEY (minute, tsp)
) WITH (fillfactor = 50);
-- What the lanes of a replica wait for, as its last beat has told.
ALTER TABLE replica ADD COLUMN waits text COLLATE "C" NOT NULL DEFAULT '';
