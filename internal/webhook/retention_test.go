package webhook_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/webhook"
)

// attic has parts of each sort to sweep.
type attic struct {
	mu    sync.Mutex
	parts map[string]int
	// fails is what cannot be swept, the first time or, if always is set, ever.
	fails  string
	always bool
	before []time.Time
}

func (a *attic) one(sort string, before time.Time) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.before = append(a.before, before)
	if a.fails == sort {
		if !a.always {
			a.fails = ""
		}
		return false, errors.New("the disk is full")
	}
	a.parts[sort]--
	return a.parts[sort] > 0, nil
}

// times is how often receivers were looked at.
func (a *attic) times() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return -a.parts["receivers"]
}

func (a *attic) SweepDeleted(context.Context) (bool, error) { return a.one("deleted", time.Time{}) }
func (a *attic) SweepReceivers(context.Context) (bool, error) {
	return a.one("receivers", time.Time{})
}
func (a *attic) SweepSecrets(context.Context, time.Time) (bool, error) {
	return a.one("secrets", time.Time{})
}
func (a *attic) SweepDeadLetters(_ context.Context, before time.Time) (bool, error) {
	return a.one("dead", before)
}
func (a *attic) SweepLogs(_ context.Context, before time.Time) (bool, error) {
	return a.one("logs", before)
}

func TestWhatIsKeptNoLongerIsSweptToTheLastWhateverFailsOnTheWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &attic{parts: map[string]int{"deleted": 3, "receivers": 2, "secrets": 2, "dead": 2, "logs": 4}, fails: "deleted"}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- webhook.Sweep(ctx, a, time.Now, slog.New(slog.DiscardHandler)) }()
		time.Sleep(15 * time.Second)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		for sort, left := range a.parts {
			if left > 0 {
				t.Errorf("%d parts are left of %s", left, sort)
			}
		}
		if last := slices.MaxFunc(a.before, time.Time.Compare); time.Since(last) != webhook.Kept+5*time.Second {
			t.Errorf("what is older than %s was swept", time.Since(last))
		}
	})
}

func TestWhatCannotBeSweptKeepsNothingElse(t *testing.T) {
	t.Parallel()
	for _, fails := range []string{"deleted", "receivers", "secrets", "dead", "logs"} {
		synctest.Test(t, func(t *testing.T) {
			a := &attic{parts: map[string]int{"deleted": 2, "receivers": 2, "secrets": 2, "dead": 2, "logs": 2}, fails: fails,
				always: true}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			go func() { done <- webhook.Sweep(ctx, a, time.Now, slog.New(slog.DiscardHandler)) }()
			time.Sleep(5 * time.Second)
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
			for sort, left := range a.parts {
				if (left > 0) != (sort == fails) {
					t.Errorf("while %s fail, %d parts are left of %s", fails, left, sort)
				}
			}
		})
	}
}

func TestEachReceiverIsLookedAtNowAndThenAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &attic{parts: map[string]int{}, fails: "logs", always: true}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- webhook.Sweep(ctx, a, time.Now, slog.New(slog.DiscardHandler)) }()
		time.Sleep(9 * time.Minute)
		soon := a.times()
		time.Sleep(2 * time.Minute)
		cancel()
		if err := <-done; err != nil || soon != 1 || a.times() != 2 {
			t.Errorf("%v: %d times in 9 minutes, %d in 11", err, soon, a.times())
		}
	})
}
