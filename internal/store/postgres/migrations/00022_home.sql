-- +goose NO TRANSACTION
-- +goose Up
-- Releases from: 4
-- Connections by their status, for pages that show all fleets': those of one newest first, and counted by their TSP. No
-- statement but a survey asks for the times of these two indexes, so that no other is carried out by them instead of a better one.
DROP INDEX CONCURRENTLY IF EXISTS connection_survey;
CREATE INDEX CONCURRENTLY connection_survey ON connection (status, created_at, id, tsp) WHERE created_at > 0;
-- The subscriptions that somebody has to look at, whosever they are.
DROP INDEX CONCURRENTLY IF EXISTS subscription_stale;
CREATE INDEX CONCURRENTLY subscription_stale ON subscription (updated_at, id) WHERE status = 'stale' AND updated_at > 0;
-- How many operations were accepted in a minute since 1970, and how many ended in it, by TSP and how. A process adds what
-- it has counted some times a minute.
CREATE TABLE IF NOT EXISTS operation_count (
  minute bigint NOT NULL, tsp text COLLATE "C" NOT NULL, accepted bigint NOT NULL, succeeded bigint NOT NULL,
  failed bigint NOT NULL, unknown bigint NOT NULL, cancelled bigint NOT NULL, PRIMARY KEY (minute, tsp)
) WITH (fillfactor = 50);
-- What the lanes of a replica wait for, as its last beat has told.
ALTER TABLE replica ADD COLUMN IF NOT EXISTS waits text COLLATE "C" NOT NULL DEFAULT '';
