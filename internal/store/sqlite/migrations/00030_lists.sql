-- +goose Up
-- Each index is paid for by every write that has an entry in it, so there are few. Of a partner's operations those of a
-- fleet, which are asked for by connection and by record, since a fleet has few connections:
CREATE INDEX operation_of_fleet ON operation (fleet, partner, created_at);
-- Those that failed, which are few: a write that succeeds has no entry.
CREATE INDEX operation_failed ON operation (partner, created_at) WHERE state = 'failed';
-- Attempts at deliveries that failed, among logs of which most tell of a success.
CREATE INDEX delivery_log_failed ON delivery_log (subscription, created_at, id) WHERE status = 'failed';
-- Dead letters are read in their order, whatever the time that is asked for.
DROP INDEX delivery_dead_of;
