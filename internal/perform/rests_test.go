package perform

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
)

// cut are operations that ended without an answer, with their partners.
type cut struct {
	ahead
	all   []operation.Operation
	asked int
}

func (c *cut) Unanswered(_ context.Context, partner uuid.UUID, since time.Time) ([]operation.Operation, error) {
	c.asked++
	return slices.DeleteFunc(slices.Clone(c.all), func(op operation.Operation) bool {
		return op.Partner != partner || op.CutAt.Before(since)
	}), nil
}

func TestWhatRestsBehindOneThatHasEndedNamesItWhereItIsOfTheSamePartner(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		w := newWorld(t)
		settles := w.writes.c.Settling.Of(operation.Operation{TSP: w.conn.TSP})
		hold := now.Add(settles - time.Second)
		w.add(func(op *operation.Operation) { op.NextAt = hold })
		op := w.ops[0]
		left := operation.Operation{ID: uuid.UUID{9}, Partner: op.Partner, Connection: op.Connection, OrderKey: op.OrderKey,
			CutAt: now.Add(-time.Second)}
		for says, c := range map[string]struct {
			change func(*operation.Operation)
			names  bool
		}{
			"its own":                     {func(*operation.Operation) {}, true},
			"another's":                   {func(op *operation.Operation) { op.Partner = uuid.UUID{8} }, false},
			"of another chain":            {func(op *operation.Operation) { op.OrderKey = "b" }, false},
			"whose hold was over earlier": {func(op *operation.Operation) { op.CutAt = now.Add(-2 * time.Second) }, false},
		} {
			one := left
			c.change(&one)
			older := left
			older.ID, older.CutAt = uuid.UUID{7}, now.Add(-time.Hour)
			w.writes.c.Lines, w.writes.c.Stand = &cut{all: []operation.Operation{older, one}}, func(fence.Lane) dispatch.Stand { return dispatch.Stand{Known: true} }
			all, err := w.writes.Explain(t.Context(), w.ops)
			if err != nil {
				t.Fatal(err)
			}
			p := all[0]
			if p.Code != operation.Behind || p.NextAttemptAt == nil || !strings.Contains(p.Reason, "of the same record or between the same two people, had no answer") {
				t.Errorf("%s: %+v", says, p)
			}
			if (p.Behind != nil) != c.names || c.names && *p.Behind != left.ID {
				t.Errorf("%s: it names %v", says, p.Behind)
			}
		}
		lines := &cut{}
		w.writes.c.Lines = lines
		w.ops[0].NextAt = now
		if _, err := w.writes.Explain(t.Context(), w.ops); err != nil || lines.asked > 0 {
			t.Errorf("asked %d times of one that rests no more, %v", lines.asked, err)
		}
	})
}
