-- +goose Up
-- Releases from: 4
SET LOCAL lock_timeout = '2s';
SELECT pg_advisory_xact_lock(7523094288207667820);

-- leaving tells that a replica claims nothing more and goes soon: it leads no more, and the next one does.
ALTER TABLE replica ADD COLUMN leaving bigint NOT NULL DEFAULT 0;
