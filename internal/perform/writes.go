package perform

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// WritesConfig is what Writes are made of.
type WritesConfig struct {
	Queue    operation.Queue
	Progress operation.Progress
	Stops    operation.Stops
	Chained  operation.Chained
	// Resolutions are outcomes that people have found out.
	Resolutions operation.Resolutions
	// Verifications are those of written records, which Importer takes in as imports do.
	Verifications operation.Verifications
	Importer      record.Importer
	Connections   Connections
	Links         Links
	Records       Records
	Grants        *Grants
	Imports       Imported
	TSPs          *tsp.Caller
	Limits        *Limits
	Settling      Settling
	// Floor bounds the calls of lanes in flight, over all TSPs.
	Floor *dispatch.Floor
	// CutAt is when the lane of a connection that runs here was taken last from whoever had not given it back; zero if
	// it never was. What that one was sending without a mark, since its repetition is harmless, may take effect after
	// it. It may be nil.
	CutAt func(connection uuid.UUID) time.Time
	// Recovery takes up what whoever had a lane before has begun; it may be nil where one process works alone. Locks keep
	// replicas apart that find the same at a TSP; nil keeps nobody.
	Recovery Recovery
	Locks    connection.Locks
	// Derive makes bytes that are always the same for an operation and a label, and that nobody
	// else knows.
	Derive func(operation uuid.UUID, label string) []byte
	Now    func() time.Time
	Log    *slog.Logger
	// Exchanges says that the calls of attempts are kept.
	Exchanges bool
	// Lines and Stand tell what comes before operations and how their lanes stand, for whoever asks why they wait. Both may
	// be nil where nobody does; without Lines less is known of what was sent before a crash.
	Lines operation.Lines
	Stand func(fence.Lane) dispatch.Stand
	// Watch and Traces may be nil.
	Watch  Watch
	Traces Traces
}

// Records reads records.
type Records interface {
	record.Directory
	// Record returns a record that a connection reaches, or record.ErrNotFound.
	Record(ctx context.Context, connection, id uuid.UUID) (record.Record, error)
}

// Imported is whom a write tells that its TSP does not have what the write was for. It returns no
// error: the write's own end is settled, and a record that is gone is found by the next import
// anyhow.
type Imported interface {
	// Recheck has a connection imported, so that records which are gone are known to be.
	Recheck(ctx context.Context, c connection.Connection)
}

// Writes performs operations at their TSPs: those in the lanes of connections, and sync ones.
type Writes struct {
	c      WritesConfig
	claims claims
	begun  *begun
	// looking are those that are looked for by this process.
	looking *looking
	waited  *waited
	crowds  crowds
	// late are the settlings of sync writes that have outlived their request; over ends them.
	late sync.WaitGroup
	over chan struct{}
}

// NewWrites returns the work of connections' lanes.
func NewWrites(c WritesConfig) *Writes {
	if c.Watch == nil {
		c.Watch = unwatched{}
	}
	return &Writes{c: c, claims: claims{locks: c.Locks, by: map[claim]*adoption{}}, begun: newBegun(), looking: newLooking(),
		waited: newWaited(), crowds: crowds{all: map[uuid.UUID]time.Time{}, ending: map[uuid.UUID]int{}},
		over: make(chan struct{})}
}

// Kind returns the kind of lanes in which operations run. Ten counted attempts bound what is tried
// at a TSP that answers; waiting for one that does not is bounded by the operation's deadline.
func (w *Writes) Kind() dispatch.Kind {
	return dispatch.KindOf(w, dispatch.Policy{Base: retryBase, Cap: retryCap, MaxCounted: mostCounted}).
		By(byTSP(w.c.Connections)).On(w.c.Floor)
}

// The bounds of the back-off between attempts.
const (
	retryBase = time.Second
	// A quarter of an hour is as long as a TSP that is back should wait for what was queued.
	retryCap = 15 * time.Minute
)

// spec returns what the adapter of a connection declares.
func (w *Writes) spec(c connection.Connection) (tsp.Spec, bool) {
	adapter, ok := w.c.TSPs.Registry().Adapter(c.TSP)
	if !ok {
		return tsp.Spec{}, false
	}
	return adapter.Spec(), true
}

// item returns an operation as its lane sees it. refusal says why its grant does not let it be
// sent; "" if it does. What must end is told here and not found out by an attempt, since it costs
// no call and no limit.
func (w *Writes) item(t *task, refusal string) dispatch.Item[*task] {
	c := t.course()
	item := dispatch.Item[*task]{Seq: t.op.Seq, Key: t.op.OrderKey, Share: t.share(), NotBefore: t.notBefore(w.c.Now()),
		Deadline: t.deadline(), Counted: t.op.Counted, Streak: t.op.Streak, Unknown: c.unknown, Blind: c.blind,
		Held: c.held, After: t.waits, Value: t}
	also := ""
	if c.unknown {
		also = alsoUnknown
	}
	switch {
	case t.conn.Status.Ended():
		item.End = "the connection was " + string(t.conn.Status) + " before the operation was done" + also
	case t.op.Damaged != nil:
		item.End, t.refused = damagedWrite+also, tsp.Broken
	case refusal != "":
		item.End, t.refused = notSent(refusal)+also, tsp.Forbidden
	case t.unmade != "" && t.stops != operation.Cancelled:
		item.End, t.refused = notSent(t.unmade)+also, tsp.Unknown
	case t.stops != "":
		item.End = string(t.stops)
	default:
		if item.End = c.without(t.op.Sync); item.End != "" {
			t.refused = tsp.Unknown
		}
	}
	item.Rest = w.rest(t, dispatch.End{})
	item.Limits = w.c.Limits.of(t.spec, t.conn).paced(t.action.Limits)
	return item
}

func notSent(refusal string) string { return "not sent: " + refusal }

// Waiting lists the connections that hold live operations.
func (w *Writes) Waiting(ctx context.Context) ([]fence.Lane, error) {
	ids, err := w.c.Queue.WaitingConnections(ctx)
	return lanes(fence.Connections, ids), err
}
