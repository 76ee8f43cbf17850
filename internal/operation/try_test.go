package operation_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
)

// tried is a store of one operation that tells why that waits.
type tried struct {
	operation.Store
	op    operation.Operation
	told  operation.ProgressRead
	moves int
	at    []time.Time
}

func (h *tried) Operation(context.Context, uuid.UUID, uuid.UUID, uuid.UUID) (operation.Operation, error) {
	return h.op, nil
}

func (h *tried) Explain(context.Context, []operation.Operation) ([]operation.ProgressRead, error) {
	return []operation.ProgressRead{h.told}, nil
}

func (h *tried) TryAt(_ context.Context, _ operation.Operation, at time.Time) error {
	if h.moves > 0 {
		h.moves--
		return fence.ErrOvertaken
	}
	h.at = append(h.at, at)
	return nil
}

func (h *tried) service() *operation.Service {
	return operation.New(operation.Config{Store: h, Trying: h, Explainer: h, Connections: nowhere{}, Now: time.Now})
}

// nowhere are connections of which none is there any more.
type nowhere struct{ connection.Store }

func (nowhere) Connection(context.Context, uuid.UUID) (connection.Connection, error) {
	return connection.Connection{}, connection.ErrNotFound
}

func (h *tried) try(t *testing.T) error {
	t.Helper()
	_, err := h.service().Try(t.Context(), partner, link, h.op.ID)
	return err
}

// asked is an operation that is to be tried, what is told of its wait, and what the refusal says; "" if it is tried.
type asked struct {
	op   operation.Operation
	told operation.ProgressRead
	says string
}

// allAsked are operations that wait for whatever there is.
func allAsked(now time.Time) map[string]asked {
	first, past, far := uuid.UUID{9}, now.Add(-time.Minute), now.Add(20*time.Minute)
	back := operation.Operation{State: operation.Retry, NextAt: far, UpdatedAt: past}
	of := func(change func(*operation.Operation)) operation.Operation {
		op := back
		change(&op)
		return op
	}
	unknown := of(func(op *operation.Operation) { op.State = operation.Unknown })
	later := operation.Turn(far)
	return map[string]asked{
		"in back-off":       {op: back, told: operation.ProgressRead{Code: operation.BackOff, NextAttemptAt: later}},
		"looked up":         {op: unknown, told: operation.ProgressRead{Code: operation.LookingUp, NextAttemptAt: later}},
		"due already":       {op: back, told: operation.ProgressRead{Code: operation.InQueue}},
		"in another's lane": {op: back, told: operation.ProgressRead{Code: operation.Untold}},
		"never tried": {op: of(func(op *operation.Operation) { op.State = operation.Queued }),
			told: operation.ProgressRead{Code: operation.InQueue}, says: "nothing but its turn"},
		"sent":        {op: of(func(op *operation.Operation) { op.State = operation.Sending }), says: "a call of it is under way"},
		"sync":        {op: of(func(op *operation.Operation) { op.State, op.Sync = operation.Sending, true }), says: "its caller waits"},
		"begun":       {op: back, told: operation.ProgressRead{Code: operation.InFlight, Reason: "an attempt is under way"}, says: "an attempt is under way"},
		"paused":      {op: back, told: operation.ProgressRead{Code: operation.ConnectionPaused, Reason: "its connection is paused", NextAttemptAt: later}, says: "its connection is paused"},
		"stale":       {op: unknown, told: operation.ProgressRead{Code: operation.ConnectionStale, Reason: "Acme refuses the credentials"}, says: "Acme refuses the credentials"},
		"behind":      {op: back, told: operation.ProgressRead{Code: operation.Behind, Reason: "an earlier write must end first", Behind: &first}, says: "that is operation " + first.String()},
		"in a chain":  {op: back, told: operation.ProgressRead{Code: operation.BackOff, Position: operation.Place{Chain: 1}}, says: "an earlier write must end first"},
		"told":        {op: back, told: operation.ProgressRead{Code: operation.RetryAfter, Reason: "Acme asked", NextAttemptAt: later}, says: "Acme asked; that is " + later.String()},
		"limited":     {op: back, told: operation.ProgressRead{Code: operation.RateLimited, Reason: "the limit writes is used up for now", EarliestTurn: later}, says: "its turn may come at " + later.String()},
		"all places":  {op: back, told: operation.ProgressRead{Code: operation.Window, Reason: "as many calls as may be"}, says: "as many calls as may be"},
		"to be ended": {op: of(func(op *operation.Operation) { op.StopAt = operation.Asked() }), told: operation.ProgressRead{Code: operation.BackOff}, says: "it is to be cancelled"},
		"a look that was told to wait": {op: unknown, told: operation.ProgressRead{Code: operation.RetryAfter, Reason: "Acme asked", NextAttemptAt: later},
			says: "Acme asked; that is " + later.String()},
		"the last that counts": {op: back, told: operation.ProgressRead{Code: operation.BackOff, AttemptsLeft: 1}, says: "one attempt is left that counts"},
		"the last, at its time": {op: of(func(op *operation.Operation) { op.NextAt = now }),
			told: operation.ProgressRead{Code: operation.InQueue, AttemptsLeft: 1}},
		"failed":  {op: of(func(op *operation.Operation) { op.State = operation.Failed }), says: "with the status failed; a retry of it as it is would be refused"},
		"unknown": {op: of(func(op *operation.Operation) { op.State, op.CutAt = operation.Failed, past }), says: "POST .../resolve"},
		"done":    {op: of(func(op *operation.Operation) { op.State = operation.Succeeded }), says: "with the status success"},
		"read back": {op: of(func(op *operation.Operation) {
			op.State, op.Verification = operation.Succeeded, operation.NewVerification(operation.Unverified, "soon")
		}), says: "its record is read back"},
	}
}

func TestOnlyWhatWaitsForItsOwnNextAttemptIsTried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		for name, c := range allAsked(now) {
			h := &tried{op: c.op, told: c.told}
			read, err := h.service().Get(t.Context(), partner, link, h.op.ID)
			if err != nil {
				t.Fatal(err)
			}
			if p := read.Progress; p != nil && p.CanBeTried != (c.says == "") {
				t.Errorf("%s: it is told that it can be tried: %v", name, p.CanBeTried)
			}
			err = h.try(t)
			if c.says == "" {
				if err != nil || len(h.at) != 1 || !h.at[0].Equal(now) {
					t.Errorf("%s: to be tried at %v, %v", name, h.at, err)
				}
				continue
			}
			if p := problem.Of(err); p.Code != problem.Conflict || !strings.Contains(p.Detail, c.says) || len(h.at) != 0 {
				t.Errorf("%s: to be tried at %v, %v", name, h.at, err)
			}
		}
	})
}

func TestAttemptsThatAreAskedForAreASecondApart(t *testing.T) {
	t.Parallel()
	for tries, apart := range map[int]time.Duration{0: time.Second, 10: time.Second, 11: 1100 * time.Millisecond, 2000: 200 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			h := &tried{op: operation.Operation{State: operation.Retry, Tries: tries, UpdatedAt: time.Now()}, told: operation.ProgressRead{Code: operation.BackOff}}
			if err := h.try(t); err != nil || !h.at[0].Equal(time.Now().Add(apart)) {
				t.Errorf("after %d attempts to be tried at %v, %v", tries, h.at, err)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		ended := time.Now()
		h := &tried{op: operation.Operation{State: operation.Retry, UpdatedAt: ended}, told: operation.ProgressRead{Code: operation.BackOff}}
		for range 3 {
			if err := h.try(t); err != nil {
				t.Fatal(err)
			}
			time.Sleep(400 * time.Millisecond)
		}
		for _, at := range h.at {
			if !at.Equal(ended.Add(time.Second)) {
				t.Errorf("to be tried at %v behind an attempt that ended at %v", at, ended)
			}
		}
	})
}

func TestWhatMovesOnWhileItIsToBeTriedIsReadAnewAndNotForEver(t *testing.T) {
	t.Parallel()
	h := &tried{op: operation.Operation{State: operation.Retry}, told: operation.ProgressRead{Code: operation.BackOff}, moves: 2}
	if err := h.try(t); err != nil || len(h.at) != 1 {
		t.Errorf("to be tried at %v, %v", h.at, err)
	}
	h.moves = 100
	if p := problem.Of(h.try(t)); p.Code != problem.Conflict || !strings.Contains(p.Detail, "tried in this moment") {
		t.Error(p)
	}
	if h.moves == 0 || errors.Is(h.try(t), fence.ErrOvertaken) {
		t.Errorf("%d of 100 moves are left", h.moves)
	}
}
