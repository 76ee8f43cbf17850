-- +goose Up
-- Rows that are remembered in memory, by each of their changes: whoever remembers them reads what was logged since. The
-- last ten thousand are kept; whoever has not read so far forgets everything.
CREATE TABLE change (seq INTEGER PRIMARY KEY, thing TEXT NOT NULL, a BLOB NOT NULL, b BLOB NOT NULL DEFAULT '');
-- +goose StatementBegin
CREATE TRIGGER change_bounded AFTER INSERT ON change WHEN new.seq % 1000 = 0 BEGIN
  DELETE FROM change WHERE seq <= new.seq - 10000;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER connection_made_known AFTER INSERT ON connection BEGIN
  INSERT INTO change (thing, a) VALUES ('connection', new.id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER connection_changed AFTER UPDATE ON connection BEGIN
  INSERT INTO change (thing, a) VALUES ('connection', new.id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER connection_dropped AFTER DELETE ON connection BEGIN
  INSERT INTO change (thing, a) VALUES ('connection', old.id);
END;
-- +goose StatementEnd

-- What a fleet allows a partner is remembered by both, as another grant may count then.
-- +goose StatementBegin
CREATE TRIGGER share_grant_made_known AFTER INSERT ON share_grant BEGIN
  INSERT INTO change (thing, a, b) VALUES ('grant', new.partner, new.fleet);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER share_grant_changed AFTER UPDATE ON share_grant BEGIN
  INSERT INTO change (thing, a, b) VALUES ('grant', new.partner, new.fleet);
  INSERT INTO change (thing, a, b) SELECT 'grant', old.partner, old.fleet WHERE (old.partner, old.fleet) <> (new.partner, new.fleet);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER share_grant_dropped AFTER DELETE ON share_grant BEGIN
  INSERT INTO change (thing, a, b) VALUES ('grant', old.partner, old.fleet);
END;
-- +goose StatementEnd

-- How many deliveries of a subscription were numbered and how its attempts ended is not remembered.
-- +goose StatementBegin
CREATE TRIGGER subscription_made_known AFTER INSERT ON subscription BEGIN
  INSERT INTO change (thing, a) VALUES ('subscription', new.id);
  INSERT INTO change (thing, a) SELECT 'receiver', receiver FROM subscription WHERE id = new.id AND receiver IS NOT NULL;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER subscription_changed AFTER UPDATE OF partner, url, url_key, event_name, filters, fleet_ids, fleet_refs, sealed, previous,
  previous_until, encoding, learned, retry_refused, refused, status, strict, receiver, astray, updated_at ON subscription
  WHEN (old.partner, old.url, old.url_key, old.event_name, old.filters, old.fleet_ids, old.fleet_refs, old.sealed, old.previous,
    old.previous_until, old.encoding, old.learned, old.retry_refused, old.refused, old.status, old.strict, old.receiver, old.astray,
    old.updated_at) IS NOT
    (new.partner, new.url, new.url_key, new.event_name, new.filters, new.fleet_ids, new.fleet_refs, new.sealed, new.previous,
    new.previous_until, new.encoding, new.learned, new.retry_refused, new.refused, new.status, new.strict, new.receiver, new.astray,
    new.updated_at) BEGIN
  INSERT INTO change (thing, a) VALUES ('subscription', new.id);
  INSERT INTO change (thing, a) SELECT 'receiver', new.receiver WHERE new.receiver IS NOT NULL;
  INSERT INTO change (thing, a) SELECT 'receiver', old.receiver WHERE old.receiver <> new.receiver;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER subscription_dropped AFTER DELETE ON subscription BEGIN
  INSERT INTO change (thing, a) VALUES ('subscription', old.id);
  INSERT INTO change (thing, a) SELECT 'receiver', old.receiver WHERE old.receiver IS NOT NULL;
END;
-- +goose StatementEnd

-- How far a feed was filed and swept is not remembered.
-- +goose StatementBegin
CREATE TRIGGER receiver_made_known AFTER INSERT ON receiver BEGIN
  INSERT INTO change (thing, a) VALUES ('receiver', new.id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER receiver_changed AFTER UPDATE OF partner, url, url_key ON receiver BEGIN
  INSERT INTO change (thing, a) VALUES ('receiver', new.id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER receiver_dropped AFTER DELETE ON receiver BEGIN
  INSERT INTO change (thing, a) VALUES ('receiver', old.id);
END;
-- +goose StatementEnd

-- A client is read with its secrets and its owner.
-- +goose StatementBegin
CREATE TRIGGER client_made_known AFTER INSERT ON client BEGIN
  INSERT INTO change (thing, a) VALUES ('client', new.id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER client_changed AFTER UPDATE ON client BEGIN
  INSERT INTO change (thing, a) VALUES ('client', new.id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER client_dropped AFTER DELETE ON client BEGIN
  INSERT INTO change (thing, a) VALUES ('client', old.id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER client_secret_made_known AFTER INSERT ON client_secret BEGIN
  INSERT INTO change (thing, a) VALUES ('client', new.client);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER client_secret_changed AFTER UPDATE ON client_secret BEGIN
  INSERT INTO change (thing, a) VALUES ('client', new.client);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER client_secret_dropped AFTER DELETE ON client_secret BEGIN
  INSERT INTO change (thing, a) VALUES ('client', old.client);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER partner_changed AFTER UPDATE ON partner BEGIN
  INSERT INTO change (thing, a) SELECT 'client', id FROM client WHERE partner = new.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER fleet_changed AFTER UPDATE ON fleet BEGIN
  INSERT INTO change (thing, a) SELECT 'client', id FROM client WHERE fleet = new.id;
END;
-- +goose StatementEnd

-- That a token is not revoked is remembered as well.
-- +goose StatementBegin
CREATE TRIGGER revocation_made_known AFTER INSERT ON revocation BEGIN
  INSERT INTO change (thing, a) VALUES ('revocation', new.token);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER revocation_dropped AFTER DELETE ON revocation BEGIN
  INSERT INTO change (thing, a) VALUES ('revocation', old.token);
END;
-- +goose StatementEnd

-- A record is remembered without its source, and whether a connection reaches it by the record's number. One that is not
-- there is not remembered.
-- +goose StatementBegin
CREATE TRIGGER record_changed AFTER UPDATE ON record BEGIN
  INSERT INTO change (thing, a) VALUES ('record', new.id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER record_dropped AFTER DELETE ON record BEGIN
  INSERT INTO change (thing, a) VALUES ('record', old.id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER record_reach_changed AFTER UPDATE OF gone_at ON record_reach WHEN old.gone_at <> new.gone_at BEGIN
  INSERT INTO change (thing, a, b) VALUES ('reach', new.connection, new.record);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER record_reach_dropped AFTER DELETE ON record_reach BEGIN
  INSERT INTO change (thing, a, b) VALUES ('reach', old.connection, old.record);
END;
-- +goose StatementEnd
