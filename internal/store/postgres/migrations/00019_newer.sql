-- +goose NO TRANSACTION
-- +goose Up
-- Releases from: 4
-- The seq of the operation whose values another has that was retried as it was; NULL for its own.
SET lock_timeout = '2s';
ALTER TABLE operation ADD COLUMN IF NOT EXISTS as_of bigint;
RESET lock_timeout;
-- The updates of a record that are at its TSP or may be, by how old their values are.
DROP INDEX CONCURRENTLY IF EXISTS operation_written;
CREATE INDEX CONCURRENTLY operation_written ON operation (resource, coalesce(as_of, seq))
  WHERE verb = 'update' AND (state = 'success' OR state = 'failed' AND cut_at > 0);
