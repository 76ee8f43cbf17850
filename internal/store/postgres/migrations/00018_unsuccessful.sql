-- +goose NO TRANSACTION
-- +goose Up
-- Releases from: 4
-- The operations that failed, of all partners, with all that they are counted by: those are few, and a write that succeeds
-- has no entry. No statement but a survey asks for the second condition, so that no other is carried out by this index
-- instead of a better one.
DROP INDEX CONCURRENTLY IF EXISTS operation_unsuccessful;
CREATE INDEX CONCURRENTLY operation_unsuccessful ON operation
  (seq, created_at, state, cut_at, reason, partner, connection, resource, tsp, kind, verb, source_id)
  WHERE state = 'failed' AND created_at > 0;
