package perform

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
)

// grantLife is how long a grant that was read may be relied on before an operation is sent. It
// bounds how long a grant that another process took back is still acted on, and keeps a busy lane
// from reading it for each of its writes.
const grantLife = 250 * time.Millisecond

// maxGrants bounds the grants that are remembered. When they are reached all are forgotten, which
// costs one reading each and needs no order of use.
const maxGrants = 10_000

// GrantReader reads grants.
type GrantReader interface {
	// Grant returns what a fleet allowed a partner last, or access.ErrNotFound.
	Grant(ctx context.Context, partner, fleet uuid.UUID) (access.Grant, error)
}

// Grants tells whether fleets still allow what was queued and what is told. A grant is read once for as many
// operations as begin within its short life.
type Grants struct {
	reader GrantReader
	now    func() time.Time

	mu   sync.Mutex
	seen map[parties]access.Grant
	// changes counts what was forgotten: what was read before is not remembered after.
	changes int
}

// NewGrants returns grants of which none is remembered yet.
func NewGrants(r GrantReader, now func() time.Time) *Grants {
	return &Grants{reader: r, now: now, seen: map[parties]access.Grant{}}
}

// parties are the two sides of a grant.
type parties struct{ partner, fleet uuid.UUID }

// refusal says why an operation must not be sent any more; "" if it may. It is asked before each
// call. The grant is judged by this moment, so one that ends within its short life ends here.
func (g *Grants) refusal(ctx context.Context, op operation.Operation) (string, error) {
	grant, err := g.between(ctx, parties{op.Partner, op.Fleet})
	if err != nil {
		return "", err
	}
	return grant.RefusesWrite(op.Kind), nil
}

// Lets tells whether a partner may have an event at this moment. It is asked each time the event is
// handed out: a fleet's consent may have ended since the event occurred.
func (g *Grants) Lets(ctx context.Context, e event.Event) (bool, error) {
	if !e.NeedsGrant() {
		return true, nil
	}
	grant, err := g.between(ctx, parties{e.Partner, e.Fleet})
	if err != nil {
		return false, err
	}
	return grant.Lets(e, grant.ReadAt), nil
}

// brings tells whether records of a kind are imported over a connection: all over one that its fleet has
// made, or that is older than makers are known, and else what the grant of its maker allows.
func (g *Grants) brings(ctx context.Context, c connection.Connection, k resource.Kind, of []resource.Kind) (
	bool, error) {
	if c.Maker == uuid.Nil || c.Maker == c.Fleet {
		return true, nil
	}
	grant, err := g.between(ctx, parties{c.Maker, c.Fleet})
	return err == nil && grant.Brings(k, of), err
}

// between returns a grant as it stands at this moment.
func (g *Grants) between(ctx context.Context, between parties) (access.Grant, error) {
	g.mu.Lock()
	grant, ok := g.seen[between]
	g.mu.Unlock()
	if !ok || g.now().Sub(grant.ReadAt) > grantLife {
		var err error
		if grant, err = g.look(ctx, between); err != nil {
			return grant, err
		}
	}
	return grant.At(g.now()), nil
}

// anew returns refusal for the operations of one reading of a lane. It relies on nothing that was
// read before, because a change of a grant wakes the lane that asks.
func (g *Grants) anew(ctx context.Context) func(operation.Operation) (string, error) {
	fresh := map[parties]access.Grant{}
	return func(op operation.Operation) (string, error) {
		between := parties{op.Partner, op.Fleet}
		grant, ok := fresh[between]
		if !ok {
			var err error
			if grant, err = g.look(ctx, between); err != nil {
				return "", err
			}
			fresh[between] = grant
		}
		return grant.RefusesWrite(op.Kind), nil
	}
}

// look reads a grant and remembers it.
func (g *Grants) look(ctx context.Context, between parties) (access.Grant, error) {
	g.mu.Lock()
	before := g.changes
	g.mu.Unlock()
	grant, err := g.reader.Grant(ctx, between.partner, between.fleet)
	// A partner without a grant is refused like one whose grant was deleted.
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
	if g.changes == before {
		g.seen[between] = grant
	}
	return grant, nil
}

// Forget makes a change count at once. access.Service calls it after each change that this process
// makes.
func (g *Grants) Forget(changed access.Grant) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.changes++
	delete(g.seen, parties{changed.Partner, changed.Fleet})
}
