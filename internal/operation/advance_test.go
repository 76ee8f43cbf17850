package operation

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func noon() time.Time { return time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC) }

func everyState() []State { return append(Live(), Succeeded, Failed) }

func TestAStateFollowsOnlyWhereTheTableHasAWay(t *testing.T) {
	t.Parallel()
	for _, from := range append(everyState(), "", "another") {
		for _, to := range append(everyState(), "", "another") {
			op, err := Operation{State: from}.To(to, noon())
			if ok := slices.Contains(transitions[from], to); ok != (err == nil) {
				t.Errorf("from %q to %q: %v", from, to, err)
			}
			want := map[bool]State{true: to, false: from}[err == nil]
			if op.State != want || op.UpdatedAt.IsZero() == (err == nil) {
				t.Errorf("from %q to %q it is %q, changed at %v", from, to, op.State, op.UpdatedAt)
			}
		}
	}
}

func TestACallBeginsForWhatIsLiveAndNotItsHandlers(t *testing.T) {
	t.Parallel()
	sent := noon().Add(-time.Hour)
	for _, c := range []struct {
		says   string
		stored Operation
		began  time.Time // zero if it is lost
	}{
		{"queued", Operation{State: Queued}, noon()},
		{"tried", Operation{State: Retry, Tries: 2, SentAt: sent}, noon()},
		{"unknown", Operation{State: Unknown, Tries: 1, SentAt: sent}, sent},
		{"unknown since before that was noted", Operation{State: Unknown, Tries: 1}, noon()},
		{"sent and not settled", Operation{State: Sending, SentAt: sent}, sent},
		{"done", Operation{State: Succeeded, Tries: 1}, time.Time{}},
		{"failed", Operation{State: Failed, Tries: 1}, time.Time{}},
		{"sent by its handler", Operation{State: Sending, Sync: true, SentAt: sent}, time.Time{}},
		{"unknown to its handler", Operation{State: Unknown, Sync: true, Tries: 1, SentAt: sent}, sent},
	} {
		op, err := c.stored.Begin(noon())
		if c.began.IsZero() {
			if !errors.Is(err, fence.ErrOvertaken) {
				t.Errorf("%s: %v", c.says, err)
			}
			continue
		}
		if err != nil || op.State != Sending || !op.SentAt.Equal(c.began) || !op.UpdatedAt.Equal(noon()) {
			t.Errorf("%s: it is %s, sent at %v, %v", c.says, op.State, op.SentAt, err)
		}
	}
}

func TestASettlementIsWrittenOverWhatItBeganFrom(t *testing.T) {
	t.Parallel()
	for _, stored := range everyState() {
		for _, to := range everyState() {
			for _, tries := range []int{1, 2} {
				err := Settlement{Operation: Operation{State: to}, From: 1}.Check(Operation{State: stored, Tries: tries})
				lost := stored.Ended() || tries != 1
				if before := slices.Contains(Before(to), stored); before != (err == nil) && tries == 1 {
					t.Errorf("%s is before %s: %t", stored, to, before)
				}
				ok := !lost && slices.Contains(transitions[stored], to)
				if errors.Is(err, fence.ErrOvertaken) != lost || ok != (err == nil) {
					t.Errorf("%s after %d tries to %s: %v", stored, tries, to, err)
				}
			}
		}
	}
}

func TestAnInterruptedOperationIsUnknownWithAnEntryBehindItsLog(t *testing.T) {
	t.Parallel()
	sent := noon().Add(-time.Minute)
	op, a, err := Operation{State: Sending, Tries: 3, Counted: 1, Streak: 2, SentAt: sent,
		Attempts: []Attempt{{N: 2}, {N: 5}}}.Interrupt(noon())
	want := Attempt{N: 6, Class: tsp.Unknown, StartedAt: sent, EndedAt: noon()}
	if diff := cmp.Diff(want, a, cmpopts.IgnoreFields(Attempt{}, "ID", "Details", "Own")); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if op.State != Unknown || op.Tries != 4 || op.Counted != 1 || op.Streak != 2 || !op.CutAt.Equal(noon()) || !op.NextAt.Equal(noon()) || !op.SentAt.Equal(sent) {
		t.Errorf("it is %+v", op)
	}
	if _, _, err := (Operation{State: Failed}).Interrupt(noon()); err == nil {
		t.Error("one that has ended was interrupted")
	}
}

func TestAnOperationOfWhichNothingWasSentIsTriedAgain(t *testing.T) {
	t.Parallel()
	op, a, err := Operation{State: Sending, Tries: 3, Attempts: []Attempt{{N: 5}}}.Unsent(noon())
	if err != nil || op.State != Retry || op.Tries != 4 || !op.CutAt.IsZero() || !op.NextAt.Equal(noon()) || a.N != 6 || a.Class != tsp.Unavailable {
		t.Errorf("it is %+v, %+v: %v", op, a, err)
	}
	op, a, err = Operation{State: Sending, Sync: true}.Unsent(noon())
	if err != nil || op.State != Failed || strings.Contains(a.Details, OutcomeUnknown) || !strings.Contains(a.Details, "send it again") {
		t.Errorf("a sync one is %+v, and says %s: %v", op, a.Details, err)
	}
}

func TestAnInterruptedSyncOperationEndsAsUnknown(t *testing.T) {
	t.Parallel()
	op, a, err := Operation{State: Sending, Sync: true}.Interrupt(noon())
	if err != nil || op.State != Failed || !op.CutAt.Equal(noon()) || !strings.HasPrefix(a.Details, OutcomeUnknown) {
		t.Errorf("it is %+v, and says %s: %v", op, a.Details, err)
	}
}

func TestWhatEndsWithAnOpenCallHoldsAChainThatOthersMayBeIn(t *testing.T) {
	t.Parallel()
	id := uuid.New()
	for _, c := range []struct {
		name string
		op   Operation
		want bool
	}{
		{"failed with an open call", Operation{State: Failed, CutAt: noon(), OrderKey: "vehicle.update/1"}, true},
		{"done, and repeated on the way", Operation{State: Succeeded, CutAt: noon(), OrderKey: "vehicle.update/1"}, true},
		{"all is known", Operation{State: Failed, OrderKey: "vehicle.update/1"}, false},
		{"not ended", Operation{State: Unknown, CutAt: noon(), OrderKey: "vehicle.update/1"}, false},
		{"alone in its chain", Operation{ID: id, State: Failed, CutAt: noon(), OrderKey: "vehicle.create/" + id.String()}, false},
	} {
		h, ok := c.op.Held(time.Minute)
		if ok != c.want || ok && !h.Until.Equal(noon().Add(time.Minute)) {
			t.Errorf("%s: %v, %t", c.name, h, ok)
		}
	}
}

func TestAKeyIsFreeOnceItsOperationCertainlyHadNoEffectAndWasNotRefused(t *testing.T) {
	t.Parallel()
	free := map[tsp.Class]bool{tsp.Unavailable: true, tsp.Throttled: true, tsp.Unauthorized: true}
	for _, class := range []tsp.Class{tsp.Done, tsp.Rejected, tsp.Unsupported, tsp.Missing, tsp.Unauthorized, tsp.Forbidden,
		tsp.Throttled, tsp.Unavailable, tsp.Unknown, tsp.Broken} {
		op := Operation{State: Failed, Attempts: []Attempt{{Class: tsp.Unavailable}, {Class: class}}}
		if got := op.FreesKey(false); got != free[class] {
			t.Errorf("%s: %t", class, got)
		}
		part := op
		part.Attempts = append([]Attempt{{Class: tsp.Done}}, op.Attempts...)
		if op.FreesKey(true) || part.FreesKey(false) {
			t.Errorf("%s, and a part of it was done: free", class)
		}
		op.CutAt = noon()
		if op.FreesKey(false) {
			t.Errorf("%s, and an earlier call is open: free", class)
		}
		for _, state := range append(Live(), Succeeded) {
			if (Operation{State: state, Attempts: op.Attempts[:1]}).FreesKey(false) {
				t.Errorf("%s: free", state)
			}
		}
	}
	if (Operation{State: Failed}).FreesKey(false) {
		t.Error("free without a word of why it failed")
	}
}
