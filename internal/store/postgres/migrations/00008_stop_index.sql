-- +goose NO TRANSACTION
-- +goose Up
-- Releases from: 4
DROP INDEX CONCURRENTLY IF EXISTS operation_stop;
CREATE INDEX CONCURRENTLY operation_stop ON operation (connection, stop_at) WHERE stop_at > 0 AND state IN ('queued', 'retry');
