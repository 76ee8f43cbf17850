-- +goose Up
-- Releases from: 4
SET LOCAL lock_timeout = '2s';
SELECT pg_advisory_xact_lock(7523094288207667820);
-- By whom a connection is paused, when and why, and the rate to which an operator keeps it; '' for none.
ALTER TABLE connection ADD COLUMN pause text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE connection ADD COLUMN rate text COLLATE "C" NOT NULL DEFAULT '';
