package tables

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
)

// packImage makes what an update has changed ready to be stored; nil for nothing.
func (b *box) packImage(of uuid.UUID, i record.Image) (any, error) {
	if i == nil {
		return nil, nil
	}
	text, err := json.Marshal(i, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("encoding what operation %s has changed: %w", of, err)
	}
	return b.pack(text, bound("image", of[:]))
}

// Image returns what an update has changed. What cannot be read of it is not known.
func (db *DB) Image(ctx context.Context, of uuid.UUID) (record.Image, error) {
	packed, err := one(ctx, db, `SELECT image FROM operation WHERE id = ?1`, scanOne[[]byte], of[:])
	if errors.Is(err, sql.ErrNoRows) || err == nil && packed == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var i record.Image
	text, err := db.writer.unpack(packed, bound("image", of[:]))
	if err == nil {
		err = json.Unmarshal(text, &i)
	}
	damage, err := apart(err)
	if damage != nil {
		i = nil
	}
	return i, err
}

// revertible refuses an operation that reverts another which cannot be reverted any more, or whose record has been written
// since it was looked at, or is about to be.
func (t *tx) revertible(op *operation.Operation) error {
	if op.RevertOf == uuid.Nil {
		return nil
	}
	fits, err := t.there(`SELECT 1 FROM operation o JOIN record r ON r.id = o.resource
		WHERE o.id = ?1 AND o.partner = ?2 AND o.state = 'success' AND r.settled_at = ?3 AND r.hash = ?4
			AND (o.reverted_by IS NULL
			OR NOT EXISTS (SELECT 1 FROM operation b WHERE b.id = o.reverted_by AND (b.state <> 'failed' OR b.cut_at > 0)))`,
		op.RevertOf[:], op.Partner[:], micros(op.Upon.WrittenAt), op.Upon.Hash)
	if err != nil {
		return err
	}
	others, err := rows(t, unfinishedQuery, scanBusy, op.Connection[:], op.OrderKey)
	if err == nil && (!fits || len(others) > 0) {
		err = refusal{operation.ErrReverted}
	}
	return err
}

// reverts notes which operation reverts another.
func (t *tx) reverts(op *operation.Operation) error {
	if op.RevertOf == uuid.Nil {
		return nil
	}
	return t.exec(`UPDATE operation SET reverted_by = ?2 WHERE id = ?1`, op.RevertOf[:], op.ID[:])
}
