-- +goose Up
-- The chains of a lane are read partner by partner, so that nobody waits behind what another has queued.
CREATE INDEX operation_share ON operation (connection, partner, order_key)
  WHERE state IN ('queued', 'sending', 'retry', 'unknown');

-- Messages to a driver keep their order for each partner, so the partner is part of their key.
-- What holds up such a chain holds it up for each partner that wrote in it.
INSERT INTO chain_hold (connection, chain, until)
  SELECT h.connection, 'message.create/' || lower(substr(hex(o.partner), 1, 8) || '-' || substr(hex(o.partner), 9, 4)
    || '-' || substr(hex(o.partner), 13, 4) || '-' || substr(hex(o.partner), 17, 4) || '-' || substr(hex(o.partner), 21))
    || substr(h.chain, length('message.create/')), h.until
  FROM chain_hold h JOIN (SELECT DISTINCT connection, order_key, partner FROM operation
    WHERE kind = 'message' AND verb = 'create') o ON o.connection = h.connection AND o.order_key = h.chain;
UPDATE operation SET order_key = 'message.create/' || lower(substr(hex(partner), 1, 8) || '-' || substr(hex(partner), 9, 4)
    || '-' || substr(hex(partner), 13, 4) || '-' || substr(hex(partner), 17, 4) || '-' || substr(hex(partner), 21))
    || substr(order_key, length('message.create/'))
  WHERE kind = 'message' AND verb = 'create' AND state IN ('queued', 'sending', 'retry', 'unknown');
