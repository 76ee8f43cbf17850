-- +goose Up
-- The operations for whose records ids in the payload of another stand until they are there, as a JSON array; NULL for
-- none. Then the operation that made a record; NULL where that is not known.
ALTER TABLE operation ADD COLUMN awaits TEXT;
ALTER TABLE record ADD COLUMN made_by BLOB;
