package perform

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// SyncAhead is how far sync writes may run ahead of each limit: by what it gives in that time, and
// by one call at least. It is decision 0009's bound, which weighs a caller's wait against that of
// the queue.
const SyncAhead = 5 * time.Second

// returnTime is how long the turn of a partner whose sync write was refused is kept: it comes back when
// Retry-After is over, which has whole seconds.
const returnTime = 2 * time.Second

// Rate is a limit that an operator has agreed on with a TSP.
type Rate struct {
	Events int
	Period time.Duration
}

// replace puts the rate in the place of the declared one. What may be sent at once shrinks with the
// rate, and grows to what a higher rate gives in a tenth of a second, which keeps it smooth.
func (r Rate) replace(declared tsp.Limit) tsp.Limit {
	given := r.perSecond()
	burst := max(declared.Burst, int(given/10))
	if before := (Rate{declared.Events, declared.Period}).perSecond(); given < before {
		burst = int(float64(declared.Burst) * given / before)
	}
	declared.Events, declared.Period, declared.Burst = r.Events, r.Period, max(burst, 1)
	return declared
}

// perSecond is 0 for a limit without a rate.
func (r Rate) perSecond() float64 {
	if r.Period <= 0 {
		return 0
	}
	return float64(r.Events) / r.Period.Seconds()
}

// Agreed holds the rates that stand instead of those that adapters declare, by TSP and key.
type Agreed map[tsp.Name]map[string]Rate

// Limits makes all calls to TSPs keep to the same budget, in lanes and outside of them.
type Limits struct {
	registry *tsp.Registry
	budget   *dispatch.Budget
	agreed   Agreed
	accounts *accounts
}

// NewLimits returns the limits that adapters declare, with those agreed on in their place.
func NewLimits(r *tsp.Registry, b *dispatch.Budget, agreed Agreed) *Limits {
	return &Limits{registry: r, budget: b, agreed: agreed}
}

// Among tells limits of one connection's account alone from those that connections share, which matters where lanes
// run in several processes. It comes before the first call.
func (l *Limits) Among(of Accounts, now func() time.Time) *Limits {
	l.accounts = &accounts{of: of, now: now, known: map[uuid.UUID]alone{}}
	return l
}

// Pace makes calls outside of the lanes wait for the budget of the connection's lane. A TSP
// without an adapter has no limits, and no calls either.
func (l *Limits) Pace(c connection.Connection) tsp.Pacer { return l.pacer(l.specOf(c), c, "") }

// Check paces the few calls of one check as those of an attempt: once the first may be made under an operator's rate, so may
// all.
func (l *Limits) Check(c connection.Connection) tsp.Pacer { return l.together(l.specOf(c), c, "") }

func (l *Limits) specOf(c connection.Connection) tsp.Spec {
	if adapter, ok := l.registry.Adapter(c.TSP); ok {
		return adapter.Spec()
	}
	return tsp.Spec{Name: c.TSP}
}

// Charge counts calls that were made of limits before it was known that they are of the connection's
// account. Those of the whole installation were charged when they were made.
func (l *Limits) Charge(c connection.Connection, keys []string) {
	adapter, ok := l.registry.Adapter(c.TSP)
	if !ok {
		return
	}
	spec := adapter.Spec()
	own := l.of(spec, c)
	for _, key := range withoutShared(spec, keys) {
		// They are made, and so charged however little is left.
		l.budget.Borrow("", own.only([]string{key}), time.Hour)
	}
}

// Each attempt gets its own, as a pacer remembers what was paid for. share is on whose behalf its calls
// are made; "" for the service's own.
func (l *Limits) pacer(spec tsp.Spec, c connection.Connection, share string) *dispatch.Pacer {
	n := l.of(spec, c)
	return &dispatch.Pacer{Budget: l.budget, Named: n.find, Always: n.always(), Share: share}
}

// together is pacer for what takes a few calls and is no attempt.
func (l *Limits) together(spec tsp.Spec, c connection.Connection, share string) *dispatch.Pacer {
	p := l.pacer(spec, c, share)
	p.Begins = true
	return p
}

// named are the limits of a connection by their key. Actions and calls name limits by the keys of
// the adapter's spec, a few of them in an attempt, so each is made when it is asked for.
type named struct {
	name     tsp.Name
	declared []tsp.Limit
	agreed   map[string]Rate
	account  string
	conn     uuid.UUID
	// alone tells that the connection alone leads to its account.
	alone bool
	// slow is the rate to which an operator keeps the connection; zero for none.
	slow connection.Rate
}

// of returns the limits of a connection.
func (l *Limits) of(spec tsp.Spec, c connection.Connection) named {
	return named{spec.Name, spec.Limits, l.agreed[spec.Name], c.Account, c.ID, l.accounts.alone(c), c.Rate}
}

// find returns a limit under the budget that its scope shares.
func (n named) find(key string) (dispatch.Limit, bool) {
	if key == ByOperator && n.slow.Events > 0 {
		return n.ofOperator(), true
	}
	one, ok := n.limit(key)
	if !ok {
		return dispatch.Limit{}, false
	}
	whose := string(n.name)
	var lane fence.Lane
	// Whoever shares a budget must come to the same id. PerApp is the TSP's name alone.
	switch one.Scope {
	case tsp.PerConnection:
		whose = n.conn.String()
	case tsp.PerAccount:
		whose += "/" + n.account
	case tsp.PerApp:
	}
	if one.Scope == tsp.PerConnection || one.Scope == tsp.PerAccount && n.alone {
		lane = fence.Lane{Kind: fence.Connections, ID: n.conn}
	}
	return dispatch.Limit{ID: whose + "/" + key, Label: dispatch.Label{Of: string(n.name), Name: key}, Lane: lane,
		Interval: one.Period / time.Duration(max(one.Events, 1)), Burst: one.Burst, AtOnce: one.AtOnce}, true
}

// limit returns a limit as it is declared, or agreed on.
func (n named) limit(key string) (tsp.Limit, bool) {
	i := slices.IndexFunc(n.declared, func(one tsp.Limit) bool { return one.Key == key })
	if i < 0 {
		return tsp.Limit{}, false
	}
	if r, ok := n.agreed[key]; ok {
		return r.replace(n.declared[i]), true
	}
	return n.declared[i], true
}

// only picks limits by key; one that is not there limits nothing.
func (n named) only(keys []string) []dispatch.Limit {
	var out []dispatch.Limit
	for _, key := range keys {
		if l, ok := n.find(key); ok {
			out = append(out, l)
		}
	}
	return out
}

// shut closes the limits of an action for as long as the TSP asked.
func (l *Limits) shut(t *task, d time.Duration) { l.close(t.spec, t.conn, t.action.Limits, d) }

// close closes limits of a connection, for those too who may run ahead. Those of the whole
// installation stay open: whether they are used up every connection is told by itself.
func (l *Limits) close(spec tsp.Spec, c connection.Connection, keys []string, d time.Duration) {
	limits := l.of(spec, c).only(withoutShared(spec, keys))
	l.budget.Shut(limits, d)
	for _, one := range rates(limits) {
		// The debt is shut for longer by what Borrow would let it run ahead.
		owed := debt(one)
		l.budget.Shut([]dispatch.Limit{owed}, d+max(SyncAhead, owed.Interval))
	}
}

// withoutShared leaves out the limits that are of the whole installation.
func withoutShared(spec tsp.Spec, keys []string) []string {
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool {
		return slices.ContainsFunc(spec.Limits, func(one tsp.Limit) bool {
			return one.Key == key && one.Scope == tsp.PerApp
		})
	})
}

// throttled closes the limits that a call outside of the lanes was paced by.
func (l *Limits) throttled(c connection.Connection, by *noting, d time.Duration) {
	if adapter, ok := l.registry.Adapter(c.TSP); ok {
		l.close(adapter.Spec(), c, by.keys(), d)
	}
}

// noting remembers the limits of the last call that it paced: which those of a list are, the adapter
// alone knows.
type noting struct {
	tsp.Pacer
	mu   sync.Mutex
	last []string
}

// Wait waits for the limits.
func (n *noting) Wait(ctx context.Context, limits ...string) error {
	n.mu.Lock()
	n.last = limits
	n.mu.Unlock()
	return n.Pacer.Wait(ctx, limits...)
}

func (n *noting) keys() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.last
}

// borrow charges a sync call to limits, if need be ahead of them, and returns how long to wait
// where sync calls have borrowed all that they may.
func (l *Limits) borrow(share string, limits []dispatch.Limit) time.Duration {
	wait, _ := l.budget.Take(share, limits)
	if wait <= 0 {
		return 0
	}
	until, _ := l.budget.Borrow(share, withDebts(limits), SyncAhead)
	return min(wait, until)
}

// withDebts adds to limits what sync calls may borrow from each.
func withDebts(limits []dispatch.Limit) []dispatch.Limit {
	all := slices.Clone(limits)
	for _, one := range rates(limits) {
		all = append(all, debt(one))
	}
	return all
}

// rates leaves out the limits that bound calls at once alone: nothing can be borrowed from them.
func rates(limits []dispatch.Limit) []dispatch.Limit {
	return slices.DeleteFunc(slices.Clone(limits), func(l dispatch.Limit) bool { return l.Interval == 0 })
}

// debt returns the limit of what sync calls may borrow from a limit: as many as it gives in
// SyncAhead, and anew half as fast as it gives them. Without it a steady flow of sync writes would
// keep the limit used up for ever, and what waits in the lane would never be sent.
func debt(l dispatch.Limit) dispatch.Limit {
	d := dispatch.Limit{ID: l.ID + "/sync", Label: l.Label, Lane: l.Lane, Interval: 2 * l.Interval, Patience: returnTime}
	// Borrow lets these run ahead as well, by SyncAhead or one call.
	d.Burst = max(int(SyncAhead/l.Interval), 1) - max(int(SyncAhead/d.Interval), 1)
	return d
}
