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
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func (w *world) Named(_ context.Context, ids []uuid.UUID) ([]operation.Operation, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.ops), func(op operation.Operation) bool { return !slices.Contains(ids, op.ID) }), nil
}

func (w *world) Name(_ context.Context, _ fence.Claim, op operation.Operation, at time.Time) (operation.Operation, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.IndexFunc(w.ops, func(one operation.Operation) bool { return one.ID == op.ID })
	if was := w.ops[i]; was.State != op.State || was.Tries != op.Tries || len(was.Awaits) == 0 {
		return op, fence.ErrOvertaken
	}
	op.Awaits, op.NextAt = nil, at
	for _, h := range w.holds {
		if h.Chain == op.OrderKey && h.Until.After(at) {
			op.NextAt = h.Until
		}
	}
	w.ops[i] = op
	return op, nil
}

// creating lets the TSP make vehicles, too. Each is called as the write says that makes it.
func (w *world) creating(s tsp.Strength, ends ...error) {
	w.tsp.spec.Actions[tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Create}] = tsp.Action{Strength: s,
		Limits: []string{oneLimit}}
	w.tsp.write = func(_ context.Context, n int, write tsp.Write) (tsp.Written, error) {
		time.Sleep(time.Second)
		if n < len(ends) && ends[n] != nil {
			return tsp.Written{}, ends[n]
		}
		return tsp.Written{SourceID: "made", Collection: "vehicles"}, nil
	}
}

// aCreate is one of the same connection.
func aCreate(op *operation.Operation) {
	op.Verb, op.Resource, op.SourceID, op.Collection = resource.Create, uuid.Nil, "", ""
	op.OrderKey = "vehicle.create/" + op.ID.String()
}

// ofMade is an update of the vehicle that another operation makes.
func ofMade(by uuid.UUID) func(*operation.Operation) {
	return func(op *operation.Operation) {
		op.Resource, op.SourceID, op.Collection, op.Awaits = uuid.Nil, "", "", []uuid.UUID{by}
		op.OrderKey = "vehicle.update/" + by.String()
	}
}

func TestAnUpdateOfWhatIsMadeYetWaitsForItAndIsOfThat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.creating(tsp.VerifyFirst, failure(tsp.Unavailable), failure(tsp.Throttled))
		made := w.add(aCreate)
		first, second := w.add(ofMade(made)), w.add(ofMade(made))
		var targets []resource.SourceID
		create := w.tsp.write
		w.tsp.write = func(ctx context.Context, n int, write tsp.Write) (tsp.Written, error) {
			if write.Verb == resource.Update {
				targets = append(targets, write.Target)
				if w.op(made).State != operation.Succeeded || write.Operation == second && !w.op(first).State.Ended() {
					t.Errorf("update %d begins while the create is %s", len(targets), w.op(made).State)
				}
				if stored := w.op(write.Operation); stored.Resource != w.op(made).Resource || len(stored.Awaits) > 0 {
					t.Errorf("it is sent before it is stored with what it is of: %+v", stored)
				}
			}
			return create(ctx, n, write)
		}
		w.run(t, 10*time.Minute)
		for _, id := range []uuid.UUID{made, first, second} {
			if op := w.op(id); op.State != operation.Succeeded || op.SourceID != "made" {
				t.Errorf("%s of %q: %q", op.State, op.SourceID, lines(op))
			}
		}
		if !slices.Equal(targets, []resource.SourceID{"made", "made"}) {
			t.Errorf("updates of %q", targets)
		}
		if r := w.records[0]; r.MadeBy != made || r.InOrder() != made {
			t.Errorf("the record was made by %s", r.MadeBy)
		}
	})
}

func TestWhatNamesAnOperationFailsWithIt(t *testing.T) {
	t.Parallel()
	for says, end := range map[string]func(w *world, made uuid.UUID){
		"has failed":    func(w *world, _ uuid.UUID) { w.creating(tsp.VerifyFirst, failure(tsp.Rejected)) },
		"was cancelled": func(w *world, made uuid.UUID) { w.full(time.Hour); w.cancel(made) },
		"has expired":   func(w *world, _ uuid.UUID) { w.full(time.Hour) },
		"has failed, and its outcome is unknown": func(w *world, _ uuid.UUID) {
			w.creating(tsp.None, failure(tsp.Unknown))
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.creating(tsp.VerifyFirst)
			made := w.add(aCreate, until(time.Minute))
			id, behind := w.add(ofMade(made)), w.add(ofMade(made))
			end(w, made)
			w.run(t, 2*time.Minute)
			for _, id := range []uuid.UUID{id, behind} {
				op := w.op(id)
				want := "1  not sent: operation " + made.String() + ", for whose record the id in its path stands, " + says
				if said := lines(op); op.State != operation.Failed || op.Reason != operation.Unmade || len(said) != 1 || said[0] != want {
					t.Errorf("%s: %s for %q: %q", says, op.State, op.Reason, said)
				}
				if !op.CutAt.IsZero() {
					t.Errorf("%s: cut at %s", says, op.CutAt)
				}
			}
			if n := strings.Count(w.tsp.log(), "W"); n > 1 {
				t.Errorf("%s: calls %q", says, w.tsp.log())
			}
		})
	}
}

func TestWhatWaitsForAnotherExpiresAndIsCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.creating(tsp.VerifyFirst)
		// What was begun by whoever had the lane before cannot be one that is not named yet.
		w.writes.c.CutAt = func(uuid.UUID) time.Time { return time.Now().Add(time.Hour) }
		w.full(time.Hour)
		made := w.add(aCreate)
		late, unwanted := w.add(ofMade(made), until(10*time.Second)), w.add(ofMade(made))
		go func() {
			time.Sleep(5 * time.Second)
			w.cancel(unwanted)
		}()
		w.run(t, time.Minute)
		if op := w.op(late); op.Reason != operation.Expired || op.UpdatedAt.Sub(op.CreatedAt) > 11*time.Second {
			t.Errorf("%s for %q: %q", op.State, op.Reason, lines(op))
		}
		if op := w.op(unwanted); op.Reason != operation.Cancelled {
			t.Errorf("%s for %q: %q", op.State, op.Reason, lines(op))
		}
		if w.op(made).State.Ended() || w.tsp.log() != "" {
			t.Errorf("the create is %s after %q", w.op(made).State, w.tsp.log())
		}
	})
}

func TestWhatMayHaveBeenSentBeforeARestoreIsLookedForOnceItIsNamed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.can(tsp.VerifyFirst, oneLimit)
		w.creating(tsp.VerifyFirst)
		w.tsp.find = func(write tsp.Write) (tsp.Written, bool, error) {
			if write.Verb == resource.Update && write.Target != "made" {
				t.Errorf("an update of %q is looked for", write.Target)
			}
			return tsp.Written{SourceID: "made", Collection: "vehicles"}, true, nil
		}
		unknown := func(op *operation.Operation) {
			op.State, op.Tries, op.SentAt, op.CutAt = operation.Unknown, 1, op.CreatedAt, op.CreatedAt
		}
		made := w.add(aCreate, unknown)
		id := w.add(ofMade(made), unknown)
		w.run(t, time.Minute)
		if a, b := w.op(made), w.op(id); a.State != operation.Succeeded || b.State != operation.Succeeded || w.tsp.log() != "FF" {
			t.Errorf("%s and %s after %q: %q", a.State, b.State, w.tsp.log(), lines(b))
		}
	})
}

func TestWhatIsNamedWaitsForTheHoldOfItsChain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.creating(tsp.VerifyFirst)
		made := w.add(aCreate)
		id := w.add(ofMade(made))
		w.holds = []operation.Hold{{Connection: w.conn.ID, Chain: w.op(id).OrderKey, Until: time.Now().Add(time.Minute)}}
		w.run(t, 50*time.Second)
		if op := w.op(id); w.tsp.log() != "W" || op.State != operation.Queued || op.SourceID != "made" {
			t.Errorf("%s of %q after %q", op.State, op.SourceID, w.tsp.log())
		}
		w.run(t, time.Minute)
		if op := w.op(id); op.State != operation.Succeeded {
			t.Errorf("%s: %q", op.State, lines(op))
		}
	})
}

func TestWhatWaitsForAnotherTellsForWhich(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		made := w.add(aCreate)
		w.add(ofMade(made), func(op *operation.Operation) { op.NextAt = op.CreatedAt })
		p := w.explains(t, operation.Ahead{}, dispatch.Stand{Waits: dispatch.Nothing, Known: true})
		if p.Code != operation.Behind || p.Behind == nil || *p.Behind != made || p.NextAttemptAt != nil ||
			!strings.Contains(p.Reason, "for whose record") {
			t.Errorf("%+v", p)
		}
		w.change(func(w *world) { w.ops[0].State = operation.Succeeded })
		if p := w.explains(t, operation.Ahead{}, dispatch.Stand{Waits: dispatch.Nothing, Known: true}); p.Code != operation.InQueue {
			t.Errorf("once that has ended: %+v", p)
		}
	})
}
