-- +goose Up
-- The replica in which the caller of a sync operation waits: what a dead one has left in sending is told by it from what
-- others are at work on.
ALTER TABLE operation ADD COLUMN handler BLOB;
