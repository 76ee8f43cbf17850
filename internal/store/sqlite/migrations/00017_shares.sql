-- +goose Up
-- The chains of a lane are read partner by partner, so that nobody waits behind what another has queued.
CREATE INDEX operation_share ON operation (connection, partner, order_key)
  WHERE state IN ('queued', 'sending', 'retry', 'unknown');
