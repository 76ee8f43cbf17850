-- +goose NO TRANSACTION
-- +goose Up
-- Releases from: 4
-- The connections whose lanes are held or paused, whosever they are.
DROP INDEX CONCURRENTLY IF EXISTS connection_held;
CREATE INDEX CONCURRENTLY connection_held ON connection (id) WHERE status IN ('paused', 'stale', 'failed');
