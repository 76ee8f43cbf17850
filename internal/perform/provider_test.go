package perform

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// provider is a TSP and the adapter that speaks to it. Its answers are given by the test.
type provider struct {
	spec tsp.Spec

	mu    sync.Mutex
	calls string // W for a write, F for a look-up, R for a reading, in their order
	at    []time.Time
	write func(ctx context.Context, n int, w tsp.Write) (tsp.Written, error)
	find  func(tsp.Write) (tsp.Written, bool, error)
	list  func(ctx context.Context, l tsp.List) (tsp.Page, error)
	// reaches tells of the calls of a write, where it is not one that changes something.
	reaches func(context.Context)
	// read is nil for a TSP that cannot be asked for one record.
	read func(ctx context.Context, one tsp.Single) (tsp.Record, error)
}

func newProvider() *provider {
	p := &provider{spec: tsp.Spec{Name: "acme", DisplayName: "Acme", Parallel: 4,
		Limits:  []tsp.Limit{{Key: oneLimit, Scope: tsp.PerConnection, Events: perHour, Period: time.Hour, Burst: 1}},
		Imports: []tsp.ImportKind{{Kind: resource.KindVehicle}, {Kind: resource.KindUser}}}}
	p.write = func(context.Context, int, tsp.Write) (tsp.Written, error) { return tsp.Written{}, nil }
	p.find = func(tsp.Write) (tsp.Written, bool, error) { return tsp.Written{}, false, nil }
	p.list = func(context.Context, tsp.List) (tsp.Page, error) { return tsp.Page{}, nil }
	p.can(tsp.NaturalKey, oneLimit)
	return p
}

// can lets the TSP take updates of vehicles.
func (p *provider) can(s tsp.Strength, limits ...string) {
	p.spec.Actions = tsp.Actions{{Kind: resource.KindVehicle, Verb: resource.Update}: {Strength: s, Limits: limits}}
}

// answers lets writes end as given, one after the other, and then be done.
func (p *provider) answers(ends ...*tsp.Error) {
	p.write = func(_ context.Context, n int, _ tsp.Write) (tsp.Written, error) {
		if n >= len(ends) || ends[n] == nil {
			return tsp.Written{}, nil
		}
		return tsp.Written{}, ends[n]
	}
}

func (p *provider) Spec() tsp.Spec { return p.spec }

func (p *provider) Connect(context.Context, tsp.Access) (tsp.Session, error) { return p, nil }

// lastStep is the key of a step behind which nothing is left to do.
const lastStep = "last"

func (p *provider) Check(context.Context, tsp.Pacer) (tsp.Account, error) { return tsp.Account{}, nil }

func (p *provider) Write(ctx context.Context, w tsp.Write) (tsp.Written, error) {
	if s, _ := w.Step(lastStep); s.Done {
		return tsp.Written{SourceID: s.SourceID}, nil
	}
	if err := w.Pace.Wait(ctx, oneLimit); err != nil {
		return tsp.Written{}, err
	}
	n := p.called("W")
	if p.reaches == nil {
		tsp.Calls(ctx, false)
	} else {
		p.reaches(ctx)
	}
	return p.write(ctx, n, w)
}

func (p *provider) Find(ctx context.Context, w tsp.Write) (tsp.Written, bool, error) {
	tsp.Calls(ctx, true)
	p.called("F")
	return p.find(w)
}

func (p *provider) Read(ctx context.Context, one tsp.Single) (tsp.Record, error) {
	if p.read == nil {
		return tsp.Record{}, failure(tsp.Unsupported)
	}
	if err := one.Pace.Wait(ctx, oneLimit); err != nil {
		return tsp.Record{}, &tsp.Error{Class: tsp.Unavailable, Message: "not asked", Err: err}
	}
	leave, err := one.Pace.Enter(ctx, oneLimit)
	if err != nil {
		return tsp.Record{}, &tsp.Error{Class: tsp.Unavailable, Message: "not asked", Err: err}
	}
	defer leave()
	tsp.Calls(ctx, true)
	p.called("R")
	return p.read(ctx, one)
}

func (p *provider) List(ctx context.Context, l tsp.List) (tsp.Page, error) { return p.list(ctx, l) }

// called notes a call and returns how many of its kind came before.
func (p *provider) called(what string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := strings.Count(p.calls, what)
	p.calls += what
	p.at = append(p.at, time.Now())
	return n
}

func (p *provider) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls
}

// failure is an end of a class as an adapter tells it.
func failure(c tsp.Class) *tsp.Error {
	e := &tsp.Error{Class: c, Message: "it is " + string(c), Status: 499}
	if c == tsp.Throttled {
		e.RetryAfter = 30 * time.Second
	}
	return e
}
