-- +goose Up
-- Until when the TSP asked that an operation not be tried again, after its last attempt; NULL where it did not.
ALTER TABLE operation ADD COLUMN retry_after INTEGER;
