package tables

import (
	"cmp"
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
)

// writtenThere is the condition of updates that are at their TSP or may be, word for word that of their index, and age how
// old their values are.
const (
	writtenThere = `verb = 'update' AND (state = 'success' OR state = 'failed' AND cut_at > 0)`
	age          = `coalesce(as_of, seq)`
)

// asOf is what an operation is as old as, as it is stored; nil for itself.
func asOf(op *operation.Operation) any {
	if op.AsOf == 0 {
		return nil
	}
	return op.AsOf
}

// NewerWaiting lists operations of a chain that have not ended. A retry has a Seq behind its age, so none that is newer stands
// before it in the chain.
func (db *DB) NewerWaiting(ctx context.Context, than operation.Since) ([]operation.Operation, error) {
	return db.operations(ctx, `INDEXED BY operation_live WHERE connection = ?1 AND order_key = ?2 AND seq > ?3 AND `+live+`
		AND `+age+` > ?3 ORDER BY seq DESC LIMIT ?4`, than.Connection[:], than.OrderKey, than.Age, than.Most)
}

// NewerWritten lists updates of a record that are at its TSP or may be.
func (db *DB) NewerWritten(ctx context.Context, than operation.Since) ([]operation.Operation, error) {
	before := than.Before
	if before == 0 {
		before = 1<<63 - 1
	}
	return db.operations(ctx, `INDEXED BY operation_written WHERE resource = ?1 AND `+age+` > ?2 AND `+age+` < ?3
		AND `+writtenThere+` ORDER BY `+age+` DESC LIMIT ?4`, than.Resource[:], than.Age, before, than.Most)
}

// unpassed refuses an operation whose record was written by others since it was looked for those, or is about to be.
func (t *tx) unpassed(op *operation.Operation) error {
	if op.Looked == 0 {
		return nil
	}
	passed, err := t.there(`SELECT 1 FROM operation WHERE connection = ?1 AND order_key = ?2 AND seq > ?3 AND `+live,
		op.Connection[:], op.OrderKey, op.Looked)
	if err == nil && !passed && op.Resource != uuid.Nil {
		// One that was retried as it was since is newer than another one by its age alone; values that are given anew are newer
		// than all that were asked for before.
		passed, err = t.there(`SELECT 1 FROM operation WHERE resource = ?1 AND `+age+` > ?2 AND seq > ?3 AND `+writtenThere,
			op.Resource[:], cmp.Or(op.AsOf, op.Looked), op.Looked)
	}
	if err == nil && passed {
		err = refusal{operation.ErrPassed}
	}
	return err
}
