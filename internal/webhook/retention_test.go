package webhook_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/webhook"
)

// attic has parts of each sort to sweep.
type attic struct {
	parts  map[string]int
	fails  bool
	before []time.Time
}

func (a *attic) one(sort string, before time.Time) (bool, error) {
	a.before = append(a.before, before)
	if a.fails {
		a.fails = false
		return false, errors.New("the disk is full")
	}
	a.parts[sort]--
	return a.parts[sort] > 0, nil
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
		a := &attic{parts: map[string]int{"deleted": 3, "receivers": 2, "secrets": 2, "dead": 2, "logs": 4}, fails: true}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- webhook.Sweep(ctx, a, time.Now, slog.New(slog.DiscardHandler)) }()
		time.Sleep(15 * time.Second)
		cancel()
		if err := <-done; err != nil || a.parts["deleted"] != 0 || a.parts["receivers"] != 0 || a.parts["secrets"] != 0 || a.parts["dead"] != 0 || a.parts["logs"] != 0 {
			t.Errorf("%v, left %v", err, a.parts)
		}
		if last := slices.MaxFunc(a.before, time.Time.Compare); time.Since(last) != webhook.Kept+5*time.Second {
			t.Errorf("what is older than %s was swept", time.Since(last))
		}
	})
}

func TestEachReceiverIsLookedAtNowAndThenAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &attic{parts: map[string]int{}}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- webhook.Sweep(ctx, a, time.Now, slog.New(slog.DiscardHandler)) }()
		time.Sleep(9 * time.Minute)
		soon := -a.parts["receivers"]
		time.Sleep(2 * time.Minute)
		cancel()
		if err := <-done; err != nil || soon != 1 || a.parts["receivers"] != -2 {
			t.Errorf("%v: %d times in 9 minutes, %d in 11", err, soon, -a.parts["receivers"])
		}
	})
}
