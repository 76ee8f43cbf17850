package tables_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/store/tables"
)

// surveyor pages through surveys that look at few operations for each page.
type surveyor struct {
	*testing.T
	db  *tables.DB
	all []operation.Operation
}

// newSurveyor stores operations of two partners, of which few are at each stage.
func newSurveyor(t *testing.T) surveyor {
	t.Helper()
	db := opened(t, filepath.Join(t.TempDir(), "s.db"))
	s := surveyor{T: t, db: db}
	for i := range 60 {
		id := uuid.Must(uuid.NewV7())
		op := operation.Operation{ID: id, Partner: uuid.UUID{byte(1 + i%2)}, Connection: uuid.UUID{3}, TSP: "samsara", Kind: "message",
			Verb: "create", OrderKey: id.String(), Payload: []byte(`{}`), State: operation.Succeeded,
			CreatedAt: time.Unix(int64(1000+i), 0).UTC(), UpdatedAt: time.Unix(2000, 0).UTC()}
		switch {
		case i%7 == 0:
			op.State = operation.Failed
		case i%11 == 0:
			op.State = operation.Queued
		}
		if _, err := db.Accept(t.Context(), op, nil); err != nil {
			t.Fatal(err)
		}
		op.Seq = int64(i + 1)
		s.all = append(s.all, op)
	}
	slices.Reverse(s.all)
	db.WalkAtMost(4)
	return s
}

// paged are the Seqs that all pages of a survey show, from one end of it to the other.
func (s surveyor) paged(of operation.Survey, backwards bool) (seqs []int64, pages int) {
	s.Helper()
	of.Window = page.Window{Limit: 3}
	if backwards {
		of.Window.Backwards, of.Window.Place = true, page.Position{At: time.Unix(1, 0), Seq: 1}
	}
	for pages = 1; ; pages++ {
		w := of.Window
		of.Window = w.Wider()
		found, err := s.db.Survey(s.Context(), of)
		if err != nil {
			s.Fatal(err)
		}
		p := found.Cut(w, operation.Operation.Position)
		var shown []int64
		for _, op := range p.Items {
			shown = append(shown, op.Seq)
		}
		next := p.Next
		if backwards {
			seqs, next = append(shown, seqs...), p.Previous
		} else {
			seqs = append(seqs, shown...)
		}
		if next.IsZero() || pages > 100 {
			return seqs, pages
		}
		of.Window = page.Window{Limit: 3, Place: next, Backwards: backwards}
	}
}

func TestASurveyThatLooksAtFewShowsEachOnceInBothDirections(t *testing.T) {
	t.Parallel()
	s := newSurveyor(t)
	for name, of := range map[string]struct {
		survey operation.Survey
		holds  func(operation.Operation) bool
	}{
		"all":       {operation.Survey{}, func(operation.Operation) bool { return true }},
		"failed":    {operation.Survey{Stage: operation.StageFailed}, func(op operation.Operation) bool { return op.State == operation.Failed }},
		"succeeded": {operation.Survey{Stage: operation.StageSucceeded}, func(op operation.Operation) bool { return op.State == operation.Succeeded }},
		// They are more than a survey looks at, so they are walked to as any others.
		"live": {operation.Survey{Stage: operation.StageLive}, func(op operation.Operation) bool { return !op.State.Ended() }},
		"a partner's": {operation.Survey{Partner: uuid.UUID{2}, Stage: operation.StageFailed},
			func(op operation.Operation) bool { return op.State == operation.Failed && op.Partner == uuid.UUID{2} }},
		"a time": {operation.Survey{From: time.Unix(1020, 0), Stage: operation.StageFailed},
			func(op operation.Operation) bool { return op.State == operation.Failed && op.CreatedAt.Unix() >= 1020 }},
		"none": {operation.Survey{SourceID: "nothing"}, func(operation.Operation) bool { return false }},
	} {
		var want []int64
		for _, op := range s.all {
			// The place from which it goes backwards is no entry itself, so the first one is left out of both.
			if of.holds(op) && op.Seq > 1 {
				want = append(want, op.Seq)
			}
		}
		for _, backwards := range []bool{false, true} {
			got, pages := s.paged(of.survey, backwards)
			got = slices.DeleteFunc(got, func(seq int64) bool { return seq == 1 })
			if diff := cmp.Diff(want, got); diff != "" || pages > 60 {
				t.Errorf("%s, backwards %v, on %d pages (-want +got):\n%s", name, backwards, pages, diff)
			}
		}
	}
}

func TestATallyOfMoreThanItCountsSaysSo(t *testing.T) {
	t.Parallel()
	s := newSurveyor(t)
	s.db.WalkAtMost(5)
	tally, err := s.db.Tally(t.Context(), operation.Survey{})
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]operation.Count{"all": tally.All, "failed": tally.Of[operation.StageFailed]} {
		if got != (operation.Count{N: 5, AtLeast: true}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	late, err := s.db.Tally(t.Context(), operation.Survey{From: time.Unix(1057, 0)})
	if err != nil {
		t.Fatal(err)
	}
	if late.All != (operation.Count{N: 3}) {
		t.Errorf("of late there are %+v", late.All)
	}
}

func TestAllAreCountedUpToLessThanANarrowedList(t *testing.T) {
	t.Parallel()
	db := opened(t, filepath.Join(t.TempDir(), "s.db"))
	const all = 1005
	entries := make([]operation.Entry, all)
	for i := range entries {
		id := uuid.Must(uuid.NewV7())
		entries[i].Operation = operation.Operation{ID: id, Partner: uuid.UUID{1}, Connection: uuid.UUID{3}, TSP: "samsara", Kind: "message", Verb: "create",
			OrderKey: id.String(), Payload: []byte(`{}`), State: operation.Queued, CreatedAt: time.Unix(int64(1000+i), 0).UTC(), UpdatedAt: time.Unix(2000, 0).UTC()}
	}
	if _, err := db.AcceptAll(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
	for name, of := range map[string]struct {
		survey operation.Survey
		want   operation.Count
	}{
		"all":             {operation.Survey{}, operation.Count{N: 1000, AtLeast: true}},
		"of a time":       {operation.Survey{From: time.Unix(1010, 0)}, operation.Count{N: all - 10}},
		"of a TSP":        {operation.Survey{TSP: "samsara"}, operation.Count{N: all}},
		"of a connection": {operation.Survey{Connection: uuid.UUID{3}}, operation.Count{N: all}},
		"of another":      {operation.Survey{Connection: uuid.UUID{4}}, operation.Count{}},
	} {
		tally, err := db.Tally(t.Context(), of.survey)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(of.want, tally.All); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
