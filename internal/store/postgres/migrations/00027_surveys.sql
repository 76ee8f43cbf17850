-- +goose NO TRANSACTION
-- +goose Up
-- Releases from: 4
-- Connections by their status, for pages that show all fleets': those of one newest first, and counted by their TSP. No
-- statement but a survey asks for the times of these two indexes, so that no other is carried out by them instead of a better one.
DROP INDEX CONCURRENTLY IF EXISTS connection_survey;
CREATE INDEX CONCURRENTLY connection_survey ON connection (status, created_at, id, tsp) WHERE created_at > 0;
-- The subscriptions that somebody has to look at, whosever they are.
DROP INDEX CONCURRENTLY IF EXISTS subscription_stale;
CREATE INDEX CONCURRENTLY subscription_stale ON subscription (updated_at, id) WHERE status = 'stale' AND updated_at > 0;
