package perform

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
)

// heardWithin bounds how long a change that another process made, such as a grant that a command took back,
// is still acted on. What this process changes counts at once.
const heardWithin = 250 * time.Millisecond

// lately reads from memory where nothing is known to have changed; see heardWithin.
func lately(ctx context.Context, now time.Time) context.Context {
	return fence.AsOf(ctx, now.Add(-heardWithin))
}

// GrantReader reads grants.
type GrantReader interface {
	// Grant returns what a fleet allowed a partner last, or access.ErrNotFound.
	Grant(ctx context.Context, partner, fleet uuid.UUID) (access.Grant, error)
}

// Grants tells whether fleets still allow what was queued and what is told.
type Grants struct {
	reader GrantReader
	now    func() time.Time
}

// NewGrants returns the grants that a store keeps.
func NewGrants(r GrantReader, now func() time.Time) *Grants { return &Grants{r, now} }

// refusal says why an operation must not be sent any more; "" if it may. It is asked before each
// call. The grant is judged by this moment, so one that ends within its short life ends here.
func (g *Grants) refusal(ctx context.Context, op operation.Operation) (string, error) {
	grant, err := g.between(ctx, op.Partner, op.Fleet)
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
	grant, err := g.between(ctx, e.Partner, e.Fleet)
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
	grant, err := g.between(ctx, c.Maker, c.Fleet)
	return err == nil && grant.Brings(k, of), err
}

// between returns a grant as it stands at this moment. A partner without one is refused like one whose
// grant was deleted.
func (g *Grants) between(ctx context.Context, partner, fleet uuid.UUID) (access.Grant, error) {
	now := g.now()
	grant, err := g.reader.Grant(lately(ctx, now), partner, fleet)
	if errors.Is(err, access.ErrNotFound) {
		return access.Grant{Status: access.GrantDeleted, ReadAt: now}, nil
	}
	if err != nil {
		return grant, fmt.Errorf("looking up a grant: %w", err)
	}
	return grant, nil
}
