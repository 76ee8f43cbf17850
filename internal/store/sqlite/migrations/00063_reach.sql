-- +goose Up
-- How far an attempt came towards its TSP ('' where nobody knows, as of those before), and how many bytes of the begin of
-- its details are Waybill's own words.
ALTER TABLE attempt ADD COLUMN reach TEXT NOT NULL DEFAULT '';
ALTER TABLE attempt ADD COLUMN own INTEGER NOT NULL DEFAULT 0;
