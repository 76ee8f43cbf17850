-- +goose NO TRANSACTION
-- +goose Up
-- Releases from: 4
-- A partner's operations that failed, along their time and with all that they are narrowed and counted by, so that their rows,
-- which lie apart, are read for those alone that are shown. It is in the place of operation_failed, by which the release before
-- reads: the one after drops that.
DROP INDEX CONCURRENTLY IF EXISTS operation_failed_list;
CREATE INDEX CONCURRENTLY operation_failed_list ON operation
  (partner, created_at, seq, updated_at, state, cut_at, reason, connection, resource, tsp, kind, verb, source_id)
  WHERE state = 'failed';
