-- +goose Up
-- Releases from: 4
SET LOCAL lock_timeout = '2s';
SELECT pg_advisory_xact_lock(7523094288207667820);
-- Until when the TSP asked that an operation not be tried again, after its last attempt; NULL where it did not.
ALTER TABLE operation ADD COLUMN retry_after bigint;
