package operation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
)

// keyed is a message with a key, and an operation that the key already stands for.
func keyed(sync bool, state operation.State) (operation.Request, operation.Operation) {
	r := message("")
	r.Sync = sync
	r.Key = &operation.Key{Client: "client", Value: "order 66", Fingerprint: []byte("same")}
	return r, operation.Operation{ID: uuid.UUID{66}, Partner: partner, State: state, Sync: sync, Key: r.Key,
		Attempts: []operation.Attempt{{N: 1}}}
}

const known = "client/order 66"

func TestARepeatedKeyAnswersWithItsOperationAndChangesNothing(t *testing.T) {
	t.Parallel()
	for _, sync := range []bool{false, true} {
		for _, state := range append(operation.Live(), operation.Succeeded, operation.Failed) {
			d := open(t)
			r, first := keyed(sync, state)
			d.keyed[known] = first
			if sync && !state.Ended() {
				p := d.refused(r)
				if !tells(p, problem.Conflict, "still under way as operation "+first.ID.String()) {
					t.Errorf("while the first is %s: %+v", state, p)
				}
				continue
			}
			op, replayed, err := d.Submit(t.Context(), r)
			if diff := cmp.Diff(first, op); err != nil || !replayed || diff != "" {
				t.Errorf("%s, sync %t: replayed %t, %v (-want +got):\n%s", state, sync, replayed, err, diff)
			}
			if len(d.accepted) > 0 || !slices.Equal(d.asked, []string{"Keyed"}) {
				t.Errorf("%s, sync %t: stored %v, asked %v", state, sync, d.accepted, d.asked)
			}
		}
	}
}

// A replay answers although the write itself would be refused by now.
func TestARepeatedKeyIsAnsweredWhateverBecameOfTheConnection(t *testing.T) {
	t.Parallel()
	d := open(t)
	r, first := keyed(false, operation.Failed)
	d.keyed[known], d.conn.ID = first, uuid.UUID{}
	if op, replayed, err := d.Submit(t.Context(), r); err != nil || !replayed || op.ID != first.ID {
		t.Errorf("replayed %t, %+v, %v", replayed, op, err)
	}
}

func TestAKeyIsRefusedForAnotherRequestWhateverItsState(t *testing.T) {
	t.Parallel()
	for _, sync := range []bool{false, true} {
		for _, state := range []operation.State{operation.Queued, operation.Sending, operation.Succeeded} {
			d := open(t)
			r, first := keyed(sync, state)
			d.keyed[known] = first
			r.Key = &operation.Key{Client: "client", Value: "order 66", Fingerprint: []byte("other")}
			p := d.refused(r)
			if len(p.Details) != 1 {
				t.Fatalf("%+v", p)
			}
			got := p.Details[0]
			want := problem.Detail{Path: "Idempotency-Key", Input: "order 66", Code: "idempotency_key_reused",
				Message: got.Message}
			if got != want || p.Code != problem.Invalid || !strings.Contains(got.Message, first.ID.String()) {
				t.Errorf("%s, sync %t: %+v", state, sync, p)
			}
		}
	}
}

func TestKeysOfOtherClientsAndNoKeyStandForNothing(t *testing.T) {
	t.Parallel()
	d := open(t)
	r, first := keyed(false, operation.Succeeded)
	d.keyed[known] = first
	none, other := r, r
	none.Key, other.Key = nil, &operation.Key{Client: "another", Value: r.Key.Value, Fingerprint: r.Key.Fingerprint}
	if one, two := d.submit(none), d.submit(other); one.ID == first.ID || two.ID == first.ID || len(d.accepted) != 2 {
		t.Errorf("%s and %s, stored %d", one.ID, two.ID, len(d.accepted))
	}
	if lookups := strings.Count(fmt.Sprint(d.asked), "Keyed"); lookups != 1 {
		t.Errorf("keys were looked up %d times", lookups)
	}
}

func TestAKeyStandsForNothingOfAnotherPartnerWhoseClientIsCalledTheSame(t *testing.T) {
	t.Parallel()
	d := open(t)
	r, first := keyed(false, operation.Succeeded)
	first.Partner = uuid.UUID{99}
	d.keyed[known] = first
	if op, replayed, err := d.Submit(t.Context(), r); err != nil || replayed || op.ID == first.ID {
		t.Errorf("replayed %t, %+v, %v", replayed, op, err)
	}
}

// Two requests with one key are checked at once; the store takes the other one first.
func TestOfTwoRequestsAtOnceTheLaterIsAnsweredLikeARepetition(t *testing.T) {
	t.Parallel()
	taken, retried := operation.ErrKeyTaken, operation.ErrRetried
	for _, c := range []struct {
		says     string
		refused  error
		sync     bool
		state    operation.State
		print    string
		code     problem.Code
		replayed bool
	}{
		{"the same request", taken, false, operation.Queued, "same", 0, true},
		{"the same sync request, which has ended", taken, true, operation.Succeeded, "same", 0, true},
		{"the same sync request, which is under way", taken, true, operation.Sending, "same", problem.Conflict, false},
		{"another request", taken, false, operation.Queued, "other", problem.Invalid, false},
		{"the same retry", retried, false, operation.Queued, "same", 0, true},
		{"another retry", retried, false, operation.Queued, "other", problem.Invalid, false},
	} {
		d := open(t)
		r, first := keyed(c.sync, c.state)
		first.Key = &operation.Key{Client: "client", Value: "order 66", Fingerprint: []byte(c.print)}
		d.fails["Accept"] = fmt.Errorf("accepting: %w", c.refused)
		d.before = func(port string) {
			if port == "Accept" {
				d.keyed[known] = first
			}
		}
		op, replayed, err := d.Submit(t.Context(), r)
		if c.replayed && (err != nil || !replayed || op.ID != first.ID) {
			t.Errorf("%s: replayed %t, %+v, %v", c.says, replayed, op, err)
		}
		if !c.replayed && (err == nil || replayed || problem.Of(err).Code != c.code) {
			t.Errorf("%s: replayed %t, %v", c.says, replayed, err)
		}
		if slices.Contains(d.asked, "PerformNow") {
			t.Errorf("%s: it was performed", c.says)
		}
	}
}

func TestAKeyThatIsGoneWhenItIsLookedUpLetsTheCallerTryAgain(t *testing.T) {
	t.Parallel()
	d := open(t)
	r, _ := keyed(false, operation.Queued)
	d.fails["Accept"] = operation.ErrKeyTaken
	op, replayed, err := d.Submit(t.Context(), r)
	if p := problem.Of(err); err == nil || replayed || p.Code != problem.Unavailable || p.RetryAfter == 0 {
		t.Errorf("replayed %t, %+v, %v", replayed, op, err)
	}
}
