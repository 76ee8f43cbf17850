-- +goose Up
-- A partner's operations that failed, along their time and with all that they are narrowed and counted by, so that their rows,
-- which lie apart, are read for those alone that are shown. It is in the place of operation_failed.
CREATE INDEX operation_failed_list ON operation
  (partner, created_at, seq, updated_at, state, cut_at, reason, connection, resource, tsp, kind, verb, source_id)
  WHERE state = 'failed';
DROP INDEX operation_failed;
