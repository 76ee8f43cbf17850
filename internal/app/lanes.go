package app

import (
	"context"
	"os"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/dispatch/riversource"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/postgres"
)

// lanes are the source of the lanes of this process, which the store wakes from its first write on.
type lanes struct {
	source atomic.Pointer[dispatch.Source]
	now    func() time.Time
	// alone is the source of a process that works alone, and shared that of one of many; one of them is nil.
	alone  *dispatch.InProcess
	shared *riversource.Source
	pool   *pgxpool.Pool
	// looks tell how lanes stand that many share.
	looks *looks
}

// activate asks for a lane to run at once. What is asked for before there is a source is found by its sweep.
func (l *lanes) activate(lane fence.Lane) {
	if s := l.source.Load(); s != nil {
		(*s).Activate(lane, l.now())
	}
}

// use takes a source, whose lanes run by a clock.
func (l *lanes) use(s dispatch.Source, now func() time.Time) {
	l.now = now
	l.source.Store(&s)
}

// laneConns are the connections by which lanes are carried: the source needs four, looks have one, and a sweep
// must not wait for them.
const laneConns = 6

// join makes the source of lanes. Over a database that many share this process joins the replicas.
func (a *App) join(ctx context.Context) error {
	if !store.Shared(a.config.DatabaseURL) {
		a.lanes.alone = dispatch.NewInProcess(a.now)
		a.lanes.use(a.lanes.alone, a.now)
		return nil
	}
	pool, pooled, err := postgres.Pool(ctx, a.config.DatabaseURL, laneConns)
	if err != nil {
		return err
	}
	s, err := riversource.Open(ctx, riversource.Config{Pool: pool, Name: replicaName(), Version: version(), PollOnly: pooled,
		Now: time.Now, Clock: a.now, Waits: a.laneWaits, Log: a.log})
	if err != nil {
		pool.Close()
		return postgres.Explained(err)
	}
	a.lanes.pool, a.lanes.looks = pool, newLooks(pool, a.config.ListDeadline)
	a.lanes.shared, a.replica = s, s
	a.lanes.use(s, a.now)
	return nil
}

// withdraw lets other replicas run what this one gives back.
func (l *lanes) withdraw() {
	if l.shared != nil {
		l.shared.Withdraw()
	}
}

// until returns a context that ends with another one or by its stop, and that only once something was done: what a lane
// gives back under it is given to whoever runs on.
func until(ctx context.Context, before func()) (context.Context, context.CancelFunc) {
	working, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := sync.OnceFunc(func() {
		before()
		cancel()
	})
	context.AfterFunc(ctx, stop)
	return working, stop
}

// leaveTime bounds how long a replica takes to leave. One that could not is taken for dead by the others soon.
const leaveTime = 5 * time.Second

// close leaves the replicas, whatever has become of a start.
func (l *lanes) close(ctx context.Context) (err error) {
	if l.shared != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTime)
		defer cancel()
		err = l.shared.Close(ctx)
		l.pool.Close()
	}
	return err
}

// dueTime bounds how long a look at the figures waits for a database that many share.
const dueTime = time.Second

// due counts the lanes of a queue that wait to be claimed, here or, where many share them, by anyone. known tells
// that it could be counted.
func (l *lanes) due() func(queue string) (n int, known bool) {
	if l.shared == nil {
		return func(queue string) (int, bool) { return l.alone.Due(queue), true }
	}
	ctx, cancel := context.WithTimeout(context.Background(), dueTime)
	defer cancel()
	all, err := l.shared.Due(ctx)
	return func(queue string) (int, bool) { return all[queue], err == nil }
}

// replicaName tells operators which process it is.
func replicaName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return host + "/" + strconv.Itoa(os.Getpid())
}

// version is that of the program's module, as it was built.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return ""
}
