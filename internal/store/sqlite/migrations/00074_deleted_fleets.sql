-- +goose Up
-- Fleets that were deleted, by which their records are found that are to go.
CREATE INDEX fleet_deleted ON fleet (deleted_at, id) WHERE deleted_at > 0;
