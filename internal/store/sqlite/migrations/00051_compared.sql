-- +goose Up
-- For IN with more than two values SQLite makes a table of them for each row that it asks whether it belongs into an
-- index. What is compared with each costs nothing of the kind.
DROP INDEX operation_live;
DROP INDEX operation_share;
DROP INDEX operation_rival;
CREATE INDEX operation_live ON operation (connection, order_key, seq)
  WHERE (state = 'queued' OR state = 'sending' OR state = 'retry' OR state = 'unknown');
CREATE INDEX operation_share ON operation (connection, partner, order_key)
  WHERE (state = 'queued' OR state = 'sending' OR state = 'retry' OR state = 'unknown');
CREATE INDEX operation_rival ON operation (connection, updated_at)
  WHERE (kind = 'message' OR kind = 'group_message' OR kind = 'dvir_log') AND (state = 'success' OR cut_at > 0);
