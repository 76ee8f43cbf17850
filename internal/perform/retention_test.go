package perform_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/perform"
)

// cellar holds things by their places, and notes what is swept of them.
type cellar struct {
	mu    sync.Mutex
	asked map[string][]int64
	ages  map[string]time.Duration
	// fails is what cannot be swept the first time.
	fails string
}

func (c *cellar) sweep(what string, behind int64, before time.Time) (int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fails == what {
		c.fails = ""
		return 0, errors.New("the disk is full")
	}
	c.asked[what], c.ages[what] = append(c.asked[what], behind), time.Since(before)
	if behind == 200 {
		return 0, nil
	}
	return behind + 100, nil
}

// swept is what was swept up to here.
func (c *cellar) swept() map[string][]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.asked)
}

func (c *cellar) SweepOperations(_ context.Context, behind int64, before time.Time) (int64, error) {
	return c.sweep("operations", behind, before)
}

func (c *cellar) SweepRecords(_ context.Context, behind int64, before time.Time) (int64, error) {
	return c.sweep("records", behind, before)
}

func (c *cellar) SweepFleets(_ context.Context, before time.Time) (bool, error) {
	_, err := c.sweep("fleets", 0, before)
	return false, err
}

func (c *cellar) SweepKeys(_ context.Context, before time.Time) (bool, error) {
	_, err := c.sweep("keys", 0, before)
	return false, err
}

func (c *cellar) SweepExchanges(_ context.Context, before time.Time) (bool, error) {
	_, err := c.sweep("exchanges", 0, before)
	return false, err
}

func TestWhatIsKeptNoLongerIsForgottenInPartsWhateverFailsOnTheWay(t *testing.T) {
	t.Parallel()
	once := map[string][]int64{"keys": {0}, "exchanges": {0}, "operations": {0, 100, 200}, "records": {0, 100, 200}, "fleets": {0}}
	kept := perform.Kept{Operations: 90 * 24 * time.Hour, Records: 60 * 24 * time.Hour, Exchanges: 14 * 24 * time.Hour,
		History: 7 * 24 * time.Hour}
	for fails := range once {
		synctest.Test(t, func(t *testing.T) {
			c := &cellar{asked: map[string][]int64{}, ages: map[string]time.Duration{}, fails: fails}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			go func() { done <- perform.Forget(ctx, c, kept, time.Now, slog.New(slog.DiscardHandler)) }()
			time.Sleep(time.Minute)
			synctest.Wait()
			want := maps.Clone(once)
			delete(want, fails)
			if diff := cmp.Diff(want, c.swept()); diff != "" {
				t.Errorf("while %s cannot be swept (-want +got):\n%s", fails, diff)
			}
			time.Sleep(10 * time.Minute)
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(once[fails], c.asked[fails]); diff != "" {
				t.Errorf("when %s can be swept again (-want +got):\n%s", fails, diff)
			}
			for what, age := range map[string]time.Duration{"keys": operation.KeyLife, "operations": kept.Operations, "records": kept.Records,
				"exchanges": kept.Exchanges, "fleets": 24 * time.Hour} {
				if off := c.ages[what] - age; off < 0 || off > time.Second {
					t.Errorf("%s of %s were swept, want %s", what, c.ages[what], age)
				}
			}
		})
	}
}

func TestWhatAnImportMayShowAgainIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &cellar{asked: map[string][]int64{}, ages: map[string]time.Duration{}}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		kept := perform.Kept{Records: 30 * 24 * time.Hour, History: 365 * 24 * time.Hour}
		go func() { done <- perform.Forget(ctx, c, kept, time.Now, slog.New(slog.DiscardHandler)) }()
		time.Sleep(time.Minute)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if off := c.ages["records"] - 366*24*time.Hour; off < 0 || off > time.Second {
			t.Errorf("records of %s were swept", c.ages["records"])
		}
	})
}

func TestRecordsOfEventsAreKeptADayLongerThanImportsReachBackAtTheLeast(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for _, c := range []struct{ set, history, want time.Duration }{{90 * day, 7 * day, 90 * day}, {30 * day, 60 * day, 61 * day}, {30 * day, 30 * day, 31 * day}} {
		if got := (perform.Kept{Records: c.set, History: c.history}).OfRecords(); got != c.want {
			t.Errorf("%s set, imports reach back %s: kept for %s, want %s", c.set, c.history, got, c.want)
		}
	}
}
