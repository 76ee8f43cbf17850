package dispatch

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Dispatcher claims lanes and runs each in a goroutine of its own.
type Dispatcher struct {
	config Config
	// cut tells that a stop has left attempts without an end.
	cut atomic.Bool

	mu sync.Mutex
	// memories are of lanes that do not run at the moment.
	memories map[fence.Lane]memory
	// stances are of lanes that run, and of those that sleep until a time.
	stances map[fence.Lane]*stance
	// runs are the lanes that run, each by its last claim.
	runs map[fence.Lane]run
	// takenUp is up to which of these what was begun before was taken up.
	takenUp map[fence.Lane]time.Time
	// pools hold the slots of each queue that was served.
	pools map[string]*pool
}

// Config is what a Dispatcher is made of.
type Config struct {
	Source Source
	// Kinds say what runs in the lanes of each kind. There must be one for each kind that the
	// source is told of.
	Kinds  map[string]Kind
	Budget *Budget
	Now    func() time.Time
	Log    *slog.Logger
	// MaxLanes bounds the lanes of each queue that run at once, without those that only wait for
	// attempts. Each costs a goroutine and the items that it holds.
	MaxLanes int
	// Sweep is how often lanes are looked for whose activation was lost. A lost activation costs
	// as much at most.
	Sweep time.Duration
	// Slice is how long a lane runs before it lets another one have its turn, if all slots are taken.
	// A lane that has more to do goes to the end of the queue.
	Slice time.Duration
	// Linger is how long an empty lane waits for more before it sleeps. It saves a claim and a
	// reading where writes come one by one.
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
	return &Dispatcher{config: c, memories: map[fence.Lane]memory{}, stances: map[fence.Lane]*stance{},
		runs: map[fence.Lane]run{}, takenUp: map[fence.Lane]time.Time{}, pools: map[string]*pool{}}
}

// Run claims and runs lanes until ctx ends. It returns when all attempts in flight have
// ended or their grace is over.
func (d *Dispatcher) Run(ctx context.Context) error {
	// Two contexts: ctx ends new attempts, working those in flight, a grace later.
	working, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	stopGrace := context.AfterFunc(ctx, func() { time.AfterFunc(d.config.Grace, cut) })
	defer stopGrace()

	hands := newCrew()
	defer hands.dismiss()
	st := &stint{Dispatcher: d, ctx: ctx, working: working, crew: hands, served: map[string]bool{},
		unsorted: map[string]time.Time{}}
	for kind := range d.config.Kinds {
		st.open(kind)
	}
	st.all.Go(func() { d.sweep(ctx, st.open) })
	st.all.Wait()
	return nil
}

// Cut tells whether Run has returned with attempts that have no end: they outlived their grace, or
// could not be settled. Then the next start must find out what became of them.
func (d *Dispatcher) Cut() bool { return d.cut.Load() }

// sweep activates lanes that hold work and that nobody knows of, and opens the queues into which somebody
// else has sorted lanes. It begins at once, which is how a start finds what the last process left.
func (d *Dispatcher) sweep(ctx context.Context, open func(queue string)) {
	tick := time.NewTicker(d.config.Sweep)
	defer tick.Stop()
	for {
		d.forget()
		for _, queue := range d.config.Source.Queues() {
			open(queue)
		}
		for kind, k := range d.config.Kinds {
			if err := safely(func() error { return d.look(ctx, k) }); err != nil && ctx.Err() == nil {
				d.config.Log.Error("looking for waiting lanes", cause(err, "kind", kind)...)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look activates the lanes of one kind that hold work.
func (d *Dispatcher) look(ctx context.Context, k Kind) error {
	lanes, err := k.waiting(ctx)
	for _, lane := range lanes {
		// Without a time: a lane that waits for one is left alone.
		d.config.Source.Activate(lane, time.Time{})
	}
	return err
}
