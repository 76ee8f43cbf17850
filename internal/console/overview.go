package console

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// Rates tells how many operations are accepted and end, and how many failed of late.
type Rates interface {
	Rates(ctx context.Context, since time.Time, every time.Duration) ([]operation.Rate, error)
	CountFailed(ctx context.Context, since time.Time) (map[operation.Stage]operation.Count, error)
}

// Troubles are what somebody has to look at of the subscriptions of all partners.
type Troubles interface {
	StaleSubscriptions(ctx context.Context, most int) ([]webhook.Subscription, error)
	CountTroubled(ctx context.Context, most int) (stale, dead int, err error)
}

// Installation is all of the processes that work on one store.
type Installation interface {
	// Replicas lists them.
	Replicas(ctx context.Context) ([]Replica, error)
	// Waiting is what has not ended of each TSP, and when it was counted last; the zero time while that is not known.
	Waiting() (all []Waiting, counted time.Time)
	// Tables tells how far the tables of the store are migrated.
	Tables(ctx context.Context) (Tables, error)
}

// Tables are those of the store: the last migration that was applied, when, and how many this release has beyond.
type Tables struct {
	Version   int64
	AppliedAt time.Time
	Pending   int
}

// Replica is a process that works on the store, as its last beat has told. Started is zero for one that works alone, and
// Silent how long ago the beat was by the store's clock. Waits counts its lanes that are kept from their work, by a kind and
// a word of the dispatcher.
type Replica struct {
	Name, Version   string
	Started, BeatAt time.Time
	Silent          time.Duration
	Lanes           int
	Leaving         bool
	Waits           map[string]int
}

// Waiting is how many operations of a TSP have not ended, since when the oldest of them waits and for which connection.
type Waiting struct {
	TSP        tsp.Name
	N          int
	Since      time.Time
	Connection uuid.UUID
}

// overview is how the installation fares, as all visitors may see it.
type overview struct {
	links       []connection.Tally
	failed      map[operation.Stage]operation.Count
	stale, dead operation.Count
	// needing are the newest writes that need somebody, and older tells that not all that failed were looked at.
	needing []operation.Operation
	older   bool
}

// overviewFor is for how long an overview is shown: every page shows some of it, and none waits for another's.
const overviewFor = 5 * time.Second

// overviews remembers the last one, and that which was read last without a failure, for whoever does not wait.
type overviews struct {
	whole  atomic.Pointer[overview]
	mu     sync.Mutex
	last   overview
	failed error
	at     time.Time
}

// overview reads how the installation fares, once for all pages that are asked for within some seconds. It is read under
// the lock: those who ask meanwhile need the same.
func (c *Console) overview(ctx context.Context) (overview, error) {
	c.views.mu.Lock()
	defer c.views.mu.Unlock()
	return c.newestOverview(ctx)
}

// newestOverview is called with the lock. A store that is slow or away is asked as seldom as one that answers.
func (c *Console) newestOverview(ctx context.Context) (overview, error) {
	if now := c.Now(); now.Sub(c.views.at) >= overviewFor || now.Before(c.views.at) {
		o, err := c.readOverview(ctx)
		if ctx.Err() != nil {
			return o, ctx.Err()
		}
		if c.views.last, c.views.failed, c.views.at = o, err, c.Now(); err == nil {
			c.views.whole.Store(&o)
		}
	}
	return c.views.last, c.views.failed
}

func (c *Console) readOverview(ctx context.Context) (o overview, err error) {
	if o.links, err = c.Connections.TallyConnections(ctx); err != nil {
		return o, err
	}
	if o.failed, err = c.Rates.CountFailed(ctx, c.Now().Add(-lookedBack)); err != nil {
		return o, err
	}
	if err = c.readNeeding(ctx, &o); err != nil {
		return o, err
	}
	stale, dead, err := c.Troubles.CountTroubled(ctx, mostCounted+1)
	o.stale, o.dead = upTo(stale), upTo(dead)
	return o, err
}

// upTo is a number that was counted up to one more than is told.
func upTo(n int) operation.Count {
	return operation.Count{N: min(n, mostCounted), AtLeast: n > mostCounted}
}

// sum adds counts up.
func sum(of ...operation.Count) (n operation.Count) {
	for _, one := range of {
		n.N, n.AtLeast = n.N+one.N, n.AtLeast || one.AtLeast
	}
	return n
}

// unsuccessful are the operations of the last day that failed, expired or ended with an unknown outcome.
func (o overview) unsuccessful() operation.Count {
	return sum(o.failed[operation.StageFailed], o.failed[operation.StageExpired], o.failed[operation.StageUnknown])
}

// writes are the writes of the last day that need somebody, as far as they were looked at.
func (o overview) writes() operation.Count {
	return operation.Count{N: len(o.needing), AtLeast: o.older}
}

// badges are the numbers beside entries of the navigation: what somebody may have to look at. No page waits for them while
// another one reads them.
func (c *Console) badges(ctx context.Context) map[string]badge {
	if c.views.mu.TryLock() {
		_, err := c.newestOverview(ctx)
		c.views.mu.Unlock()
		if err != nil {
			// The page itself may be whole; what cannot be counted is left out.
			c.Log.Debug("counting what the navigation shows", "error", err)
			return nil
		}
	}
	o := c.views.whole.Load()
	if o == nil {
		return nil
	}
	all := map[string]badge{}
	for place, of := range map[string]struct {
		n    operation.Count
		what string
	}{"Operations": {o.writes(), "of the last 24 hours need you"},
		"Connections": {linkCount(o.links, linkStates()["broken"]...), "broken"},
		"Webhooks":    {o.dead, "dead letters"}} {
		if of.n.N > 0 {
			all[place] = badge{counted(of.n), of.what}
		}
	}
	return all
}

// badge is a number beside an entry of the navigation, and what it counts.
type badge struct{ Count, What string }
