package perform

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Resolve writes how an operation was resolved.
func (w *world) Resolve(_ context.Context, s operation.Settlement) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.resolves != nil {
		if err := w.resolves(); err != nil {
			return err
		}
	}
	i := slices.IndexFunc(w.ops, func(op operation.Operation) bool { return op.ID == s.Operation.ID })
	if !w.ops[i].IsUnknown() || w.ops[i].Tries != s.From {
		return fence.ErrOvertaken
	}
	w.ops[i], w.log[s.Operation.ID] = s.Operation, s.Operation.Attempts
	if s.Record != nil {
		w.records = append(w.records, *s.Record)
	}
	for _, e := range s.Events {
		w.events = append(w.events, e.Name)
	}
	if s.Kept != nil {
		w.kept = append(w.kept, *s.Kept)
	}
	return nil
}

// unsure stores an operation of unknown outcome with its log.
func (w *world) unsure(changes ...func(*operation.Operation)) uuid.UUID {
	id := w.add(changes...)
	w.do(func() { w.log[id] = w.ops[len(w.ops)-1].Attempts })
	return id
}

// target is the record that the world's updates are of, as it was known.
func target(change func(*record.Record)) record.Record {
	r := record.Record{Kind: resource.KindVehicle, Fleet: fleet, TSP: "acme", Collection: "vehicles", SourceID: "v1", Fields: []byte(`{"notes":"n"}`),
		Extras: []byte(`{}`), Source: []byte(`{}`), SeenAt: time.Now().Add(-2 * time.Hour)}
	change(&r)
	return r.Identify()
}

// unknown lets an operation have ended without a known outcome, an hour ago.
func unknown(op *operation.Operation) {
	at := time.Now().Add(-time.Hour)
	op.State, op.CutAt, op.SentAt, op.UpdatedAt, op.Tries = operation.Failed, at, at.Add(-time.Second), at, 1
	op.Resource = target(func(*record.Record) {}).ID
	op.Attempts = []operation.Attempt{{N: 1, Class: tsp.Unknown, StartedAt: op.SentAt, EndedAt: at}}
}

// ofNew makes it the create of a vehicle, of unknown outcome.
func ofNew(op *operation.Operation) {
	unknown(op)
	op.Verb, op.Resource, op.SourceID, op.Collection = resource.Create, uuid.Nil, "", ""
}

// isApplied resolves an operation as applied, with an id if it is not "".
func (w *world) isApplied(t *testing.T, id uuid.UUID, as resource.SourceID) (operation.Operation, error) {
	t.Helper()
	conn, _ := w.Connection(t.Context(), w.conn.ID)
	return w.writes.ResolveByHand(t.Context(), conn, w.op(id), operation.Resolution{Outcome: operation.Applied, SourceID: as, By: "client:x"})
}

// made is the record at the TSP's id v7 as the world's operations would make it.
func (w *world) made() record.Record {
	return record.Record{Kind: resource.KindVehicle, Fleet: fleet, TSP: "acme", Collection: "vehicle", SourceID: "v7",
		CreatedAt: time.Now()}.Identify()
}

func TestWhatIsSaidToHaveBeenMadeIsReadAndAdopted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.spec.Actions[tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Create}] = tsp.Action{Strength: tsp.None}
		w.tsp.read = shows(`{"vehicle_name":"TRUCK 42"}`)
		id := w.unsure(ofNew)
		op, err := w.isApplied(t, id, "v7")
		if err != nil || op.State != operation.Succeeded || op.SourceID != "v7" || op.Resource != w.made().ID || op.IsUnknown() {
			t.Fatalf("%v: %+v", err, op)
		}
		r := w.left(t)
		if string(r.Fields) != `{"vehicle_name":"TRUCK 42"}` || r.MadeBy != id || r.ID != op.Resource {
			t.Errorf("its record is %+v", r)
		}
		if diff := cmp.Diff([]string{event.OperationSucceeded}, w.events); diff != "" || w.tsp.log() != "R" {
			t.Errorf("the TSP was asked %s; events (-want +got):\n%s", w.tsp.log(), diff)
		}
		last := op.Attempts[1]
		want := operation.Resolution{Outcome: operation.Applied, SourceID: "v7", Checked: true, By: "client:x", Entry: 2,
			CutAt: op.UpdatedAt.Add(-time.Hour)}
		if diff := cmp.Diff(want, *op.Resolution); diff != "" || last.N != 2 || last.Class != tsp.Done ||
			!strings.Contains(last.Details, "applied as v7, which the TSP shows") {
			t.Errorf("logged as %+v (-want +got):\n%s", last, diff)
		}
		if w.kept[0].Try != 1 || w.kept[0].Entry != 2 {
			t.Errorf("the calls are kept as %+v", w.kept)
		}
	})
}

func TestWhatIsNotTheOperationsOwnIsNotAdopted(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		known func(*record.Record)
		read  tsp.Class
		code  problem.Code
	}{
		"is not there":                   {read: tsp.Missing, code: problem.Invalid},
		"is not there: ":                 {read: tsp.Rejected, code: problem.Invalid},
		"may not read the record":        {read: tsp.Forbidden, code: problem.Conflict},
		"could not be asked":             {read: tsp.Unavailable, code: problem.Unavailable},
		"is a trailer":                   {known: func(r *record.Record) { r.Kind = resource.KindTrailer }, code: problem.Invalid},
		"the result of another":          {known: func(r *record.Record) { r.MadeBy = uuid.UUID{99} }, code: problem.Invalid},
		"known before the write was":     {known: func(r *record.Record) { r.CreatedAt = r.CreatedAt.Add(-3 * time.Hour) }, code: problem.Invalid},
		"was written before the write":   {known: func(r *record.Record) { r.SeenAt = r.CreatedAt.Add(-90 * time.Minute) }, code: problem.Invalid},
		"another operation may be adopt": {code: problem.Conflict},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.tsp.read = func(context.Context, tsp.Single) (tsp.Record, error) {
				if c.read != "" {
					return tsp.Record{}, failure(c.read)
				}
				return tsp.Record{Fields: []byte(`{}`), Source: []byte(`{}`)}, nil
			}
			id := w.unsure(ofNew)
			if c.known != nil {
				r := w.made()
				c.known(&r)
				w.peers = []record.Record{r}
			}
			if c.code == problem.Conflict {
				if mine, err := w.writes.claims.take(t.Context(), claim{"acme", "", "", "v7"}, uuid.UUID{99}); !mine || err != nil {
					t.Fatal(mine, err)
				}
			}
			_, err := w.isApplied(t, id, "v7")
			p := problem.Of(err)
			text := p.Detail
			if len(p.Details) > 0 {
				text = p.Details[0].Path + ": " + p.Details[0].Message
			}
			if p.Code != c.code || !strings.Contains(text, says) || len(w.records)+len(w.events) > 0 || !w.op(id).IsUnknown() {
				t.Errorf("%q: %v; stored %v, %v", says, err, w.records, w.events)
			}
		})
	}
}

func TestWhatAnImportHasShownSinceIsAdopted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.read = shows(`{"vehicle_name":"TRUCK 42"}`)
		w.peers = []record.Record{w.made()}
		if op, err := w.isApplied(t, w.unsure(ofNew), "v7"); err != nil || !op.Resolution.Checked {
			t.Errorf("%v: %+v", err, op)
		}
	})
}

func TestWhereTheTSPCannotBeAskedTheWordCounts(t *testing.T) {
	t.Parallel()
	for says, change := range map[string]func(*world){
		"cannot be asked for one vehicle": func(*world) {},
		"no list shows it":                func(w *world) { w.tsp.read, w.tsp.spec.Imports = shows(`{}`), nil },
		"the connection is cancelled":     func(w *world) { w.tsp.read, w.conn.Status = shows(`{}`), connection.Cancelled },
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			change(w)
			op, err := w.isApplied(t, w.unsure(ofNew), "v7")
			if err != nil || op.State != operation.Succeeded || op.Resolution.Checked || w.tsp.log() != "" {
				t.Fatalf("%s: %v: %+v", says, err, op)
			}
			if said := op.Attempts[1].Details; !strings.Contains(said, "by their word") {
				t.Errorf("%s: %s", says, said)
			}
			if r := w.left(t); string(r.Fields) != `{"vehicle_name":"Truck 42"}` || r.SourceID != "v7" {
				t.Errorf("%s: its record is %+v", says, r)
			}
		})
	}
}

func TestAnUpdateThatWasAppliedLeavesWhatIsNewerAsItIs(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		known func(*record.Record)
		read  string
		want  string // "" if nothing is stored
	}{
		"what was read":                   {func(*record.Record) {}, `{"vehicle_name":"SHOWN"}`, `{"vehicle_name":"SHOWN"}`},
		"what was sent, and nobody shows": {func(*record.Record) {}, "", `{"notes":"n","vehicle_name":"Truck 42"}`},
		"not over an import":              {func(r *record.Record) { r.Imported = true }, "", ""},
		"not over a newer write":          {func(r *record.Record) { r.SeenAt = time.Now() }, `{"vehicle_name":"SHOWN"}`, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.reached = []record.Record{target(c.known)}
			if c.read != "" {
				w.tsp.read = shows(c.read)
			}
			op, err := w.isApplied(t, w.unsure(unknown), "")
			if err != nil || op.State != operation.Succeeded || op.Resolution.Checked || op.Resolution.SourceID != "v1" {
				t.Fatalf("%s: %v: %+v", says, err, op)
			}
			if c.want == "" {
				if len(w.records) > 0 {
					t.Errorf("%s: stored %s", says, w.records[0].Fields)
				}
			} else if r := w.left(t); string(r.Fields) != c.want || !r.UpdatedAt.Equal(op.UpdatedAt) {
				t.Errorf("%s: stored %s at %s", says, r.Fields, r.UpdatedAt)
			}
		})
	}
}

func TestWhatMayComeYetIsNotTakenForNotApplied(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		id := w.unsure(ofNew, func(op *operation.Operation) { op.CutAt = time.Now() })
		say := func() (operation.Operation, error) {
			return w.writes.ResolveByHand(t.Context(), w.conn, w.op(id), operation.Resolution{Outcome: operation.NotApplied, By: "client:x"})
		}
		_, err := say()
		if p := problem.Of(err); p.Code != problem.Conflict || p.RetryAfter != 30*time.Second {
			t.Fatalf("at once: %v", err)
		}
		time.Sleep(30 * time.Second)
		op, err := say()
		if err != nil || op.State != operation.Failed || op.IsUnknown() || op.Attempts[1].Class != "" || len(w.events)+len(w.records) > 0 {
			t.Errorf("later: %v: %+v; told %v", err, op, w.events)
		}
		if _, err := w.writes.ResolveByHand(t.Context(), w.conn, op, operation.Resolution{Outcome: operation.NotApplied}); !errors.Is(err, fence.ErrOvertaken) {
			t.Errorf("once more: %v", err)
		}
	})
}

func TestARecordThatAnotherOperationTookMeanwhileIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.resolves = func() error { return operation.ErrAdopted }
		_, err := w.isApplied(t, w.unsure(ofNew), "v7")
		if p := problem.Of(err); p.Code != problem.Invalid || p.Details[0].Path != "source_id" {
			t.Errorf("%v", err)
		}
		if mine, err := w.writes.claims.take(t.Context(), claim{"acme", "", "", "v7"}, uuid.UUID{99}); !mine || err != nil {
			t.Errorf("it is claimed still: %t, %v", mine, err)
		}
	})
}
