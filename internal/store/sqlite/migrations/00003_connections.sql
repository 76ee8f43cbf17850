-- +goose Up
CREATE INDEX connection_list ON connection (fleet, created_at, id);

-- Secrets that may become a connection's, until ends_at.
CREATE TABLE connection_draft (
  id BLOB PRIMARY KEY, purpose TEXT NOT NULL, fleet BLOB NOT NULL, tsp TEXT NOT NULL, sealed BLOB NOT NULL,
  ends_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX connection_draft_of ON connection_draft (fleet, tsp, purpose);
