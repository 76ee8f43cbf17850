package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Client is a set of API credentials of a partner or of a fleet; the other of the two is zero.
type Client struct {
	ID      string
	Partner Partner
	Fleet   Fleet
	Scopes  []string
	// Secrets are those that were not revoked, oldest first; some may have expired.
	Secrets  []Secret
	Disabled bool
	// Strict tells that answers to it, and the events of the subscriptions that it makes, hold no member
	// that the contract lacks.
	Strict bool
	// SyncEvents tells that its sync writes raise events as any others do.
	SyncEvents bool
	// Generation is that of the tokens which count: those of an earlier one have ended.
	Generation int64
	// Since is when the generation began; zero for the first, unless a client of this id was deleted before.
	// Tokens that another issuer gave before have ended.
	Since time.Time
	// UpdatedAt is what a change must have read.
	CreatedAt, UpdatedAt time.Time
}

// Secret is one by which a client proves itself. Only a hash of it is kept, which is safe without
// stretching because secrets are long and random.
type Secret struct {
	// ID tells the secrets of a client apart, and tells nothing of the secret.
	ID   string
	Hash []byte
	// ExpiresAt is when it ends; zero is never.
	CreatedAt, ExpiresAt time.Time
}

// Expired tells whether the secret has ended at a time.
func (s Secret) Expired(at time.Time) bool { return !s.ExpiresAt.IsZero() && !at.Before(s.ExpiresAt) }

// NewSecret returns what is kept of a secret.
func NewSecret(text string, at time.Time) Secret {
	id := make([]byte, 4)
	// It never fails; see crypto/rand.
	_, _ = rand.Read(id)
	return Secret{ID: hex.EncodeToString(id), Hash: HashSecret(text), CreatedAt: at}
}

// HashSecret returns what is kept of a client's secret. Guessing 260 random bits is hopeless at
// any speed, so a slow hash would only slow down the token endpoint. It must not be used for what
// people choose.
func HashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// Owner names whose client it is.
func (c Client) Owner() string {
	if c.Fleet.ID != uuid.Nil {
		return "the fleet " + c.Fleet.Name
	}
	return "the partner " + c.Partner.Name
}

// Proven returns the secret of the client that a text is, if it has not ended. A client without
// secrets, as an unknown one, costs a comparison too.
func (c Client) Proven(text string, at time.Time) (Secret, bool) {
	hash := HashSecret(text)
	all := c.Secrets
	if len(all) == 0 {
		all = []Secret{{Hash: make([]byte, sha256.Size), ExpiresAt: time.Unix(1, 0)}}
	}
	var found Secret
	proven := false
	for _, s := range all {
		if subtle.ConstantTimeCompare(s.Hash, hash) == 1 && !s.Expired(at) {
			found, proven = s, true
		}
	}
	return found, proven && !c.Disabled
}

// Secret returns a secret by its id.
func (c Client) Secret(id string) (Secret, bool) {
	i := slices.IndexFunc(c.Secrets, func(s Secret) bool { return s.ID == id })
	if i < 0 {
		return Secret{}, false
	}
	return c.Secrets[i], true
}

// ErrClientExists is what a store answers to a second client of an id.
var ErrClientExists = errors.New("a client of this id exists")

// ErrClientDeleted is the ErrNotFound of an id that a client had. Nobody else's word makes it good again: it
// is for operators to make a client of this id anew.
var ErrClientDeleted = fmt.Errorf("%w: it was deleted", ErrNotFound)

// Clients keeps clients.
type Clients interface {
	// Client returns a client by id, or ErrNotFound; ErrClientDeleted for one that was there.
	Client(ctx context.Context, id string) (Client, error)
	// AllClients lists all clients by their ids.
	AllClients(ctx context.Context) ([]Client, error)
	// InsertClient adds a client, and its partner or fleet if there is none of that id; one that is
	// there keeps its name. One whose id a client had that was deleted begins with Since, so that tokens which
	// another issuer gave before count for neither. ErrClientExists if there is a client of that id,
	// ErrNotFound if the fleet was deleted.
	InsertClient(ctx context.Context, c Client) error
	// ChangeClient changes scopes, secrets, Disabled, Generation and Since; fence.ErrOvertaken if the client
	// does not have the UpdatedAt with which it was read.
	ChangeClient(ctx context.Context, from, to Client) error
	// DeleteClient removes a client with its secrets, and keeps that it was there; or answers ErrNotFound.
	DeleteClient(ctx context.Context, id string) error
}

// Tokens keeps what the verdict on a token hangs on.
type Tokens interface {
	// Client returns a client by id, or ErrNotFound; ErrClientDeleted for one that was there.
	Client(ctx context.Context, id string) (Client, error)
	// Revoke remembers a token until it would have expired anyway; doing so twice is no error.
	Revoke(ctx context.Context, t TokenID, expires time.Time) error
	// Revoked tells whether a token was revoked.
	Revoked(ctx context.Context, t TokenID) (bool, error)
}

// TokenID is a token's id (jti), "" if it has none, and the issuer within whose tokens it is unique.
type TokenID struct{ Issuer, ID string }

// String is what tells a token apart from all others: no issuer has a space in its name.
func (t TokenID) String() string { return t.Issuer + " " + t.ID }
