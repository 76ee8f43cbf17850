-- +goose Up
-- Releases from: 4
SET LOCAL lock_timeout = '2s';
SELECT pg_advisory_xact_lock(7523094288207667820);
-- The operations for whose records ids in the payload of another stand until they are there, as a JSON array; NULL for
-- none. Then the operation that made a record; NULL where that is not known.
ALTER TABLE operation ADD COLUMN awaits text COLLATE "C";
ALTER TABLE record ADD COLUMN made_by bytea;
