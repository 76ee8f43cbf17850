// Package connection holds the authenticated links between fleets and TSPs and their sealed
// credentials.
package connection

import (
	"context"
	"errors"
	"fmt"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Status is the state of a connection, a value of the contract's ConnectionStatusEnum.
type Status string

// The states of a connection.
const (
	Active    Status = "active"
	Failed    Status = "failed"
	Cancelled Status = "cancelled"
	Paused    Status = "paused"
	Stale     Status = "stale"
	Deleted   Status = "deleted"
)

// ErrNotFound is what a Store answers for a connection that does not exist.
var ErrNotFound = errors.New("connection not found")

// Connection is one fleet at one TSP.
type Connection struct {
	ID    uuid.UUID
	Fleet uuid.UUID
	TSP   tsp.Name
	// Account is the key of the TSP's account that the credentials open.
	Account     string
	Status      Status
	Description string
	// Settings are those that are set; secret ones are masked here and sealed with the credentials.
	Settings tsp.Settings
	// Problem says why the connection is stale or failed; "" if it is not.
	Problem string
	// Sealed are the credentials and secret settings at rest; Version grows with each change of
	// them that somebody asked for.
	Sealed    []byte
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Store keeps connections.
type Store interface {
	// Connection returns a connection by id, deleted ones included, or ErrNotFound.
	Connection(ctx context.Context, id uuid.UUID) (Connection, error)
	// Connections lists all connections that are not deleted, oldest first.
	Connections(ctx context.Context) ([]Connection, error)
	// InsertConnection adds a connection.
	InsertConnection(ctx context.Context, c Connection) error
	// SetConnectionStatus changes the status.
	SetConnectionStatus(ctx context.Context, id uuid.UUID, to Status, at time.Time) error
}

// Sealer seals secrets bound to a context.
type Sealer interface {
	Seal(plain, context []byte) ([]byte, error)
	Open(sealed, context []byte) ([]byte, error)
}

// Service makes connections and opens their credentials.
type Service struct {
	store  Store
	sealer Sealer
	caller *tsp.Caller
	now    func() time.Time
}

// New returns a service.
func New(store Store, sealer Sealer, caller *tsp.Caller, now func() time.Time) *Service {
	return &Service{store, sealer, caller, now}
}

// Connect tries credentials at the TSP and stores a connection if they are good. On failure
// nothing is stored and the error is an *tsp.Error.
func (s *Service) Connect(ctx context.Context, c Connection, credentials tsp.Credentials, pace tsp.Pacer) (Connection, error) {
	account, end := s.caller.Check(ctx, tsp.Target{
		Connection: c.ID, TSP: c.TSP, Version: c.Version,
		Credentials: func(context.Context) (tsp.Credentials, error) { return credentials, nil },
	}, pace)
	if end != nil {
		return Connection{}, end
	}
	plain, err := json.Marshal(credentials)
	if err != nil {
		return Connection{}, fmt.Errorf("encoding credentials: %w", err)
	}
	if c.Sealed, err = s.sealer.Seal(plain, c.context()); err != nil {
		return Connection{}, err
	}
	c.Account, c.Status, c.CreatedAt, c.UpdatedAt = account.Key, Active, s.now(), s.now()
	if err := s.store.InsertConnection(ctx, c); err != nil {
		return Connection{}, fmt.Errorf("storing a connection: %w", err)
	}
	return c, nil
}

// context binds sealed credentials to their row.
func (c Connection) context() []byte { return append([]byte("connection:"), c.ID[:]...) }

// Target returns what a caller of the TSP needs to know of the connection.
func (s *Service) Target(c Connection) tsp.Target {
	return tsp.Target{Connection: c.ID, TSP: c.TSP, Version: c.Version,
		Credentials: func(context.Context) (tsp.Credentials, error) {
			plain, err := s.sealer.Open(c.Sealed, c.context())
			if err != nil {
				return tsp.Credentials{}, err
			}
			var out tsp.Credentials
			if err := json.Unmarshal(plain, &out); err != nil {
				return tsp.Credentials{}, errors.New("decoding stored credentials failed")
			}
			return out, nil
		}}
}
