-- +goose Up
-- Releases from: 4
SET LOCAL lock_timeout = '2s';
SELECT pg_advisory_xact_lock(7523094288207667820);
-- How many calls were made through a connection in each quarter of an hour since 1970, and how many of them its TSP answered by
-- asking to be left alone. A process adds what it has counted some times an hour. Rows of one time lie together, as they are
-- written and removed.
CREATE TABLE call_count (
  slot bigint NOT NULL, connection bytea NOT NULL, made bigint NOT NULL, refused bigint NOT NULL,
  PRIMARY KEY (slot, connection)
) WITH (fillfactor = 80);
