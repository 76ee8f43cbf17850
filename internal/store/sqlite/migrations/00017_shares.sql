-- +goose Up
-- The chains of a lane are read partner by partner, so that nobody waits behind what another has queued.
CREATE INDEX operation_share ON operation (connection, partner, order_key)
  WHERE state IN ('queued', 'sending', 'retry', 'unknown');

-- Messages to a driver keep their order for each partner, so the partner is part of their key.
UPDATE operation SET order_key = 'message.create/' || lower(substr(hex(partner), 1, 8) || '-' || substr(hex(partner), 9, 4)
    || '-' || substr(hex(partner), 13, 4) || '-' || substr(hex(partner), 17, 4) || '-' || substr(hex(partner), 21))
    || substr(order_key, length('message.create/'))
  WHERE kind = 'message' AND verb = 'create' AND state IN ('queued', 'sending', 'retry', 'unknown');
