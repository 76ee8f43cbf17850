-- +goose Up
-- How somebody has resolved an outcome that was unknown, as JSON; what an update has changed of its record, packed (see
-- internal/store/tables/packed.go); which operation it reverts, and which one reverts it; and the operation that made a
-- record, of which it is the result.
ALTER TABLE operation ADD COLUMN resolution TEXT;
ALTER TABLE operation ADD COLUMN image BLOB;
ALTER TABLE operation ADD COLUMN revert_of BLOB;
ALTER TABLE operation ADD COLUMN reverted_by BLOB;
ALTER TABLE record ADD COLUMN maker BLOB;
