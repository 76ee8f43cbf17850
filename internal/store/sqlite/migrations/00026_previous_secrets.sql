-- +goose Up
-- Secrets before the last rotation, by when they sign no more.
CREATE INDEX subscription_previous ON subscription (previous_until) WHERE previous IS NOT NULL;
