package remote

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"syscall"
	"time"
)

// mostTries bounds how often a request is sent, and mostPause how long a wish to be left alone is followed.
const (
	mostTries = 4
	mostPause = 5 * time.Second
)

// repeats tells whether a request is sent once more, and after how long. 429 was not acted upon, whatever it asked for.
// After anything else only what does no harm twice is repeated: reads, and what carries an Idempotency-Key.
func repeats(r Request, a Answer, err error, tries int) (time.Duration, bool) {
	if tries >= mostTries {
		return 0, false
	}
	back := time.Duration(tries*tries) * 200 * time.Millisecond
	harmless := r.Method == http.MethodGet || r.Method == http.MethodHead || r.Header.Get("Idempotency-Key") != ""
	if err != nil {
		var away *Unreachable
		// Where nobody listens a person wants to know that at once.
		return back, harmless && errors.As(err, &away) && !errors.Is(err, syscall.ECONNREFUSED)
	}
	if a.Status != http.StatusTooManyRequests && (a.Status != http.StatusServiceUnavailable || !harmless) {
		return 0, false
	}
	if seconds, err := strconv.Atoi(a.Header.Get("Retry-After")); err == nil && seconds >= 0 {
		back = time.Duration(seconds) * time.Second
	}
	return back, back <= mostPause
}

// sleep waits, or returns why it did not.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
