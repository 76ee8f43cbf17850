-- +goose Up
-- How many calls were made through a connection in each quarter of an hour since 1970, and how many of them its TSP answered by
-- asking to be left alone. A process adds what it has counted some times an hour. Rows of one time lie together, as they are
-- written and removed.
CREATE TABLE call_count (
  slot INTEGER NOT NULL, connection BLOB NOT NULL, made INTEGER NOT NULL, refused INTEGER NOT NULL,
  PRIMARY KEY (slot, connection)
) WITHOUT ROWID;
