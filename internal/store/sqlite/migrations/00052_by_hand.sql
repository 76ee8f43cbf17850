-- +goose Up
-- How somebody has resolved an outcome that was unknown, as JSON; what an update has changed of its record, packed (see
-- internal/store/tables/packed.go); and which operation it reverts, and which one reverts it.
ALTER TABLE operation ADD COLUMN resolution TEXT;
ALTER TABLE operation ADD COLUMN image BLOB;
ALTER TABLE operation ADD COLUMN revert_of BLOB;
ALTER TABLE operation ADD COLUMN reverted_by BLOB;
