-- +goose Up
-- By whom a subscription is paused, when and why; '' for none, and for what an earlier release has paused.
ALTER TABLE subscription ADD COLUMN pause TEXT NOT NULL DEFAULT '';
