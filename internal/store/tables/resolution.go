package tables

import (
	"context"
	"database/sql"
	"fmt"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

func operationThing(id uuid.UUID) thing { return thing{"operation", "operation", "id", id[:]} }

// Resolve writes that an operation of unknown outcome was resolved by hand. What may refuse comes first.
func (db *DB) Resolve(ctx context.Context, s operation.Settlement) error {
	op := s.Operation
	resolution, err := text(op.Resolution, true)
	if err != nil {
		return err
	}
	packed, err := db.writer.packCalls(op.ID, s.Kept)
	if err != nil {
		return err
	}
	return db.audited(ctx, func(tx *tx) error {
		if err := tx.resolvable(s); err != nil {
			return err
		}
		err := overtaken(tx.change(`UPDATE operation SET state = ?3, tries = ?4, resource = ?5, source_id = ?6, collection = ?7,
			updated_at = ?8, cut_at = 0, resolution = ?9 WHERE id = ?1 AND tries = ?2 AND state = ?10 AND cut_at > 0`,
			op.ID[:], s.From, string(op.State), op.Tries, id(op.Resource), string(op.SourceID), op.Collection,
			micros(op.UpdatedAt), resolution, string(operation.Failed)))
		if err != nil {
			return err
		}
		return tx.resolved(db, s, packed)
	}, operationThing(op.ID))
}

// resolvable refuses a create whose record another operation has made, and one of a record that was known otherwise while
// writes of it wait: these are in a chain of its own, and those that come later in that of its maker, where they would pass.
func (t *tx) resolvable(s operation.Settlement) error {
	op := s.Operation
	if op.Verb != resource.Create || op.Resource == uuid.Nil {
		return nil
	}
	foreign, err := t.there(`SELECT 1 FROM record WHERE id = ?1 AND made_by <> ?2`, op.Resource[:], op.ID[:])
	if err == nil && foreign {
		err = refusal{operation.ErrAdopted}
	}
	if err != nil {
		return err
	}
	keys := op.UpdateKeys()
	own := operation.Operation{Connection: op.Connection, OrderKey: keys[len(keys)-1], Sync: true, NextAt: op.UpdatedAt}
	if err := t.free(&own); err != nil {
		return err
	}
	return t.behindHold(&own)
}

// resolved writes what follows from it.
func (t *tx) resolved(db *DB, s operation.Settlement, packed []byte) error {
	for _, a := range s.Attempts {
		if err := t.saveAttempt(s.Operation.ID, a); err != nil {
			return err
		}
	}
	if err := t.saveCalls(s.Operation.ID, s.Kept, packed); err != nil {
		return err
	}
	if s.Record != nil {
		if err := t.saveRecord(db, *s.Record, s.Operation.Verb == resource.Create); err != nil {
			return err
		}
		if err := t.leave(s.Record.Connection); err != nil {
			return err
		}
	}
	if err := t.owns(s); err != nil {
		return err
	}
	return t.publish(db, s.Events)
}

// owns notes which operation has made a record of which nobody knew that, so that no other adopts it. One of which nothing
// is stored is known already; the operation's connection reaches it from now on.
func (t *tx) owns(s operation.Settlement) error {
	op := s.Operation
	if op.Verb != resource.Create || op.Resource == uuid.Nil {
		return nil
	}
	err := t.exec(`UPDATE record SET made_by = ?2 WHERE id = ?1 AND made_by IS NULL`, op.Resource[:], op.ID[:])
	if err != nil || s.Record != nil {
		return err
	}
	r := record.Record{ID: op.Resource, Kind: op.Kind, Connection: op.Connection, SeenAt: op.UpdatedAt}
	if err := t.reach(record.Merge{Record: r}); err != nil {
		return err
	}
	return t.leave(op.Connection)
}

// resolutionOf reads how an operation was resolved; nil if it was not.
func resolutionOf(stored sql.NullString) (*operation.Resolution, error) {
	if !stored.Valid {
		return nil, nil
	}
	r := new(operation.Resolution)
	if err := json.Unmarshal([]byte(stored.String), r); err != nil {
		return nil, fmt.Errorf("reading how an operation was resolved: %w", err)
	}
	return r, nil
}
