package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// grantLife is how long a grant that was read may be relied on before an operation is sent.
const grantLife = 250 * time.Millisecond

// maxGrants bounds the grants that are remembered.
const maxGrants = 10_000

// grants tells whether fleets still allow what was queued. A grant is read once for as many
// operations as begin within its short life.
type grants struct {
	store access.Store
	now   func() time.Time

	mu   sync.Mutex
	seen map[parties]access.Grant
}

func newGrants(store access.Store) *grants {
	return &grants{store: store, now: time.Now, seen: map[parties]access.Grant{}}
}

// parties are the two sides of a grant.
type parties struct{ partner, fleet uuid.UUID }

// refusal says why an operation must not be sent any more; "" if it may.
func (g *grants) refusal(ctx context.Context, op operation.Operation) (string, error) {
	between := parties{op.Partner, op.Fleet}
	g.mu.Lock()
	grant, ok := g.seen[between]
	g.mu.Unlock()
	if now := g.now(); !ok || now.Sub(grant.ReadAt) > grantLife {
		var err error
		grant, err = g.store.Grant(ctx, op.Partner, op.Fleet)
		if errors.Is(err, access.ErrNotFound) {
			grant, err = access.Grant{Status: access.GrantDeleted, ReadAt: now}, nil
		}
		if err != nil {
			return "", fmt.Errorf("looking up a grant: %w", err)
		}
		g.remember(between, grant)
	}
	return grant.At(g.now()).RefusesWrite(op.Kind), nil
}

// forget makes a change count at once.
func (g *grants) forget(changed access.Grant) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.seen, parties{changed.Partner, changed.Fleet})
}

func (g *grants) remember(between parties, grant access.Grant) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.seen) >= maxGrants {
		clear(g.seen)
	}
	g.seen[between] = grant
}

// unpaid frees items that no grant allows any more from the TSP's limits: they end without a
// call.
func (w *writes) unpaid(ctx context.Context, items []dispatch.Item) error {
	for i := range items {
		reason, err := w.grants.refusal(ctx, items[i].Value.(task).op)
		if err != nil {
			return err
		}
		if reason != "" {
			items[i].Limits = nil
		}
	}
	return nil
}

// forbidden returns the end of an attempt that must not be made because the grant that allowed
// the operation is gone.
func (w *writes) forbidden(ctx context.Context, t task, unknown bool) (dispatch.End, bool) {
	reason, err := w.grants.refusal(ctx, t.op)
	if reason == "" && err == nil {
		return dispatch.End{}, false
	}
	now := w.now()
	problem := &tsp.Error{Class: tsp.Forbidden, Message: "not sent: " + reason}
	switch {
	case err != nil:
		problem = &tsp.Error{Class: tsp.Unavailable, Message: "whether the fleet still allows the write could not be looked up", Err: err}
	case unknown:
		problem.Message += "; outcome unknown: the TSP may have taken an earlier attempt"
	}
	return dispatch.End{Class: problem.Class, StartedAt: now, EndedAt: now, Open: unknown && err != nil, Value: done{err: problem}}, true
}
