package access

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/resource"
)

// The statuses of a grant, values of the contract's ShareAgreementStatusEnum.
const (
	// GrantActive: in force from its effective until its expiration date.
	GrantActive    = "active"
	GrantPaused    = "paused"
	GrantCancelled = "cancelled"
	GrantDeleted   = "deleted"
	// GrantExpired: it was active and its expiration date has passed.
	GrantExpired = "expired"
)

// The share levels of a kind.
const (
	Read = "read"
	// ReadWrite is the share level that allows writing.
	ReadWrite = "read_write"
)

// Grant is what a fleet allowed a partner: the share agreement of the contract.
type Grant struct {
	ID      uuid.UUID
	Partner uuid.UUID
	Fleet   uuid.UUID
	// FleetRef is the partner's own name for the fleet, "" if it has none; no two fleets of a
	// partner share one.
	FleetRef string
	// Status is that at ReadAt.
	Status string
	// Levels maps each granted kind to Read or ReadWrite.
	Levels map[resource.Kind]string
	// Effective is when the grant begins and Expiration when it ends; zero is no bound.
	Effective, Expiration time.Time
	// UpdatedAt is what a change must have read.
	CreatedAt, UpdatedAt time.Time
	// ReadAt is when the store read the grant; MayRead and MayWrite judge by it.
	ReadAt time.Time
	// Damaged says why the Levels that are stored cannot be read, for the operator; nil if they can. There are none
	// then, since none is known to be granted, and a store leaves them as they are until others come.
	Damaged error
}

// Everything is the grant of all kinds, in force from a time on without an end.
func Everything(partner, fleet uuid.UUID, ref string, at time.Time) Grant {
	g := Grant{ID: uuid.Must(uuid.NewV7()), Partner: partner, Fleet: fleet, FleetRef: ref, Status: GrantActive,
		Levels: map[resource.Kind]string{}, Effective: at, CreatedAt: at, UpdatedAt: at}
	for _, k := range resource.Kinds() {
		g.Levels[k] = ReadWrite
	}
	return g
}

// Position is the grant's place in a list.
func (g Grant) Position() page.Position { return page.Position{At: g.CreatedAt, ID: g.ID} }

// InForce tells whether the grant allows anything at a time. Its beginning is included and its end
// is not.
func (g Grant) InForce(at time.Time) bool {
	return g.Status == GrantActive && !g.early(at) && !g.over(at)
}

func (g Grant) early(at time.Time) bool { return at.Before(g.Effective) }

func (g Grant) over(at time.Time) bool { return !g.Expiration.IsZero() && !at.Before(g.Expiration) }

// At returns the grant as it stands at a time: an active one whose end has passed is expired. A
// paused one stays paused, so that activating it tells why it cannot be.
func (g Grant) At(at time.Time) Grant {
	g.ReadAt = at
	if g.Status == GrantActive && g.over(at) {
		g.Status = GrantExpired
	}
	return g
}

// MayWrite tells whether the grant lets the partner write resources of a kind. It judges by
// ReadAt, so a grant that is kept must be taken At another time first.
func (g Grant) MayWrite(k resource.Kind) bool {
	return g.InForce(g.ReadAt) && g.Levels[k] == ReadWrite
}

// MayRead tells whether the grant lets the partner read resources of a kind.
func (g Grant) MayRead(k resource.Kind) bool {
	return g.InForce(g.ReadAt) && g.Levels[k] != ""
}

// Brings tells whether a connection that the partner made may bring records of a kind into the fleet's
// shelves, from a TSP that tells of some kinds. Whoever was trusted with all of them has made a connection
// for the fleet and its other partners, which outlives the grant; any other brings what it may read.
func (g Grant) Brings(k resource.Kind, of []resource.Kind) bool {
	all := len(of) > 0 && !slices.ContainsFunc(of, func(k resource.Kind) bool { return g.Levels[k] != ReadWrite })
	return all || g.MayRead(k)
}

// RefusesWrite says, for people, why the grant does not let the partner write a kind; "" if it
// does.
func (g Grant) RefusesWrite(k resource.Kind) string {
	switch {
	case g.MayWrite(k):
		return ""
	case g.Damaged != nil:
		return "what the share agreement with the fleet grants cannot be read any more; ask the fleet to cancel it and to " +
			"make a new one, or whoever runs Waybill to set its levels with `waybill grant set --level`"
	case g.Status == GrantExpired || g.Status == GrantActive && g.over(g.ReadAt):
		return "the share agreement with the fleet expired at " + g.Expiration.UTC().Format(time.RFC3339)
	case g.Status != GrantActive:
		return "the share agreement with the fleet is " + g.Status
	case g.early(g.ReadAt):
		return "the share agreement with the fleet begins at " + g.Effective.UTC().Format(time.RFC3339)
	}
	return "the fleet has not granted you read_write for " + string(k)
}

// Ended returns the grant as it is when its fleet is deleted.
func (g Grant) Ended(at time.Time) Grant {
	g.Status, g.UpdatedAt = GrantDeleted, fence.Later(g.UpdatedAt, at)
	return g
}
