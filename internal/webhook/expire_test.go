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

// waitingRoom notes behind what was asked, and of which age.
type waitingRoom struct {
	behind []int64
	ages   []time.Duration
	// fails is how often it cannot be asked.
	fails int
}

func (w *waitingRoom) ExpireDeliveries(_ context.Context, behind int64, before, at time.Time) (int64, bool, error) {
	w.behind, w.ages = append(w.behind, behind), append(w.ages, at.Sub(before))
	if w.fails > 0 {
		w.fails--
		return 0, false, errors.New("the disk is full")
	}
	return behind + 100, behind%1000 < 200, nil
}

// expired runs for a time, and returns behind what it has asked.
func expired(t *testing.T, w *waitingRoom, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- webhook.Expire(ctx, w, 48*time.Hour, time.Now, slog.New(slog.DiscardHandler)) }()
	time.Sleep(d)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	for _, age := range w.ages {
		if age != 48*time.Hour {
			t.Errorf("asked for what is older than %s", age)
		}
	}
}

func TestWhatHasWaitedTooLongIsLookedForInPartsFromWhereItWas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &waitingRoom{}
		expired(t, w, 15*time.Minute)
		if want := []int64{0, 100, 200, 300}; !slices.Equal(w.behind, want) {
			t.Errorf("asked behind %d, want %d", w.behind, want)
		}
	})
}

func TestWhatCouldNotBeAskedIsAskedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &waitingRoom{fails: 1}
		expired(t, w, 15*time.Minute)
		if want := []int64{0, 0, 100, 200}; !slices.Equal(w.behind, want) {
			t.Errorf("asked behind %d, want %d", w.behind, want)
		}
	})
}

func TestEachDayItBeginsWithTheOldestAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &waitingRoom{}
		expired(t, w, 25*time.Hour)
		if n := len(w.behind) - 1 - slices.Index(w.behind[1:], 0); n < 2 || slices.Index(w.behind[1:], 0) < 100 {
			t.Errorf("asked behind %d", w.behind)
		}
	})
}
