package callers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waybill-dev/waybill/bench/gateway"
	"github.com/waybill-dev/waybill/bench/measure"
)

// run is one load under way.
type run struct {
	team  *Team
	load  Load
	on    gateway.Gateway
	begun time.Time
	next  atomic.Int64
	late  sync.WaitGroup

	mu              sync.Mutex
	accepted, ended []time.Duration
	result          Result
}

// Put puts a gateway under load and waits for the webhooks of all that was accepted.
func (t *Team) Put(ctx context.Context, on gateway.Gateway, load Load) (Result, error) {
	before, err := on.Usage()
	if err != nil {
		return Result{}, err
	}
	own, err := measure.Self()
	if err != nil {
		return Result{}, err
	}
	webhooks, messages := t.receiver.Duplicates.Load(), t.tsp.Duplicates.Load()
	r := &run{team: t, load: load, on: on, begun: time.Now()}
	if load.Rate > 0 {
		r.atRate(ctx)
	} else {
		r.inTurn(ctx)
	}
	r.late.Wait()
	after, err := on.Usage()
	if err != nil {
		return Result{}, err
	}
	ownAfter, err := measure.Self()
	r.result.Usage, r.result.Own = after.Since(before), ownAfter.Since(own)
	r.result.Duration = load.Duration
	r.result.Twice, r.result.Remade = t.receiver.Duplicates.Load()-webhooks, t.tsp.Duplicates.Load()-messages
	r.result.Accepted, r.result.Ended = measure.Durations(r.accepted), measure.Durations(r.ended)
	return r.result, errors.Join(err, ctx.Err())
}

// inTurn has each caller make one write after the other.
func (r *run) inTurn(ctx context.Context) {
	var all sync.WaitGroup
	for range r.load.Callers {
		all.Go(func() {
			for time.Since(r.begun) < r.load.Duration && ctx.Err() == nil {
				wait := r.write(ctx, time.Now())
				if r.load.Flood {
					r.late.Go(wait)
				} else {
					wait()
				}
			}
		})
	}
	all.Wait()
}

// atRate begins writes at their times, whether those before them have ended or not.
func (r *run) atRate(ctx context.Context) {
	apart := time.Duration(float64(time.Second) / r.load.Rate)
	for at := r.begun; at.Sub(r.begun) < r.load.Duration && ctx.Err() == nil; at = at.Add(apart) {
		time.Sleep(time.Until(at))
		r.late.Go(func() { r.write(ctx, at)() })
	}
}

// write makes one write that was due at a time; what it returns waits for its webhook.
func (r *run) write(ctx context.Context, due time.Time) (wait func()) {
	marker := r.team.marker()
	told := make(chan time.Time, 1)
	r.team.receiver.Expect(marker, told)
	err := r.send(ctx, marker)
	answered := time.Since(due)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.Begun++
	if err != nil {
		r.team.receiver.Forget(marker)
		r.result.Errors++
		if r.result.First == nil {
			r.result.First = err
		}
		return func() {}
	}
	r.accepted = append(r.accepted, answered)
	return func() { r.await(ctx, marker, due, told) }
}

func (r *run) send(ctx context.Context, marker string) error {
	request, err := r.on.Request(ctx, int(r.next.Add(1)), marker)
	if err != nil {
		return err
	}
	answer, err := r.team.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= http.StatusMultipleChoices {
		err = fmt.Errorf("%s: %s", answer.Status, body)
	}
	return err
}

func (r *run) await(ctx context.Context, marker string, due time.Time, told <-chan time.Time) {
	patience := time.NewTimer(r.load.Patience)
	defer patience.Stop()
	select {
	case at := <-told:
		r.mu.Lock()
		defer r.mu.Unlock()
		r.ended = append(r.ended, at.Sub(due))
		if at.Sub(r.begun) <= r.load.Duration {
			r.result.InTime++
		}
		return
	case <-patience.C:
	case <-ctx.Done():
	}
	if r.team.receiver.Forget(marker) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.result.Lost++
	}
}
