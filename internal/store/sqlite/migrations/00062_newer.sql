-- +goose Up
-- The seq of the operation whose values another has that was retried as it was; NULL for its own.
ALTER TABLE operation ADD COLUMN as_of INTEGER;
-- The updates of a record that are at its TSP or may be, by how old their values are.
CREATE INDEX operation_written ON operation (resource, coalesce(as_of, seq))
  WHERE verb = 'update' AND (state = 'success' OR state = 'failed' AND cut_at > 0);
