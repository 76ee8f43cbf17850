package access

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
)

// What a store answers when a fleet stands in its own way.
var (
	// ErrFleetExists: there is a fleet of this id.
	ErrFleetExists = errors.New("the fleet exists")
	// ErrConnected: the fleet has connections that are not deleted.
	ErrConnected = errors.New("the fleet has connections")
)

// FleetSearch selects fleets for operators; what is zero selects nothing out.
type FleetSearch struct {
	ID   uuid.UUID
	Name string
	// Gone finds those that were deleted as well.
	Gone bool
}

// FleetEntry is a fleet with what hangs on it.
type FleetEntry struct {
	Fleet
	// Clients are the ids of its clients.
	Clients []string
	// Partners are those with a grant that is not deleted.
	Partners []KnownBy
	// Connections counts those that are not deleted.
	Connections int
}

// KnownBy is a partner to whom a fleet granted something.
type KnownBy struct {
	Partner  string
	FleetRef string
	Status   string
}

// FleetKeeper keeps fleets for those who make and change them. Fleets that were deleted are found
// by nobody.
type FleetKeeper interface {
	// FleetEntries lists fleets, oldest first.
	FleetEntries(ctx context.Context, q FleetSearch) ([]FleetEntry, error)
	// InsertFleet adds a fleet and the grants by which partners know it, whose events are written
	// with it. ErrFleetExists, and ErrRefTaken as Grant.NameFree says.
	InsertFleet(ctx context.Context, f Fleet, grants ...Grant) error
	// ChangeFleet changes name, NamedBy and details; fence.ErrOvertaken if the fleet does not have
	// the UpdatedAt with which it was read.
	ChangeFleet(ctx context.Context, from, to Fleet) error
	// DeleteFleet ends what hangs on a fleet as Grant.Ended says, removes its clients and hides it;
	// ErrConnected, or ErrNotFound.
	DeleteFleet(ctx context.Context, id uuid.UUID, at time.Time) error
	// MergeFleets gives the grants and clients of a fleet to another as Merged says, and hides it;
	// ErrConnected, or ErrNotFound for either. Tokens of the clients end.
	MergeFleets(ctx context.Context, from, into uuid.UUID, at time.Time) error
}

// PartnerQuery selects partners; what is zero selects nothing out.
type PartnerQuery struct {
	ID     uuid.UUID
	Name   string
	Window page.Window
}

// Position is the partner's place in a list.
func (p Partner) Position() page.Position { return page.Position{At: p.CreatedAt, ID: p.ID} }

// Partners lists partners.
type Partners interface {
	// Partners lists partners, newest first by (CreatedAt, ID), and counts all that are selected.
	Partners(ctx context.Context, q PartnerQuery) ([]Partner, int, error)
}
