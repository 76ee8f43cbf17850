package tables_test

import (
	"runtime"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
)

// A line of a batch is three rows where somebody hears of it, and a database spends on each statement as much as on several rows.
func TestThoseAcceptedTogetherAreAddedByFewStatements(t *testing.T) {
	t.Parallel()
	w := newTraffic(t, event.OperationCreated)
	statements, _ := w.Statements(t)
	const lines = 128
	all := make([]operation.Entry, lines)
	for i := range all {
		op := w.message()
		op.Key = &operation.Key{Client: "c", Value: op.ID.String(), Fingerprint: []byte("f")}
		created, err := op.Event(event.OperationCreated, op.CreatedAt)
		if err != nil {
			t.Fatal(err)
		}
		all[i] = operation.Entry{Operation: op, Events: []event.Event{created}}
	}
	before := statements()
	accepted, err := w.AcceptAll(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	// A key is two statements, and some things are asked once for all lines.
	if n := statements() - before; n > 2*lines+3*lines/16+20 {
		t.Errorf("%d lines are %d statements", lines, n)
	}
	day := page.Window{Limit: lines}
	at := all[0].Operation.CreatedAt
	found, err := w.Operations(t.Context(), operation.Filter{Partner: w.partner, From: at.AddDate(0, 0, -1), To: at.AddDate(0, 0, 1), Window: day})
	if err != nil {
		t.Fatal(err)
	}
	var stored, answered []uuid.UUID
	slices.SortFunc(found.Entries, func(a, b operation.Operation) int { return int(a.Seq - b.Seq) })
	for _, op := range found.Entries {
		stored = append(stored, op.ID)
	}
	for i, one := range accepted {
		if one.Err != nil || one.Operation.ID != all[i].Operation.ID {
			t.Fatalf("line %d: %s, %v", i, one.Operation.ID, one.Err)
		}
		answered = append(answered, one.Operation.ID)
	}
	if !slices.Equal(stored, answered) {
		t.Errorf("%d are stored, or in another order than that of the lines", len(stored))
	}
}

// What is accepted is seen by what is asked behind it in the same transaction.
func TestASyncWriteIsRefusedForOneThatIsAcceptedWithItsCommit(t *testing.T) {
	t.Parallel()
	w := newTraffic(t, event.OperationCreated)
	first := w.message()
	busy := first
	busy.ID, busy.Sync, busy.State = uuid.Must(uuid.NewV7()), true, operation.Sending
	all := [2]operation.Operation{first, busy}
	refused := 0
	errs := make(chan error, len(all))
	err := w.Together(len(all), func() {
		for _, op := range all {
			before := w.Queued()["accepts"]
			go func() {
				_, err := w.Accept(t.Context(), op, nil)
				errs <- err
			}()
			for w.Queued()["accepts"] == before {
				runtime.Gosched()
			}
		}
	}, func() error {
		for range all {
			if err := <-errs; err != nil {
				refused++
			}
		}
		return nil
	})
	if err != nil || refused != 1 {
		t.Errorf("%d are refused, %v", refused, err)
	}
}
