// Package access knows who may do what: partners, fleets, clients with their tokens and
// scopes, and the grants by which a fleet lets a partner read or write its data.
package access

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
)

// ErrNotFound is what a Store answers for something that does not exist.
var ErrNotFound = errors.New("not found")

// Partner is an organisation whose software calls the API.
type Partner struct {
	ID   uuid.UUID
	Name string
}

// Fleet is a carrier whose data is written and read.
type Fleet struct {
	ID   uuid.UUID
	Name string
}

// Client is a set of API credentials of a partner. Only a hash of its secret is kept, which
// is safe without stretching because secrets are long and random.
type Client struct {
	ID         string
	SecretHash []byte
	Partner    Partner
	Scopes     []string
}

// Grant is what a fleet allowed a partner.
type Grant struct {
	ID       uuid.UUID
	Partner  uuid.UUID
	Fleet    uuid.UUID
	FleetRef string
	Status   string // active, paused, cancelled, deleted or expired
	// Levels maps each granted kind to "read" or "read_write".
	Levels map[resource.Kind]string
}

// GrantActive is the status of a grant that is in force.
const GrantActive = "active"

// ReadWrite is the share level that allows writing.
const ReadWrite = "read_write"

// MayWrite tells whether the grant lets the partner write resources of a kind.
func (g Grant) MayWrite(k resource.Kind) bool {
	return g.Status == GrantActive && g.Levels[k] == ReadWrite
}

// MayRead tells whether the grant lets the partner read resources of a kind.
func (g Grant) MayRead(k resource.Kind) bool {
	return g.Status == GrantActive && g.Levels[k] != ""
}

// Principal is the caller that a verified token stands for: a partner or a fleet.
type Principal struct {
	Client string
	// Partner is zero if the token is a fleet's.
	Partner Partner
	// Fleet is zero if the token is a partner's.
	Fleet   Fleet
	Scopes  []string
	TokenID string
	Expires time.Time
}

// IsFleet tells whether the caller is a fleet and not a partner.
func (p Principal) IsFleet() bool { return p.Fleet.ID != uuid.Nil }

// Has tells whether the token carries a scope.
func (p Principal) Has(scope string) bool { return slices.Contains(p.Scopes, scope) }

// Scopes lists every scope that a client can be given.
func Scopes() []string {
	return []string{
		"telematics:read", "telematics:write", "resource_operation:read",
		"webhook:read", "webhook:create", "webhook:update", "webhook:delete",
	}
}

// Store keeps clients, grants and revoked tokens.
type Store interface {
	// Client returns a client by id, or ErrNotFound.
	Client(ctx context.Context, id string) (Client, error)
	// Grant returns what a fleet allowed a partner, or ErrNotFound.
	Grant(ctx context.Context, partner, fleet uuid.UUID) (Grant, error)
	// Grants lists what fleets allowed a partner, whatever its status.
	Grants(ctx context.Context, partner uuid.UUID) ([]Grant, error)
	// Revoke remembers a token's id until the token would have expired anyway.
	Revoke(ctx context.Context, tokenID string, expires time.Time) error
	// Revoked tells whether a token's id was revoked.
	Revoked(ctx context.Context, tokenID string) (bool, error)
}
