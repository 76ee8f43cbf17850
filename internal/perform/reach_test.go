package perform

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// reached is how an operation ends: how far its last entry says that it came, and what of it is said by Waybill.
type reached struct {
	says   string
	lets   func(w *world)
	op     func(op *operation.Operation)
	reach  tsp.Reach
	own    string
	quotes bool
}

func ends() []reached {
	soon := func(op *operation.Operation) { op.Deadline = time.Now().Add(time.Minute) }
	paused := func(w *world) { w.conn.Status = connection.Paused }
	all := []reached{
		{says: "a grant that was taken back", lets: func(w *world) { w.grant.Status = access.GrantDeleted }, reach: tsp.ReachNone,
			own: "not sent: the share agreement with the fleet is deleted"},
		{says: "what cannot be read", op: func(op *operation.Operation) { op.Damaged = errors.New("torn") }, reach: tsp.ReachNone, own: damagedWrite},
		{says: "a connection that was deleted", lets: func(w *world) { w.conn.Status = connection.Deleted }, reach: tsp.ReachNone,
			own: "the connection was deleted before the operation was done"},
		{says: "a deadline that passed while it was paused", lets: paused, op: soon, reach: tsp.ReachNone,
			own: "the operation was not done before its deadline; its connection is paused"},
		{says: "a deadline behind answers", lets: func(w *world) {
			w.tsp.write = func(context.Context, int, tsp.Write) (tsp.Written, error) {
				return tsp.Written{}, failure(tsp.Unavailable)
			}
		}, op: soon, reach: tsp.ReachNone, own: "the operation was not done before its deadline", quotes: true},
		{says: "one that expired", lets: paused, op: func(op *operation.Operation) { op.ExpiresAt = time.Now().Add(time.Second) },
			reach: tsp.ReachNone, own: "not sent: it expired at"},
		{says: "one that was cancelled", lets: paused, op: func(op *operation.Operation) { op.StopAt = operation.Asked() },
			reach: tsp.ReachNone, own: "cancelled before anything of it reached the TSP"},
		{says: "a check of the adapter's own", lets: checks(func(context.Context) {}), reach: tsp.ReachNone, quotes: true},
		{says: "what reading has told", lets: checks(func(ctx context.Context) { tsp.Calls(ctx, true) }), reach: tsp.ReachRead, quotes: true},
		{says: "all attempts used up", lets: func(w *world) {
			w.tsp.write = func(context.Context, int, tsp.Write) (tsp.Written, error) { return tsp.Written{}, failure(tsp.Unknown) }
		}, reach: tsp.ReachSent, own: "all attempts are used up", quotes: true},
	}
	for _, class := range []tsp.Class{tsp.Rejected, tsp.Unsupported, tsp.Missing, tsp.Forbidden} {
		all = append(all, reached{says: "the TSP: " + string(class), lets: func(w *world) { w.tsp.answers(failure(class)) },
			reach: tsp.ReachSent, quotes: true})
	}
	return all
}

// checks lets the adapter refuse a write, after calls.
func checks(calls func(context.Context)) func(w *world) {
	return func(w *world) {
		w.tsp.reaches = calls
		w.tsp.answers(&tsp.Error{Class: tsp.Rejected, Message: "“Ann” is too long"})
	}
}

func TestEachEntryTellsHowFarItCameAndWhichWordsAreOurs(t *testing.T) {
	t.Parallel()
	for _, c := range ends() {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			if c.lets != nil {
				c.lets(w)
			}
			var change []func(*operation.Operation)
			if c.op != nil {
				change = append(change, c.op)
			}
			id := w.add(change...)
			w.run(t, 80*time.Hour)
			op := w.op(id)
			if op.State != operation.Failed || len(op.Attempts) == 0 {
				t.Fatalf("%s: %s, %q", c.says, op.State, lines(op))
			}
			last := op.Attempts[len(op.Attempts)-1]
			own, quotes := last.Said()
			if last.Reach != c.reach || !strings.HasPrefix(own, c.own) || (own == "") != (c.own == "") || quotes != c.quotes {
				t.Errorf("%s: it came as far as %q, and ours is %q (with more: %t) of %q", c.says, last.Reach, own, quotes, last.Details)
			}
		})
	}
}

func TestASignInThatOthersShareTellsNothingOfHowFarAnAttemptCame(t *testing.T) {
	t.Parallel()
	for _, err := range []*tsp.Error{{Class: tsp.Unauthorized}, {Class: tsp.Unavailable, Status: 503}} {
		of := &task{reaching: &tsp.Reaching{}, answer: answer{err: err}}
		if got := of.reach(); got != "" {
			t.Errorf("%s: %q", err.Class, got)
		}
	}
	for _, c := range [][3]tsp.Reach{{"none", "sent", "sent"}, {"", "none", ""}, {"read", "none", "read"}, {"none", "none", "none"}} {
		if got := further(c[0], c[1]); got != c[2] {
			t.Errorf("%q and %q: %q", c[0], c[1], got)
		}
	}
}

func TestAGrantThatEndsBeforeTheCallIsWaybillsRefusalAndCountsForNoTSP(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, seen := newWorld(t), &tally{}
		w.writes.c.Watch = seen
		of := w.writes.task(w.op(w.add()), w.conn, w.tsp.spec)
		w.grant.Status = access.GrantDeleted
		item := dispatch.Item[*task]{Value: of}
		end := w.writes.Perform(t.Context(), item)
		op := of.op
		made := entries(&op, dispatch.Attempt[*task]{Item: item, End: end})
		if own, quotes := made[0].Said(); made[0].Reach != tsp.ReachNone || quotes || own != "not sent: the share agreement with the fleet is deleted" {
			t.Errorf("it came as far as %q, for %q (with more: %t)", made[0].Reach, own, quotes)
		}
		if len(seen.told) != 0 || w.tsp.log() != "" {
			t.Errorf("counted for the TSP: %v, called: %q", seen.told, w.tsp.log())
		}
	})
}
