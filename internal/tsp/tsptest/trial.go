package tsptest

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// trial is one run of one check: what it may say and how it ends.
type trial struct {
	suite *suite
	check string
	// c is the capability that the check is held against; zero for checks of the whole adapter.
	c   tsp.Capability
	ctx context.Context
	// alone tells that no other check reports what this one needs and lacks.
	alone bool

	// after, if set, runs when the trial's clock has stopped.
	after func()

	mu       sync.Mutex
	outcome  outcome
	cleanups []func()
	told     map[string]bool
}

// outcome is all that a trial found.
type outcome struct {
	Failures []string
	Logs     []string
	// Skipped says why the check could not be held; "" if it was.
	Skipped string
}

// ended is what a trial panics with to end early.
type ended struct{}

// errorf reports a failure and goes on. It may be called by any goroutine.
func (t *trial) errorf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.outcome.Failures = append(t.outcome.Failures, fmt.Sprintf(format, args...))
}

// once reports a failure unless one of the same key was reported.
func (t *trial) once(key, format string, args ...any) {
	if t.told == nil {
		t.told = map[string]bool{}
	}
	if !t.told[key] {
		t.errorf(format, args...)
	}
	t.told[key] = true
}

// fatalf reports a failure and ends the trial. It must be called by the trial's own goroutine.
func (t *trial) fatalf(format string, args ...any) {
	t.errorf(format, args...)
	panic(ended{})
}

// skipf ends the trial and says loudly why.
func (t *trial) skipf(format string, args ...any) {
	t.outcome.Skipped = fmt.Sprintf(format, args...)
	panic(ended{})
}

func (t *trial) logf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.outcome.Logs = append(t.outcome.Logs, fmt.Sprintf(format, args...))
}

// cleanup calls f when the trial ends, the last one first.
func (t *trial) cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

// excused tells whether the config excuses the check for a field, and notes it.
func (t *trial) excused(field string) bool {
	name := t.check + "/" + field
	if t.c.Kind != "" {
		name = t.check + "/" + t.c.String() + "/" + field
	}
	reason, ok := t.suite.excuse(name)
	if told := "NOT CHECKED: " + field + ": " + reason; ok && !slices.Contains(t.outcome.Logs, told) {
		t.logf("%s", told)
	}
	return ok
}

// hold runs a check to its end, whatever that is.
func (t *trial) hold(check func(*trial)) {
	var stop context.CancelFunc
	t.ctx, stop = context.WithCancel(context.Background())
	defer func() {
		stop()
		for i := len(t.cleanups) - 1; i >= 0; i-- {
			t.cleanups[i]()
		}
	}()
	defer func() {
		if r := recover(); r != nil && r != (ended{}) {
			t.errorf("panicked: %v\n%s", r, ownFrames(debug.Stack()))
		}
	}()
	check(t)
}

// ownFrames cuts a stack to a length that can be read.
func ownFrames(stack []byte) string {
	lines := strings.Split(string(stack), "\n")
	return strings.Join(lines[:min(len(lines), 40)], "\n")
}
