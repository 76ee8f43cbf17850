package dispatch

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Dispatcher claims lanes and runs each in a goroutine of its own.
type Dispatcher struct {
	config Config

	mu       sync.Mutex
	closed   map[fence.Lane]time.Time
	memories map[fence.Lane]memory
}

// memory is what one run of a lane leaves for the next: how far the streams were read, and which
// chains are left alone until when.
type memory struct {
	places map[string]string
	parked map[string]time.Time
}

// Config is what a Dispatcher is made of.
type Config struct {
	Source Source
	// Kinds say what runs in the lanes of each kind.
	Kinds  map[string]Kind
	Budget *Budget
	Now    func() time.Time
	Log    *slog.Logger
	// MaxLanes bounds the lanes that run at once.
	MaxLanes int
	// Sweep is how often lanes are looked for whose activation was lost.
	Sweep time.Duration
	// Slice is how long a lane runs before it lets another one have its turn.
	Slice time.Duration
	// Linger is how long an empty lane waits for more before it sleeps.
	Linger time.Duration
	// Grace is how long attempts in flight may take to end after a stop.
	Grace time.Duration
}

// New returns a dispatcher; zero durations and bounds take the defaults.
func New(c Config) *Dispatcher {
	set := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	set(&c.Sweep, time.Second)
	set(&c.Slice, 10*time.Second)
	set(&c.Linger, 2*time.Second)
	set(&c.Grace, 20*time.Second)
	if c.MaxLanes == 0 {
		c.MaxLanes = 2000
	}
	return &Dispatcher{config: c, closed: map[fence.Lane]time.Time{}, memories: map[fence.Lane]memory{}}
}

// Run claims and runs lanes until ctx ends. It returns when all attempts in flight have
// ended or their grace is over.
func (d *Dispatcher) Run(ctx context.Context) error {
	working, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	stopGrace := context.AfterFunc(ctx, func() { time.AfterFunc(d.config.Grace, cut) })
	defer stopGrace()

	var all sync.WaitGroup
	all.Go(func() { d.sweep(ctx) })
	slots := make(chan struct{}, d.config.MaxLanes)
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			continue
		case slots <- struct{}{}:
		}
		claim, err := d.config.Source.Claim(ctx)
		if err != nil {
			break
		}
		all.Go(func() {
			defer func() { <-slots }()
			d.config.Source.Release(claim, d.lane(ctx, working, claim))
		})
	}
	all.Wait()
	return nil
}

// lane runs one claimed lane and returns when it wants to run again.
func (d *Dispatcher) lane(ctx, working context.Context, claim Claim) time.Time {
	if until := d.closedUntil(claim.Lane); d.config.Now().Before(until) {
		return until
	}
	again := d.config.Kinds[claim.Lane.Kind].run(ctx, working, d, claim)
	if ctx.Err() != nil {
		return time.Time{}
	}
	return again
}

func (d *Dispatcher) closedUntil(lane fence.Lane) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.closed[lane]
}

func (d *Dispatcher) close(lane fence.Lane, until time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.config.Now()
	for l, t := range d.closed {
		if t.Before(now) {
			delete(d.closed, l)
		}
	}
	if until.After(d.closed[lane]) {
		d.closed[lane] = until
	}
}

// recall returns what the last run of a lane left.
func (d *Dispatcher) recall(lane fence.Lane) memory {
	d.mu.Lock()
	defer d.mu.Unlock()
	m := d.memories[lane]
	if m.parked == nil {
		m.parked = map[string]time.Time{}
	}
	return m
}

// remember keeps what a run of a lane leaves, if anything.
func (d *Dispatcher) remember(lane fence.Lane, m memory) {
	now := d.config.Now()
	maps.DeleteFunc(m.parked, func(_ string, until time.Time) bool { return !now.Before(until) })
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.memories, lane)
	if len(m.places)+len(m.parked) > 0 {
		d.memories[lane] = m
	}
}

// sweep activates lanes that hold work and that nobody knows of.
func (d *Dispatcher) sweep(ctx context.Context) {
	tick := time.NewTicker(d.config.Sweep)
	defer tick.Stop()
	for {
		for kind, k := range d.config.Kinds {
			lanes, err := k.waiting(ctx)
			if err != nil && ctx.Err() == nil {
				d.config.Log.Warn("looking for waiting lanes", "kind", kind, "error", err)
			}
			for _, lane := range lanes {
				d.config.Source.Activate(lane, time.Time{})
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
