-- +goose Up
-- The highest number that was set aside for deliveries, which are never given one again.
CREATE TABLE delivery_number (aside INTEGER NOT NULL);
INSERT INTO delivery_number SELECT coalesce(max(seq), 0) FROM delivery;
