package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/waybill-dev/waybill/bench/gateway"
	"github.com/waybill-dev/waybill/bench/measure"
)

// tspTime is what the TSP takes for an answer to a sync write.
const tspTime = 20 * time.Millisecond

// syncOverhead measures what a sync write takes beyond what its TSP takes when it is asked directly.
func syncOverhead(ctx context.Context, f *field) (all []figure, err error) {
	w, err := f.plain(ctx)
	if err != nil {
		return nil, err
	}
	f.tsp.SetDelay(tspTime)
	defer f.tsp.SetDelay(0)
	for _, callers := range []int{1, 8} {
		var over []float64
		for range f.turns {
			direct, err := f.p50(callers, func(int) (*http.Request, error) {
				return http.NewRequestWithContext(ctx, http.MethodPost, f.tsp.URL()+"/v1/fleet/messages",
					strings.NewReader(`{"driverIds":[1001],"text":"direct"}`))
			})
			if err != nil {
				return nil, err
			}
			through, err := f.p50(callers, func(n int) (*http.Request, error) { return syncWrite(ctx, w, n) })
			if err != nil {
				return nil, err
			}
			over = append(over, through-direct)
		}
		one := figureOf(fmt.Sprintf("overhead of a sync write p50, callers: %d", callers), "ms", over)
		if callers == 1 {
			one = one.atMost(2)
		}
		all = append(all, one)
	}
	return all, nil
}

func syncWrite(ctx context.Context, w *gateway.Waybill, n int) (*http.Request, error) {
	request, err := w.Request(ctx, n, fmt.Sprint("sync ", n))
	if err == nil {
		request.URL.RawQuery = "is_sync=true"
	}
	return request, err
}

// p50 has callers make requests one after the other, each caller its own, and returns the median of how long
// they took in milliseconds. All must succeed.
func (f *field) p50(callers int, make func(n int) (*http.Request, error)) (float64, error) {
	var all sync.WaitGroup
	var mu sync.Mutex
	var took []time.Duration
	var failed error
	begun := time.Now()
	for c := range callers {
		all.Go(func() {
			for n := c; time.Since(begun) < f.span/3; n += callers {
				one, err := timed(make, n)
				mu.Lock()
				took = append(took, one)
				if err != nil {
					failed = err
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	all.Wait()
	return measure.Durations(took).Median(), failed
}

func timed(make func(n int) (*http.Request, error), n int) (time.Duration, error) {
	request, err := make(n)
	if err != nil {
		return 0, err
	}
	begun := time.Now()
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s %s", request.Method, request.URL.Path, answer.Status, body)
	}
	return time.Since(begun), err
}
