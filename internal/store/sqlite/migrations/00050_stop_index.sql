-- +goose Up
CREATE INDEX operation_stop ON operation (connection, stop_at) WHERE stop_at > 0 AND state IN ('queued', 'retry');
