package perform

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

const (
	asSent  = `{"vehicle_name":"Truck 42"}`
	asSpelt = `{"vehicle_name":"TRUCK 42"}`
	asOther = `{"vehicle_name":"Van 7"}`
)

// showing shows one state of a record after the other to whoever reads it; the last one stays. "" is no record.
func showing(states ...string) func(context.Context, tsp.Single) (tsp.Record, error) {
	n := -1
	return func(ctx context.Context, one tsp.Single) (tsp.Record, error) {
		if n++; states[min(n, len(states)-1)] == "" {
			return tsp.Record{}, failure(tsp.Missing)
		}
		return shows(states[min(n, len(states)-1)])(ctx, one)
	}
}

// stalling shows a state, then nothing for as long as that is waited for, and another state from then on.
func stalling(first, then string) func(context.Context, tsp.Single) (tsp.Record, error) {
	show, n := showing(first, then), 0
	return func(ctx context.Context, one tsp.Single) (tsp.Record, error) {
		if n++; n == 2 {
			<-ctx.Done()
			return tsp.Record{}, failure(tsp.Unavailable)
		}
		return show(ctx, one)
	}
}

// told is what an operation tells of its verification, in a line.
func told(v *operation.Verification) string {
	if v == nil {
		return "nothing"
	}
	parts := []string{string(v.Status)}
	if len(v.Applied) > 0 {
		parts = append(parts, "applied "+strings.Join(v.Applied, ","))
	}
	for _, d := range v.Ignored {
		parts = append(parts, "ignored "+d.Path+" "+string(d.Held))
	}
	for _, d := range v.Changed {
		parts = append(parts, "changed "+d.Path+" "+string(d.Held))
	}
	if v.Status == operation.Unverifiable {
		parts = append(parts, v.Reason)
	}
	return strings.Join(parts, "; ")
}

func TestAVerificationTellsWhatTheTSPShowsInTheEnd(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		change func(*world)
		// ends is what is told when the write has ended, and last in the end.
		ends, last string
	}{
		"as it was sent":      {func(w *world) { w.tsp.read = showing(asSent) }, "complete; applied vehicle_name", ""},
		"in another spelling": {func(w *world) { w.tsp.read = showing(asSpelt) }, `complete; changed vehicle_name "TRUCK 42"`, ""},
		"not at once":         {func(w *world) { w.tsp.read = showing(asOther, "", asSent) }, "pending", "complete; applied vehicle_name"},
		"never":               {func(w *world) { w.tsp.read = showing(asOther) }, "pending", `complete; changed vehicle_name "Van 7"`},
		"without the field":   {func(w *world) { w.tsp.read = showing(`{"status":"active"}`) }, "pending", `complete; ignored vehicle_name null`},
		"no record":           {func(w *world) { w.tsp.read = showing("") }, "pending", "unknown; Acme does not show the record"},
		"nothing, since it is away": {func(w *world) {
			w.tsp.read = func(context.Context, tsp.Single) (tsp.Record, error) { return tsp.Record{}, failure(tsp.Unavailable) }
		}, "pending", "unknown; the record could not be read: it is unavailable"},
		"nothing one by one":          {func(*world) {}, "unknown; it is unsupported", ""},
		"a panic":                     {func(w *world) { w.tsp.read = func(context.Context, tsp.Single) (tsp.Record, error) { panic("a bug") } }, "pending", "unknown; the record could not be read"},
		"what another write has left": {func(w *world) { w.tsp.read, w.verifying.rewritten = showing(asOther), true }, "pending", "unknown; a later write of the record came before it was read"},
		"as sent, whatever comes":     {func(w *world) { w.tsp.read, w.verifying.rewritten = showing(asOther, asSent), true }, "pending", "complete; applied vehicle_name"},
		"once its limits allow":       {func(w *world) { w.tsp.read, w.tsp.spec.Limits[0].Burst = showing(asSent), 1 }, "pending", "complete; applied vehicle_name"},
	} {
		t.Run(says, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.tsp.spec.Limits[0].Burst = 5
				c.change(w)
				w.add(verify)
				w.run(t, 5*time.Second)
				op := w.ops[0]
				if got := told(op.Verification); op.State != operation.Succeeded || got != c.ends {
					t.Errorf("%s, and at the end %s", op.State, got)
				}
				w.verifies(t, 2*time.Minute)
				got := told(w.ops[0].Verification)
				if want := c.last; want != "" && !strings.HasPrefix(got, want) || want == "" && got != c.ends {
					t.Errorf("in the end %s after %s", got, w.tsp.log())
				}
				if !w.ops[0].VerifyAt.IsZero() {
					t.Errorf("it is due at %v", w.ops[0].VerifyAt)
				}
			})
		})
	}
}

// What a first reading had no room for says nothing any more once a later one was made.
func TestAPendingVerificationTellsOfTheLastReading(t *testing.T) {
	for says, c := range map[string]struct {
		burst int
		read  func(context.Context, tsp.Single) (tsp.Record, error)
		why   string
		isRead,
		wasRead bool
	}{
		"behind one without room": {1, showing(asOther), "Acme does not show yet what was written", false, true},
		"that shows no record":    {5, showing(asOther, ""), "Acme does not show the record", true, true},
		"that fails":              {5, stalling(asOther, asOther), "the record could not be read: it is unavailable", true, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.tsp.spec.Limits[0].Burst = c.burst
			w.tsp.read = c.read
			w.add(verify)
			w.run(t, 500*time.Millisecond)
			before := w.ops[0].Verification
			w.verifies(t, 12*time.Second)
			v := w.ops[0].Verification
			if v.Status != operation.Unverified || v.Reason == before.Reason || (before.ReadAt != nil) != c.isRead || (v.ReadAt != nil) != c.wasRead ||
				v.Until == nil || !time.Time(*v.Until).Equal(time.Time(*before.Until)) {
				t.Errorf("%s: it is %+v, and was %+v", says, v, before)
			}
			if !strings.Contains(v.Reason, c.why) {
				t.Errorf("%s: it is pending since %q", says, v.Reason)
			}
		})
	}
}

func TestAVerificationReadsTheRecordThoughTheAnswerShowsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.spec.Limits[0].Burst = 5
		w.tsp.write = func(context.Context, int, tsp.Write) (tsp.Written, error) {
			r, err := shows(asSent)(nil, tsp.Single{})
			return tsp.Written{Record: &r}, err
		}
		w.tsp.read = showing(asSpelt)
		w.add(verify)
		w.run(t, time.Second)
		if got := told(w.ops[0].Verification); got != `complete; changed vehicle_name "TRUCK 42"` || w.tsp.log() != "WR" {
			t.Errorf("%s after %s", got, w.tsp.log())
		}
		if got := string(w.left(t).Fields); got != asSpelt {
			t.Errorf("the record is known as %s", got)
		}
	})
}

// What lags is none of the record, and what is shown in the end is.
func TestWhatIsKnownOfARecordFollowsWhatWasReadBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.spec.Limits[0].Burst = 5
		w.tsp.read = showing(asOther, asOther, asSpelt)
		w.add(verify)
		w.run(t, time.Second)
		if got := string(w.left(t).Fields); got != asSent {
			t.Errorf("with the write it is known as %s", got)
		}
		w.verifies(t, time.Minute)
		if n := len(w.verifying.taken); n != 1 || string(w.verifying.taken[0].Fields) != asSpelt {
			t.Errorf("then %d are saved: %v", n, w.verifying.taken)
		}
		if diff := cmp.Diff([]string{"resource_operation.succeeded"}, w.events); diff != "" {
			t.Error(diff)
		}
	})
}

func TestABugInSavingWhatWasReadBackKeepsItNotFromBeingTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.spec.Limits[0].Burst = 5
		w.tsp.read, w.verifying.panics = showing(asOther, asSent), true
		w.add(verify)
		w.run(t, time.Second)
		w.verifies(t, time.Minute)
		if got := told(w.ops[0].Verification); got != "complete; applied vehicle_name" {
			t.Error(got)
		}
	})
}

func TestNothingIsReadBackWhereNothingMayBeSent(t *testing.T) {
	for says, c := range map[string]struct {
		change func(*world)
		told   string
	}{
		"the connection is paused":   {func(w *world) { w.conn.Status = connection.Paused }, "unknown; the record could not be read: the connection is not active"},
		"the connection was deleted": {func(w *world) { w.conn.Status = connection.Deleted }, "unknown; the record was not read: the connection was deleted"},
		"the grant was taken back":   {func(w *world) { w.grant.Status = access.GrantCancelled }, "unknown; the record was not read: "},
	} {
		t.Run(says, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.tsp.spec.Limits[0].Burst = 5
				w.tsp.read = showing(asOther)
				w.add(verify)
				w.run(t, time.Second)
				read := w.tsp.log()
				w.do(func() { c.change(w) })
				w.verifies(t, 2*time.Minute)
				if got := told(w.ops[0].Verification); !strings.HasPrefix(got, c.told) || w.tsp.log() != read {
					t.Errorf("%s after %s", got, w.tsp.log())
				}
			})
		})
	}
}

func TestWhatIsDueForLongIsNotReadAnyMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.spec.Limits[0].Burst = 5
		w.tsp.read = showing(asOther)
		w.add(verify)
		w.run(t, time.Second)
		time.Sleep(time.Hour)
		w.verifies(t, time.Minute)
		if got := told(w.ops[0].Verification); got != "unknown; the record could not be read in time" || w.tsp.log() != "WR" {
			t.Errorf("%s after %s", got, w.tsp.log())
		}
	})
}
