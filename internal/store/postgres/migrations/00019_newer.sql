-- +goose Up
-- Releases from: 4
SET LOCAL lock_timeout = '2s';
SELECT pg_advisory_xact_lock(7523094288207667820);
-- The seq of the operation whose values another has that was retried as it was; NULL for its own.
ALTER TABLE operation ADD COLUMN as_of bigint;
