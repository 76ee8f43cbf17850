-- +goose Up
-- Lanes are read chain by chain. The key of an operation's chain begins with its stream.
UPDATE operation SET order_key = kind || '.' || verb || '/' || order_key
  WHERE state IN ('queued', 'sending', 'retry', 'unknown');
DROP INDEX operation_live;
CREATE INDEX operation_live ON operation (connection, order_key, seq)
  WHERE state IN ('queued', 'sending', 'retry', 'unknown');
DROP INDEX delivery_live;
CREATE INDEX delivery_live ON delivery (subscription, subject, seq) WHERE state = 'waiting';
