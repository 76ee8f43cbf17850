package sourcetest

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
)

// pace is how long things take.
type pace struct {
	// while and long are how long is looked for what must not come, soon how long is waited for what must.
	while, long, soon time.Duration
	// settled returns when what was begun has had its effect.
	settled func()
}

var (
	virtual = pace{while: time.Minute, long: time.Hour, soon: time.Second, settled: synctest.Wait}
	real    = pace{while: 400 * time.Millisecond, long: time.Second, soon: time.Minute, settled: func() {}}
)

// stand is a source that is held against its contract.
type stand struct {
	dispatch.Source
	pace
}

// claim claims a lane within a time; ok tells whether one was due.
func (s stand) claim(t *testing.T, within time.Duration) (c dispatch.Claim, ok bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	c, err := s.Claim(ctx, fence.Connections)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("claiming: %v", err)
	}
	return c, err == nil
}

func (s stand) must(t *testing.T) dispatch.Claim {
	t.Helper()
	c, ok := s.claim(t, s.soon)
	if !ok {
		t.Fatal("no lane was given")
	}
	return c
}

func (s stand) none(t *testing.T, within time.Duration) {
	t.Helper()
	if c, ok := s.claim(t, within); ok {
		t.Fatalf("lane %v was given", c.Lane.ID)
	}
}

func woken(c dispatch.Claim) bool {
	select {
	case <-c.Wake:
		return true
	default:
		return false
	}
}
