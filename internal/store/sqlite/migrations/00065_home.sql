-- +goose Up
-- Connections by their status, for pages that show all fleets': those of one newest first, and counted by their TSP. No
-- statement but a survey asks for the times of these two indexes, so that no other is carried out by them instead of a better one.
CREATE INDEX connection_survey ON connection (status, created_at, id, tsp) WHERE created_at > 0;
-- The subscriptions that somebody has to look at, whosever they are.
CREATE INDEX subscription_stale ON subscription (updated_at, id) WHERE status = 'stale' AND updated_at > 0;
-- How many operations were accepted in a minute since 1970, and how many ended in it, by TSP and how. A process adds what
-- it has counted some times a minute.
CREATE TABLE operation_count (
  minute INTEGER NOT NULL, tsp TEXT NOT NULL, accepted INTEGER NOT NULL, succeeded INTEGER NOT NULL,
  failed INTEGER NOT NULL, unknown INTEGER NOT NULL, cancelled INTEGER NOT NULL, PRIMARY KEY (minute, tsp)
) WITHOUT ROWID;
