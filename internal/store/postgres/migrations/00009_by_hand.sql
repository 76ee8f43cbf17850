-- +goose Up
-- Releases from: 4
SET LOCAL lock_timeout = '2s';
SELECT pg_advisory_xact_lock(7523094288207667820);
-- How somebody has resolved an outcome that was unknown, as JSON; what an update has changed of its record, packed (see
-- internal/store/tables/packed.go); and which operation it reverts, and which one reverts it.
ALTER TABLE operation ADD COLUMN resolution text COLLATE "C";
ALTER TABLE operation ADD COLUMN image bytea;
ALTER TABLE operation ADD COLUMN revert_of bytea;
ALTER TABLE operation ADD COLUMN reverted_by bytea;
