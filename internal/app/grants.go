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
	if !ok || g.now().Sub(grant.ReadAt) > grantLife {
		var err error
		if grant, err = g.look(ctx, between); err != nil {
			return "", err
		}
	}
	return grant.At(g.now()).RefusesWrite(op.Kind), nil
}

// look reads a grant and remembers it.
func (g *grants) look(ctx context.Context, between parties) (access.Grant, error) {
	grant, err := g.store.Grant(ctx, between.partner, between.fleet)
	if errors.Is(err, access.ErrNotFound) {
		grant, err = access.Grant{Status: access.GrantDeleted, ReadAt: g.now()}, nil
	}
	if err != nil {
		return grant, fmt.Errorf("looking up a grant: %w", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.seen) >= maxGrants {
		clear(g.seen)
	}
	g.seen[between] = grant
	return grant, nil
}

// forget makes a change count at once.
func (g *grants) forget(changed access.Grant) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.seen, parties{changed.Partner, changed.Fleet})
}

// unpaid frees items that no grant allows any more from the TSP's limits: they end without a
// call. It looks anew, because a change of a grant wakes the lane that asks.
func (w *writes) unpaid(ctx context.Context, items []dispatch.Item) error {
	fresh := map[parties]access.Grant{}
	for i := range items {
		op := items[i].Value.(task).op
		between := parties{op.Partner, op.Fleet}
		grant, ok := fresh[between]
		if !ok {
			var err error
			if grant, err = w.grants.look(ctx, between); err != nil {
				return err
			}
			fresh[between] = grant
		}
		if grant.RefusesWrite(op.Kind) != "" {
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
