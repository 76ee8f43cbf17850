package perform

import (
	"context"
	"fmt"
	"github.com/google/uuid"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// shows lets the TSP's list show messages that are all alike, by ids, the first of them first, to look-ups that know them
// by nothing else.
func (p *provider) shows(ids func() []resource.SourceID) {
	p.find = func(w tsp.Write) (tsp.Written, bool, error) {
		var free []resource.SourceID
		alike, err := w.Alike(context.Background(), tsp.Look{Same: func(tsp.Rival) bool { return true }, Slack: time.Minute,
			Now: time.Now, List: func(context.Context, time.Time) error {
				free = ids()
				return nil
			}})
		if err != nil {
			return tsp.Written{}, false, err
		}
		free, alike = alike.Unclaimed(free)
		if ours, err := alike.Ours(len(free)); err != nil || !ours {
			return tsp.Written{}, false, err
		}
		return tsp.Written{SourceID: free[0], Collection: "messages"}, true, nil
	}
}

// TestAnIDThatAnAnswerMayStillTellIsNotAdopted has one of two equal messages without an answer, which came all the same,
// while the answer to the other is on its way, or is there and cannot be stored.
func TestAnIDThatAnAnswerMayStillTellIsNotAdopted(t *testing.T) {
	for name, c := range map[string]struct{ takes, full time.Duration }{
		"the call is under way": {takes: 4 * time.Second}, "the disk is full": {full: 4 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				message := w.messaging()
				w.tsp.spec.Limits[0].Burst = 9
				var listed []resource.SourceID
				w.tsp.write = func(_ context.Context, n int, _ tsp.Write) (tsp.Written, error) {
					if n == 0 {
						return tsp.Written{}, failure(tsp.Unknown)
					}
					w.do(func() { listed = []resource.SourceID{"answered", "unanswered"} })
					time.Sleep(c.takes)
					return tsp.Written{SourceID: "answered", Collection: "messages"}, nil
				}
				w.tsp.shows(func() (ids []resource.SourceID) {
					w.do(func() { ids = slices.Clone(listed) })
					return ids
				})
				apart := func(op *operation.Operation) { op.OrderKey = "message.create/" + op.ID.String() }
				one := w.add(message, apart)
				w.run(t, 500*time.Millisecond)
				mended := time.Now().Add(c.full)
				w.settles = func() error {
					if time.Now().Before(mended) {
						return errFull
					}
					return nil
				}
				other := w.add(message, apart)
				w.run(t, 20*time.Second)
				if w.op(one).State != operation.Succeeded || w.op(other).State != operation.Succeeded ||
					w.op(one).SourceID != "unanswered" || w.op(other).SourceID != "answered" {
					t.Errorf("%s as %q: %v; %s as %q: %v", w.op(one).State, w.op(one).SourceID, lines(w.op(one)),
						w.op(other).State, w.op(other).SourceID, lines(w.op(other)))
				}
			})
		})
	}
}

// TestEqualWritesThatAreLookedForAtOnceShareWhatIsThere has two of which nobody knew for longer than their settling time, as
// after a long stop.
func TestEqualWritesThatAreLookedForAtOnceShareWhatIsThere(t *testing.T) {
	for there := range 3 {
		t.Run(fmt.Sprint(there, " are there"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				message := w.messaging()
				w.tsp.spec.Limits[0].Burst = 9
				listed := []resource.SourceID{"m0", "m1"}[:there]
				w.tsp.write = func(_ context.Context, n int, _ tsp.Write) (tsp.Written, error) {
					id := resource.SourceID(fmt.Sprint("again ", n))
					w.do(func() { listed = append(listed, id) })
					time.Sleep(100 * time.Millisecond)
					return tsp.Written{SourceID: id, Collection: "messages"}, nil
				}
				w.tsp.shows(func() (ids []resource.SourceID) {
					time.Sleep(100 * time.Millisecond)
					w.do(func() { ids = slices.Clone(listed) })
					return ids
				})
				time.Sleep(time.Hour)
				long := func(op *operation.Operation) {
					message(op)
					op.OrderKey, op.Tries = "message.create/"+op.ID.String(), 1
					op.State, op.SentAt, op.CutAt = operation.Unknown, time.Now().Add(-10*time.Minute), time.Now().Add(-9*time.Minute)
					op.Payload = []byte(`{"connection_id":"` + w.conn.ID.String() + `","message_text":"Call me","recipient_id":"` +
						uuid.UUID{7}.String() + `"}`)
				}
				one, other := w.op(w.add(long)), w.op(w.add(long))
				w.run(t, 2*time.Minute)
				one, other = w.op(one.ID), w.op(other.ID)
				if one.State != operation.Succeeded || other.State != operation.Succeeded || one.SourceID == other.SourceID ||
					len(listed) != 2 {
					t.Errorf("%d are there; %s as %q: %v; %s as %q: %v", len(listed), one.State, one.SourceID, lines(one),
						other.State, other.SourceID, lines(other))
				}
			})
		})
	}
}

func TestWhatIsFirstLookedForLongAfterItWasCutOffIsLookedForAsLongAsTheTSPNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.can(tsp.VerifyFirst, oneLimit)
		w.tsp.find = func(tsp.Write) (tsp.Written, bool, error) {
			return tsp.Written{}, false, &tsp.Error{Class: tsp.Unknown, Message: "nothing tells them apart"}
		}
		begun := time.Now()
		id := w.add(func(op *operation.Operation) {
			op.State, op.Tries, op.CutAt = operation.Unknown, 1, begun.Add(-time.Hour)
		})
		w.run(t, time.Minute)
		op := w.op(id)
		last := op.Attempts[len(op.Attempts)-1]
		if after := last.EndedAt.Sub(begun); op.State != operation.Failed || after < 30*time.Second || after > 35*time.Second {
			t.Errorf("%s after %v: %v", op.State, after, lines(op))
		}
	})
}
