package perform

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// messaging lets the world's TSP take messages, and returns what makes an operation one.
func (w *world) messaging() func(*operation.Operation) {
	w.tsp.spec.Actions = tsp.Actions{{Kind: resource.KindMessage, Verb: resource.Create}: {Strength: tsp.VerifyFirst}}
	w.grant.Levels[resource.KindMessage] = "read_write"
	return func(op *operation.Operation) {
		op.Kind, op.Verb, op.Resource, op.SourceID, op.Collection = resource.KindMessage, resource.Create, uuid.Nil, "", ""
		op.Payload = []byte(`{"connection_id":"` + w.conn.ID.String() + `","message_text":"Call me","recipient_id":"` + uuid.New().String() + `"}`)
	}
}

func TestAFoundMessageThatAnotherOperationHoldsIsNotAdopted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		message := w.messaging()
		w.tsp.find = func(tsp.Write) (tsp.Written, bool, error) {
			return tsp.Written{SourceID: "m1", Collection: "messages"}, true, nil
		}
		w.tsp.write = func(_ context.Context, n int, _ tsp.Write) (tsp.Written, error) {
			if n == 0 {
				return tsp.Written{SourceID: "m1", Collection: "messages"}, nil
			}
			return tsp.Written{}, failure(tsp.Unknown)
		}
		first := w.add(message)
		w.run(t, time.Second)
		second := w.add(message)
		w.run(t, 10*time.Second)
		if w.op(first).State != operation.Succeeded || w.op(second).State != operation.Unknown {
			t.Errorf("%s and %s: %v", w.op(first).State, w.op(second).State, lines(w.op(second)))
		}
	})
}

func TestAMessageIsAdoptedOnceThoughTwoLookAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		message := w.messaging()
		w.tsp.spec.Limits[0].Burst = 9
		w.tsp.answers(failure(tsp.Unknown), failure(tsp.Unknown))
		var mended time.Time
		w.tsp.find = func(tsp.Write) (tsp.Written, bool, error) {
			if mended.IsZero() {
				mended = time.Now().Add(3 * time.Second)
			}
			return tsp.Written{SourceID: "m1", Collection: "messages"}, true, nil
		}
		// The other looks before what the first has found is stored.
		w.settles = func() error {
			if time.Now().Before(mended) {
				return errFull
			}
			return nil
		}
		apart := func(op *operation.Operation) { op.OrderKey = "message.create/" + op.ID.String() }
		one, other := w.add(message, apart), w.add(message, apart)
		w.run(t, 10*time.Second)
		states := []operation.State{w.op(one).State, w.op(other).State}
		slices.Sort(states)
		if states[0] != operation.Succeeded || states[1] != operation.Unknown {
			t.Errorf("%v: %v, %v", states, lines(w.op(one)), lines(w.op(other)))
		}
	})
}

func TestWhatCannotBeToldEndsAsUnknownOnceNothingMoreCanTellIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.can(tsp.VerifyFirst, oneLimit)
		w.tsp.answers(failure(tsp.Unknown))
		w.tsp.find = func(tsp.Write) (tsp.Written, bool, error) {
			return tsp.Written{}, false, &tsp.Error{Class: tsp.Unknown, Message: "nothing tells them apart"}
		}
		begun := time.Now()
		id := w.add(called("A"))
		next := w.add(called("B"))
		w.run(t, 70*time.Second)
		op := w.op(id)
		last := op.Attempts[len(op.Attempts)-1]
		if after := last.EndedAt.Sub(begun); op.State != operation.Failed || op.CutAt.IsZero() || after < 60*time.Second || after > 65*time.Second {
			t.Errorf("%s after %v", op.State, after)
		}
		if last.Details != operation.OutcomeUnknown+": nothing tells them apart" || len(op.Attempts) != 3 {
			t.Errorf("%v", lines(op))
		}
		if w.op(next).State != operation.Succeeded {
			t.Errorf("what waits behind it: %s", w.op(next).State)
		}
	})
}

func TestTwinsAreEqualWritesOfWhichNoCallIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		to := uuid.New().String()
		message := func(state operation.State, to string, change ...func(*operation.Operation)) uuid.UUID {
			return w.add(append([]func(*operation.Operation){func(op *operation.Operation) {
				op.Kind, op.Verb, op.State = resource.KindMessage, resource.Create, state
				op.Payload = []byte(`{"connection_id":"` + w.conn.ID.String() + `","message_text":"Call me","recipient_id":"` + to +
					`","source_recipient_id":"` + to + `"}`)
			}}, change...)...)
		}
		message(operation.Unknown, to)
		own := w.op(message(operation.Unknown, to))
		message(operation.Unknown, to)
		message(operation.Sending, to)
		message(operation.Unknown, uuid.New().String())
		message(operation.Unknown, to, func(op *operation.Operation) { op.Sync = true })
		message(operation.Succeeded, to, func(op *operation.Operation) { op.UpdatedAt = time.Now() })
		w.writes.looking.begin(message(operation.Sending, to))
		write, err := w.writes.read(&task{op: own})
		if err != nil {
			t.Fatal(err)
		}
		all, err := w.writes.rivals(own, write)(t.Context(), time.Now())
		var got []string
		for _, r := range all {
			got = append(got, fmt.Sprintf("twin %t, earlier %t, certain %t, under way %t", r.Twin, r.Earlier, r.Certain, r.UnderWay))
		}
		want := []string{
			"twin true, earlier true, certain false, under way false",
			"twin true, earlier false, certain false, under way false",
			"twin false, earlier false, certain false, under way true",
			"twin false, earlier false, certain false, under way false",
			"twin false, earlier false, certain false, under way false",
			"twin false, earlier false, certain true, under way false",
			"twin true, earlier false, certain false, under way false",
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}
