package main

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/bench/gateway"
	"github.com/waybill-dev/waybill/bench/measure"
)

// list is one that is asked for.
type list struct{ name, path string }

// listsOf are the lists of a partner by the filters that are asked for most.
func listsOf(w *gateway.Waybill) []list {
	const operations = "/v2/integrations/connections/resource-operations"
	return []list{
		{"operations", operations},
		{"operations by status=failed", operations + "?status=failed"},
		{"operations by connection_id", operations + "?connection_id=" + w.Connection(1)},
		{"operations by resource_id", operations + "?resource_id=" + uuid.NewString()},
		{"operations by source_name", operations + "?source_name=samsara"},
		{"operations by fleet_refs", operations + "?fleet_refs=fleet-7"},
		{"messages", "/v2/telematics/messages"},
		{"messages by connection_id", "/v2/telematics/messages?connection_id=" + w.Connection(1)},
		{"messages by sort_by=created_at", "/v2/telematics/messages?sort_by=created_at"},
		{"deliveries by status=failed", "/v2/notifications/webhooks/" + w.Subscription() + "/logs?status=failed"},
	}
}

// slowest is how long a list may take, in milliseconds, for 95 of 100.
const slowest = 200

// listsAndWrites measures each list, and then 200 writes a second alone and beside six callers who ask for
// the list that takes longest, again and again.
func listsAndWrites(ctx context.Context, f *field) (all []figure, err error) {
	w, err := f.history(ctx)
	if err != nil {
		return nil, err
	}
	var worst list
	var longest float64
	for _, l := range listsOf(w) {
		var took []float64
		for range f.turns {
			p95, err := askFor(ctx, w, l, f.span/8)
			if err != nil {
				return nil, err
			}
			took = append(took, p95)
		}
		one := figureOf(l.name+", p95", "ms", took).atMost(slowest)
		if one.Value.Median() > longest {
			worst, longest = l, one.Value.Median()
		}
		all = append(all, one)
	}
	beside, err := f.rateBeside(ctx, w, w, burden{"six callers of " + worst.name, 6, func(ctx context.Context) error {
		_, err := askFor(ctx, w, worst, time.Hour)
		return err
	}})
	return append(all, beside...), err
}

// askFor asks for a list again and again and returns the p95 of its answers in milliseconds. Who asks as
// often as may be is told to come again later, which is an answer too.
func askFor(ctx context.Context, w *gateway.Waybill, l list, span time.Duration) (float64, error) {
	var took []time.Duration
	for begun := time.Now(); time.Since(begun) < span && ctx.Err() == nil; {
		at := time.Now()
		if err := w.Ask(ctx, http.MethodGet, l.path, "", nil); err != nil && ctx.Err() == nil && span < time.Hour {
			return 0, err
		}
		took = append(took, time.Since(at))
	}
	return measure.Durations(took).At(0.95), nil
}

// burden is what so many callers do meanwhile.
type burden struct {
	what    string
	callers int
	do      func(context.Context) error
}

// rateBeside measures 200 writes a second to one gateway, and then to another beside a burden.
func (f *field) rateBeside(ctx context.Context, clean, loaded gateway.Gateway, b burden) ([]figure, error) {
	var calm, busy atRateTurns
	for range f.turns {
		if err := calm.take(ctx, f, clean); err != nil {
			return nil, err
		}
		beside, stop := context.WithCancel(ctx)
		var all sync.WaitGroup
		for range b.callers {
			all.Go(func() { _ = b.do(beside) })
		}
		err := busy.take(ctx, f, loaded)
		stop()
		all.Wait()
		if err != nil {
			return nil, err
		}
	}
	return busy.figures("beside "+b.what, &calm), nil
}
