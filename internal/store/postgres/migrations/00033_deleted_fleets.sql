-- +goose NO TRANSACTION
-- +goose Up
-- Releases from: 4
-- Fleets that were deleted, by which their records are found that are to go.
DROP INDEX CONCURRENTLY IF EXISTS fleet_deleted;
CREATE INDEX CONCURRENTLY fleet_deleted ON fleet (deleted_at, id) WHERE deleted_at > 0;
