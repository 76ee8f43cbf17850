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
}

// Fleet is a carrier whose data is written and read.
type Fleet struct {
	ID   uuid.UUID
	Name string
	// CreatedAt and UpdatedAt are the store's; they are ignored when a fleet is saved.
	CreatedAt, UpdatedAt time.Time
}

// Client is a set of API credentials of a partner or of a fleet; the other of the two is zero.
// Only a hash of its secret is kept, which is safe without stretching because secrets are long and
// random. Deleting a client is not foreseen: giving it another secret shuts out whoever holds the
// old one, though not the tokens that were given for it.
type Client struct {
	ID         string
	SecretHash []byte
	Partner    Partner
	Fleet      Fleet
	Scopes     []string
}

// Owner names whose client it is.
func (c Client) Owner() string {
	if c.Fleet.ID != uuid.Nil {
		return "the fleet " + c.Fleet.Name
	}
	return "the partner " + c.Partner.Name
}

// Principal is the caller that a verified token stands for: a partner or a fleet. It is as old as
// the token: a scope that the client has lost since is still in it, for an hour at most.
type Principal struct {
	Client string
	// Partner is zero if the token is a fleet's.
	Partner Partner
	// Fleet is zero if the token is a partner's.
	Fleet   Fleet
	Scopes  []string
	TokenID string
	Expires time.Time
	// Strict tells that the client takes no member in answers that the contract lacks.
	Strict bool
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
		"fleet:read", "share-agreement:read", "share-agreement:create", "share-agreement:update", "share-agreement:delete",
	}
}

// PartnersOnly tells whether a scope opens nothing to fleets: writes, the operations that they
// become, and webhooks belong to partners. They have no meaning under a fleet's token, which names
// no partner.
func PartnersOnly(scope string) bool {
	of, _, _ := strings.Cut(scope, ":")
	return scope == "telematics:write" || of == "resource_operation" || of == "webhook"
}

// Store keeps clients, grants and revoked tokens. Grants are answered as they stand by the store's
// clock, which is their ReadAt.
type Store interface {
	// Client returns a client by id, or ErrNotFound.
	Client(ctx context.Context, id string) (Client, error)
	// Grant returns what a fleet allowed a partner last, whatever its status, or ErrNotFound. One
	// that is active or paused comes before any other.
	Grant(ctx context.Context, partner, fleet uuid.UUID) (Grant, error)
	// Grants lists what fleets allowed a partner, whatever its status; those that are active or
	// paused come first, then the newest.
	Grants(ctx context.Context, partner uuid.UUID) ([]Grant, error)
	// Revoke remembers a token's id until the token would have expired anyway; doing so twice is
	// no error.
	Revoke(ctx context.Context, tokenID string, expires time.Time) error
	// Revoked tells whether a token's id was revoked.
	Revoked(ctx context.Context, tokenID string) (bool, error)
}

// Clients keeps what operators set up.
type Clients interface {
	// SaveClient adds or replaces a client and whose it is: its partner or its fleet, which is
	// added or gets the name that it has here.
	SaveClient(ctx context.Context, c Client) error
	// Partners lists the partners of a name.
	Partners(ctx context.Context, name string) ([]Partner, error)
	// FleetsNamed lists the fleets that have a name, and those that some partner knows under it by
	// a grant which is not deleted.
	FleetsNamed(ctx context.Context, name string) ([]Fleet, error)
}
