package perform

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// verifying is what the world keeps of records that are read back.
type verifying struct {
	// rewritten tells that a later write of the record has begun.
	rewritten bool
	// taken are the records that were saved as imports save them.
	taken []record.Record
	// panics lets whoever saves them meet a bug.
	panics bool
}

func (w *world) Verifying(_ context.Context, at time.Time) ([]uuid.UUID, error) {
	if due, _ := w.Due(context.Background(), w.conn.ID, at, 1); len(due) == 0 {
		return nil, nil
	}
	return []uuid.UUID{w.conn.ID}, nil
}

func (w *world) Due(_ context.Context, _ uuid.UUID, at time.Time, most int) (due []operation.Operation, _ error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, op := range w.ops {
		if !op.VerifyAt.IsZero() && !op.VerifyAt.After(at) && len(due) < most {
			due = append(due, op)
		}
	}
	return due, nil
}

func (w *world) Rewritten(context.Context, operation.Operation, time.Time) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.verifying.rewritten, nil
}

func (w *world) Verified(_ context.Context, op operation.Operation, next time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.IndexFunc(w.ops, func(one operation.Operation) bool { return one.ID == op.ID })
	if !w.ops[i].VerifyAt.Equal(op.VerifyAt) {
		return fence.ErrOvertaken
	}
	w.ops[i].VerifyAt, w.ops[i].Verification = next, op.Verification
	return nil
}

func (w *world) SaveRecords(_ context.Context, all []record.Record) ([]uuid.UUID, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.verifying.panics {
		panic("a bug")
	}
	w.verifying.taken = append(w.verifying.taken, all...)
	return nil, nil
}

func (w *world) ReachedSince(context.Context, uuid.UUID, resource.Kind, time.Time) ([]uuid.UUID, error) {
	return nil, nil
}

func (w *world) LoseRecords(context.Context, record.Loss) error { return nil }

// verify is an operation that is to be verified.
func verify(op *operation.Operation) { op.Verify = true }

// verifies reads records back for some virtual time.
func (w *world) verifies(t *testing.T, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := w.writes.Verify(ctx); err != nil {
		t.Error(err)
	}
}
