// Package access knows who may do what: partners, fleets, clients with their tokens and
// scopes, and the grants by which a fleet lets a partner read or write its data.
package access

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// ErrNotFound is what a Store answers for something that does not exist.
var ErrNotFound = errors.New("not found")

// Partner is an organisation whose software calls the API.
type Partner struct {
	ID   uuid.UUID
	Name string
	// CreatedAt is the store's.
	CreatedAt time.Time
}

// Fleet is a carrier whose data is written and read.
type Fleet struct {
	ID   uuid.UUID
	Name string
	// NamedBy is who gave it the name.
	NamedBy Namer
	// Details are what else the fleet tells of itself: a JSON object of members of the contract's
	// FleetRead; "" is none.
	Details string
	// CreatedAt and UpdatedAt are the store's; UpdatedAt is what a change must have read.
	CreatedAt, UpdatedAt time.Time
}

// Namer is who gave a fleet its name. A partner names fleets by its references, and a fleet itself
// as it likes, so commands are sure of the names alone that operators gave.
type Namer string

// Those who name fleets.
const (
	ByOperator Namer = "operator"
	ByPartner  Namer = "partner"
	ByFleet    Namer = "fleet"
)

// Principal is the caller that a verified token stands for: a partner or a fleet.
type Principal struct {
	// Client is the id of a client here; of a caller that another issuer's claims alone stand for it is
	// "oidc:" and the client that they name, or "oidc-sub:" and their subject. Such a name is unique within
	// an organisation alone.
	Client string
	// Subject is whom another issuer's token is about (sub); "" in tokens of our own.
	Subject string
	// Partner is zero if the token is a fleet's.
	Partner Partner
	// Fleet is zero if the token is a partner's.
	Fleet   Fleet
	Scopes  []string
	Expires time.Time
	// Strict tells that the client takes no member in answers that the contract lacks.
	Strict bool
	// SyncEvents tells that the client's sync writes raise events.
	SyncEvents bool
	// Proof is asked for again where much may have ended since the token was verified.
	Proof Proof
}

// IsFleet tells whether the caller is a fleet and not a partner.
func (p Principal) IsFleet() bool { return p.Fleet.ID != uuid.Nil }

// Has tells whether the token carries a scope.
func (p Principal) Has(scope string) bool { return slices.Contains(p.Scopes, scope) }

// Scopes lists every scope that a client can be given.
func Scopes() []string {
	return []string{
		"telematics:read", "telematics:write", "resource_operation:read",
		"connection:read", "connection:create", "connection:update", "connection:delete", "schedule:read", "execution:read",
		"webhook:read", "webhook:create", "webhook:update", "webhook:delete",
		"fleet:read", "fleet:create", "fleet:update", "fleet:delete", "partner:read",
		"share-agreement:read", "share-agreement:create", "share-agreement:update", "share-agreement:delete",
	}
}

// PartnersOnly tells whether a scope opens nothing to fleets: writes, the operations that they
// become, webhooks, and the making of fleets belong to partners. They have no meaning under a
// fleet's token, which names no partner.
func PartnersOnly(scope string) bool {
	of, _, _ := strings.Cut(scope, ":")
	return scope == "telematics:write" || scope == "fleet:create" || of == "resource_operation" || of == "webhook"
}

// Store keeps grants. They are answered as they stand by the store's clock, which is their ReadAt.
type Store interface {
	// Grant returns what a fleet allowed a partner last, whatever its status, or ErrNotFound. One
	// that is active or paused comes before any other.
	Grant(ctx context.Context, partner, fleet uuid.UUID) (Grant, error)
	// Grants lists what fleets allowed a partner, whatever its status; those that are active or
	// paused come first, then the newest.
	Grants(ctx context.Context, partner uuid.UUID) ([]Grant, error)
	// GrantByRef returns the grant that a partner's reference stands for, or ErrNotFound. One that was deleted
	// stands for none; one that is active or paused comes before any other, and then the newest.
	GrantByRef(ctx context.Context, partner uuid.UUID, ref string) (Grant, error)
	// GrantsBeside lists grants of a partner whose references stand beside one in their order, so many on either
	// side at most, and none of that reference.
	GrantsBeside(ctx context.Context, partner uuid.UUID, ref string, most int) ([]Beside, error)
}
