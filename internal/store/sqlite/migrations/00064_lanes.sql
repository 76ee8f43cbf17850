-- +goose Up
-- By whom a connection is paused, when and why, and the rate to which an operator keeps it; '' for none.
ALTER TABLE connection ADD COLUMN pause TEXT NOT NULL DEFAULT '';
ALTER TABLE connection ADD COLUMN rate TEXT NOT NULL DEFAULT '';
CREATE INDEX connection_held ON connection (id) WHERE status IN ('paused', 'stale', 'failed');
