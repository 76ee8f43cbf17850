package operation_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
)

// causes tells why each operation waits, and notes for which it was asked.
type causes struct {
	of    map[uuid.UUID]operation.Cause
	asked []uuid.UUID
	err   error
}

func (c *causes) Explain(_ context.Context, ops []operation.Operation) ([]operation.ProgressRead, error) {
	if c.err != nil {
		return nil, c.err
	}
	var all []operation.ProgressRead
	for _, op := range ops {
		c.asked = append(c.asked, op.ID)
		all = append(all, operation.ProgressRead{Code: c.of[op.ID]})
	}
	return all, nil
}

func TestWhatHasNotEndedTellsWhyAndIsFoundByThat(t *testing.T) {
	t.Parallel()
	d := open(t)
	why := &causes{of: map[uuid.UUID]operation.Cause{{1}: operation.Behind, {3}: operation.BackOff, {4}: operation.Behind}}
	d.Service.Explainer = why
	states := []operation.State{operation.Queued, operation.Succeeded, operation.Retry, operation.Unknown}
	for i, state := range states {
		d.listed = append(d.listed, operation.Operation{ID: uuid.UUID{byte(i + 1)}, Partner: partner, Connection: link, State: state,
			Seq: int64(9 - i), CreatedAt: stored().Add(-time.Duration(i) * time.Second)})
	}
	list := func(c operation.Cause) (page.Page[operation.Operation], []operation.Cause) {
		d.listed = slices.Clone(d.listed)
		p, err := d.List(t.Context(), operation.Filter{Partner: partner, Cause: c, Window: page.Window{Limit: 3}})
		if err != nil {
			t.Fatal(err)
		}
		var codes []operation.Cause
		for _, op := range p.Items {
			if op.Progress == nil {
				codes = append(codes, "")
			} else {
				codes = append(codes, op.Progress.Code)
			}
		}
		return p, codes
	}
	all, codes := list("")
	if want := []operation.Cause{operation.Behind, "", operation.BackOff}; !slices.Equal(codes, want) {
		t.Errorf("%v, not %v", codes, want)
	}
	// The page leads on from where it was looked, whatever was left out of it.
	some, codes := list(operation.Behind)
	if !slices.Equal(codes, []operation.Cause{operation.Behind}) || some.Next != all.Next || some.Next.IsZero() {
		t.Errorf("%v, on to %v and not %v", codes, some.Next, all.Next)
	}
	if op, err := d.Get(t.Context(), partner, link, uuid.UUID{1}); err != nil || op.Progress == nil ||
		op.Progress.Code != operation.Behind {
		t.Errorf("%+v, %v", op.Progress, err)
	}
	why.asked = nil
	if op, err := d.Get(t.Context(), partner, link, uuid.UUID{2}); err != nil || op.Progress != nil || why.asked != nil {
		t.Errorf("of one that has ended: %+v, %v, asked for %v", op.Progress, err, why.asked)
	}
	why.err = errors.New("the disk is gone")
	if _, err := d.Get(t.Context(), partner, link, uuid.UUID{1}); problem.Of(err).Code != problem.Internal {
		t.Errorf("%v", err)
	}
}

func TestAWriteEndsWhenItExpiresWhileNothingOfItIsSent(t *testing.T) {
	t.Parallel()
	soon, late := now().Add(time.Second), now().Add(time.Hour)
	for says, c := range map[string]struct {
		state         operation.State
		expires, want time.Time
	}{
		"in the queue":            {operation.Queued, soon, soon},
		"between attempts":        {operation.Retry, soon, soon},
		"being sent":              {operation.Sending, soon, late},
		"looked up":               {operation.Unknown, soon, late},
		"that expires never":      {operation.Queued, time.Time{}, late},
		"that has less than that": {operation.Queued, late.Add(time.Second), late},
	} {
		op := operation.Operation{State: c.state, ExpiresAt: c.expires, Deadline: late}
		if got := time.Time(op.Progressed(now(), 1).Deadline); !got.Equal(c.want) {
			t.Errorf("%s: %s", says, got)
		}
	}
}
