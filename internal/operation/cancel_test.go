package operation_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// lone is a store of one operation, whose lane decides after it was asked to cancel it.
type lone struct {
	operation.Store
	op      operation.Operation
	asked   int
	moved   bool
	decides func(*operation.Operation)
	steps   []tsp.Step
}

func (l *lone) Operation(context.Context, uuid.UUID, uuid.UUID, uuid.UUID) (operation.Operation, error) {
	if l.op.IsAsked() && l.decides != nil {
		l.decides(&l.op)
	}
	return l.op, nil
}

func (l *lone) AskCancel(context.Context, operation.Operation) error {
	l.asked++
	if l.moved {
		l.op.State = operation.Sending
		return fence.ErrOvertaken
	}
	l.op.StopAt = operation.Asked()
	return nil
}

func (l *lone) Steps(context.Context, uuid.UUID) ([]tsp.Step, error) { return l.steps, nil }

// Explain cannot tell why the operation waits, on which no cancel depends.
func (l *lone) Explain(context.Context, []operation.Operation) ([]operation.ProgressRead, error) {
	return nil, errors.New("why it waits is not known")
}

func (l *lone) cancel(t *testing.T) (operation.Operation, error) {
	t.Helper()
	s := operation.New(operation.Config{Store: l, Cancels: l, Explainer: l, Now: time.Now})
	return s.Cancel(t.Context(), partner, link, l.op.ID)
}

func TestACancelIsAnsweredOnceItIsDecided(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	kept := func(op *operation.Operation) { op.StopAt = op.ExpiresAt }
	for name, c := range map[string]struct {
		op      operation.Operation
		decides func(*operation.Operation)
		moved   bool
		says    string // "" if it is cancelled
		asked   int
	}{
		"it waits": {op: operation.Operation{State: operation.Queued}, asked: 1, decides: func(op *operation.Operation) {
			op.State, op.Reason = operation.Failed, operation.Cancelled
		}},
		"it was cancelled before": {op: operation.Operation{State: operation.Failed, Reason: operation.Cancelled}},
		"it is under way": {op: operation.Operation{State: operation.Queued}, asked: 1, decides: func(op *operation.Operation) {
			op.State, op.SentAt, op.StopAt = operation.Sending, at, op.ExpiresAt
		}, says: "an attempt was under way to the TSP since 2026-03-04T12:00:00.000000Z and may be repeated; ask again to keep it from that"},
		"it was begun at the same time": {op: operation.Operation{State: operation.Queued, SentAt: at}, moved: true, asked: 1,
			says: "under way to the TSP since"},
		"its attempt has ended since": {op: operation.Operation{State: operation.Queued}, asked: 1, decides: func(op *operation.Operation) {
			op.State, op.Tries = operation.Retry, 1
			kept(op)
		}, says: "an attempt was under way to the TSP and may be repeated; ask again to keep it from that"},
		"a part of it is out": {op: operation.Operation{State: operation.Retry, Tries: 1}, asked: 1, decides: kept, says: "a part of it"},
		"it is unknown":       {op: operation.Operation{State: operation.Unknown, SentAt: at}, says: "without an answer"},
		"it is sync":          {op: operation.Operation{State: operation.Sending, Sync: true, SentAt: at}, says: "its caller waits"},
		"it has succeeded":    {op: operation.Operation{State: operation.Succeeded, UpdatedAt: at}, says: "with the status success"},
		"it has expired": {op: operation.Operation{State: operation.Failed, Reason: operation.Expired, UpdatedAt: at},
			says: "ended at 2026-03-04T12:00:00.000000Z with the status failed"},
		"its outcome stays unknown": {op: operation.Operation{State: operation.Failed, CutAt: at, UpdatedAt: at},
			says: "may have taken it"},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := &lone{op: c.op, decides: c.decides, moved: c.moved}
			op, err := l.cancel(t)
			if l.asked != c.asked {
				t.Errorf("%s: asked %d times", name, l.asked)
			}
			if c.says == "" {
				if err != nil || op.Reason != operation.Cancelled {
					t.Errorf("%s: %+v, %v", name, op, err)
				}
				return
			}
			if p := problem.Of(err); p.Code != problem.Conflict || !strings.Contains(p.Detail, c.says) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func TestACancelThatIsNotDecidedIsToldAsSuch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		l := &lone{op: operation.Operation{State: operation.Queued}}
		_, err := l.cancel(t)
		if p := problem.Of(err); p.Code != problem.Unavailable || p.RetryAfter == 0 || l.asked != 1 {
			t.Errorf("asked %d times: %v", l.asked, err)
		}
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("told after %s", took)
		}
	})
}

func TestOnlyWhatHasCertainlyFailedIsRetried(t *testing.T) {
	t.Parallel()
	for says, op := range map[string]operation.Operation{
		"it has succeeded":           {State: operation.Succeeded},
		"it is pending":              {State: operation.Retry},
		"its outcome is unknown":     {State: operation.Failed, CutAt: now()},
		"it was retried as":          {State: operation.Failed, RetriedBy: uuid.UUID{7}},
		"cannot be read any more":    {State: operation.Failed, Kind: "vehicle", Verb: "update", Payload: []byte(`{`)},
		"give the body with the ret": {State: operation.Failed, Kind: "vehicle", Verb: "update", Damaged: context.Canceled},
	} {
		s := operation.New(operation.Config{Store: &lone{op: op}, Now: time.Now})
		s.Cancels = &lone{}
		_, _, err := s.Retry(t.Context(), link, op.ID, operation.Request{Partner: partner})
		if p := problem.Of(err); p.Code != problem.Conflict || !strings.Contains(p.Detail, says) {
			t.Errorf("%q: %v", says, err)
		}
	}
}

func TestWhatHasReachedItsTSPInPartIsNotRetriedAsItWas(t *testing.T) {
	t.Parallel()
	failed := operation.Operation{State: operation.Failed, Kind: "vehicle", Verb: "update", Payload: []byte(`{}`)}
	parts := failed
	parts.Attempts = []operation.Attempt{{Class: tsp.Done}, {Class: tsp.Rejected}}
	for name, l := range map[string]*lone{"a recipient": {op: parts}, "a step": {op: failed, steps: []tsp.Step{{Key: "made", Done: true}}}} {
		s := operation.New(operation.Config{Store: l, Cancels: l, Now: time.Now})
		_, _, err := s.Retry(t.Context(), link, l.op.ID, operation.Request{Partner: partner})
		if p := problem.Of(err); p.Code != problem.Conflict || !strings.Contains(p.Detail, "a part of it has reached the TSP") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
