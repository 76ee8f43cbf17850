package app

import (
	"context"
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/api"
	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/perform"
	"github.com/waybill-dev/waybill/internal/tracing"
)

// lastTraces is how long a stop waits for a collector.
const lastTraces = 3 * time.Second

// trace makes what follows operations, where there is a collector.
func (a *App) trace(ctx context.Context, policy outbound.Policy) (err error) {
	t := a.config.Traces
	if t.URL == "" {
		return nil
	}
	a.tracer, err = tracing.New(ctx, tracing.Config{URL: t.URL, Headers: t.Headers,
		Client: outbound.TSP(policy, t.URL), Ratio: t.Ratio, ToReceivers: t.ToReceivers, Log: a.log})
	return err
}

// endTraces sends the last ones. That they may be lost is no fault of the stop.
func (a *App) endTraces(ctx context.Context) {
	if a.tracer == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lastTraces)
	defer cancel()
	if err := a.tracer.Close(ctx); err != nil {
		a.log.Warn("the last traces are lost", "error", err)
	}
}

// The ports of the rooms, each nil where nobody follows.

func (a *App) apiTraces() api.Traces {
	if a.tracer == nil {
		return nil
	}
	return a.tracer
}

func (a *App) performTraces() perform.Traces {
	if a.tracer == nil {
		return nil
	}
	return a.tracer
}

// toTSP and toReceivers have the requests of a client followed.

func (a *App) toTSP(c *http.Client, name string) *http.Client {
	if a.tracer == nil {
		return c
	}
	return a.tracer.Calls(c, name)
}

func (a *App) toReceivers(c *http.Client) *http.Client {
	if a.tracer == nil {
		return c
	}
	return a.tracer.Deliveries(c)
}
