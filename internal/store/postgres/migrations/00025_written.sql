-- +goose NO TRANSACTION
-- +goose Up
-- Releases from: 4
-- The updates of a record that are at its TSP or may be, by how old their values are.
DROP INDEX CONCURRENTLY IF EXISTS operation_written;
CREATE INDEX CONCURRENTLY operation_written ON operation (resource, coalesce(as_of, seq))
  WHERE verb = 'update' AND (state = 'success' OR state = 'failed' AND cut_at > 0);
