-- +goose Up
-- Whoever makes or changes a grant, and each event of a fleet's data, asks for few of a partner's many.
CREATE INDEX share_grant_between ON share_grant (partner, fleet);
CREATE INDEX share_grant_by_ref ON share_grant (partner, fleet_ref);
