// Package connection holds the authenticated links between fleets and TSPs: how they are made,
// changed, renewed and ended, and their sealed credentials.
package connection

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Status is the state of a connection, a value of the contract's ConnectionStatusEnum.
type Status string

// The states of a connection.
const (
	// Active takes writes and is imported; no other state does.
	Active Status = "active"
	// Failed is the contract's; nothing in Waybill makes a connection fail.
	Failed Status = "failed"
	// Cancelled is final, but for Deleted, which only adds that the secrets are erased.
	Cancelled Status = "cancelled"
	Paused    Status = "paused"
	// Stale: the TSP is proven to refuse the credentials. What is queued waits until it takes them
	// again, or for new ones.
	Stale   Status = "stale"
	Deleted Status = "deleted"
)

// Ended tells whether nothing will ever be sent through the connection again, so that what
// waits for it must fail.
func (s Status) Ended() bool { return s == Cancelled || s == Deleted }

// Bars says why a connection that is not active does not do what it must be active for, such as
// "take writes", and what helps.
func (s Status) Bars(purpose string) string {
	why := "the connection is " + string(s) + "; it must be active to " + purpose
	switch s {
	case Stale:
		why += ". " + tried + ", and it becomes active when the TSP takes them. Its problem says what the TSP said; " +
			"PATCH it with status active to have them tried at once; its fleet, or the partner that made it, can " +
			"PATCH it with new ones"
	case Paused:
		why += ". Its fleet, or the partner that made it, resumes it: PATCH it with status active"
	case Active, Failed, Cancelled, Deleted:
	}
	return why
}

// Bars is Status.Bars of the connection, which names what helps where something of it was lost.
func (c Connection) Bars(purpose string) string {
	if c.Status == Stale && tellsLoss(c.Problem) {
		return "the connection is stale; it must be active to " + purpose + ": " + c.Problem
	}
	if c.Status == Paused && c.Pause.ByOperator() {
		return fmt.Sprintf("the connection is paused; it must be active to %s. The operator of this Waybill has paused it: %s",
			purpose, problem.Quoted(c.Pause.Why))
	}
	return c.Status.Bars(purpose)
}

// Connection is one fleet at one TSP.
type Connection struct {
	ID    uuid.UUID
	Fleet uuid.UUID
	TSP   tsp.Name
	// Maker is the partner or the fleet whose request made the connection; zero if it is not known.
	Maker uuid.UUID
	// Account is the key of the TSP's account that the credentials open. Records take their ids
	// from it, so no request changes it.
	Account     string
	Status      Status
	Description string
	// Settings are those that are set; secret ones are masked here and sealed with the credentials.
	Settings tsp.Settings
	// Damaged says why the settings that are stored cannot be read, for the operator; nil if they can. A store
	// leaves them as they are until they come with it nil.
	Damaged error
	Wishes
	// Pause tells by whom it is paused, and is of no meaning while it is not. Rate is what an operator keeps it to.
	Pause audit.Mark
	Rate  Rate
	// Problem says why the connection is stale or failed; "" if it is not.
	Problem string
	// Sealed are the credentials and secret settings at rest; Version grows with each change of
	// them that somebody asked for.
	Sealed    []byte
	Version   int64
	CreatedAt time.Time
	// UpdatedAt is what a change must have read; it grows with each change but that of Sealed by a
	// renewal.
	UpdatedAt time.Time
}

// Sealer seals secrets bound to a context. What was sealed with one context does not open with
// another.
type Sealer interface {
	Seal(plain, context []byte) ([]byte, error)
	Open(sealed, context []byte) ([]byte, error)
}

// Config is what a Service is made of.
type Config struct {
	Store Everything
	// Access tells which fleets a caller reaches; Store holds the grants that this room makes.
	Access  access.Store
	Records Records
	Sealer  Sealer
	Caller  *tsp.Caller
	// Pace makes calls outside of the lanes wait for the connection's budget at its TSP.
	Pace func(c Connection) tsp.Pacer
	// Charge counts calls of these limits that were made before it was known that they are of the
	// connection's account.
	Charge func(c Connection, limits []string)
	// Fastest is the limit of a TSP that allows the most calls; its Events are 0 where no limit has a rate. It is nil where no
	// rate is set.
	Fastest func(of tsp.Name) tsp.Limit
	// Note writes into the audit log what was tried at a TSP and no change tells of; nil writes nothing.
	Note func(ctx context.Context, e audit.Entry) error
	// Wake lets a lane look anew at its connection; nil wakes none.
	Wake     func(fence.Lane)
	Patience Patience
	// Leads tells whether this replica does what one of all should do: it probes those that are stale, whoever found
	// them so. It is nil where there is one process alone.
	Leads func() bool
	// FleetsOnPurpose refuses a partner's reference that stands for no fleet yet, instead of making one.
	FleetsOnPurpose bool
	Now             func() time.Time
	Log             *slog.Logger
}

// Service makes, changes and ends connections and opens their credentials. All errors that a
// caller of the API may see are *problem.Error.
type Service struct {
	Config

	// mu guards what follows. It is held for no call of the store or a TSP.
	mu sync.Mutex
	// unsaved are renewed credentials that could not be stored yet. They die with this process.
	unsaved map[uuid.UUID]renewed
	// shut tells when this process last took a connection out of work; see Writer for others. It
	// holds the UpdatedAt of that change and is never emptied: connections are few.
	shut map[uuid.UUID]time.Time
	// closed: Close was called. working are the exchanges and renewals under way.
	closed  bool
	working sync.WaitGroup
	// bound: all credentials are sealed for their fleet, and what is not so is not opened.
	bound atomic.Bool

	tries  tries
	tests  tests
	health health
}

// New returns a service.
func New(c Config) *Service {
	if c.Charge == nil {
		c.Charge = func(Connection, []string) {}
	}
	if c.Fastest == nil {
		c.Fastest = func(tsp.Name) tsp.Limit { return tsp.Limit{} }
	}
	if c.Wake == nil {
		c.Wake = func(fence.Lane) {}
	}
	return &Service{Config: c, unsaved: map[uuid.UUID]renewed{}, shut: map[uuid.UUID]time.Time{},
		tries:  tries{of: map[uuid.UUID]*tally{}},
		tests:  tests{until: map[uuid.UUID]time.Time{}},
		health: health{doubts: map[uuid.UUID]*doubt{}, changed: make(chan struct{}, 1)}}
}

// Target returns what a caller of the TSP needs to know of the connection. Its credentials are
// read anew from the store when a session is made, because they may have been renewed since. A
// renewal goes through the lock and the store as well.
func (s *Service) Target(c Connection) tsp.Target {
	return tsp.Target{Connection: c.ID, TSP: c.TSP, Version: c.Version, Settings: public(c.Settings),
		Credentials: func(ctx context.Context) (tsp.Credentials, error) {
			now, credentials, err := s.stored(ctx, c.ID)
			if now.lost(err) != "" {
				s.close(ctx, now, err)
				err = cmp.Or(err, now.Damaged)
			}
			return credentials, err
		},
		Renew: s.renewal(c.ID)}
}

// Shut tells whether nothing is to be sent through the connection as it was read: this process has
// paused or ended it since, or it is suspect. It lets a lane that read its operations before drop
// them; of status, what the store says is decisive. Whoever is told so is woken when it has changed.
func (s *Service) Shut(c Connection) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return c.UpdatedAt.Before(s.shut[c.ID]) || s.health.closes(c)
}

// store writes a change and lets everybody in this process see it: sessions are made anew, and
// lanes drop what they hold of a connection that takes no writes. The store comes first: a
// connection that is forgotten or shut here and active in the store would be worked on all the
// same.
func (s *Service) store(ctx context.Context, c Change) error {
	if err := ended(s.Store.ChangeConnection(ctx, s.following(c))); err != nil {
		return err
	}
	s.mu.Lock()
	if c.To.Status != Active {
		s.shut[c.To.ID] = c.To.UpdatedAt
	}
	if c.Reseal {
		// What was renewed of the old credentials is void with them.
		delete(s.unsaved, c.To.ID)
	}
	s.mu.Unlock()
	s.health.follow(c, s.Now(), s.Patience.orDefaults())
	s.Caller.Forget(c.To.ID)
	return nil
}

// following returns a change with the imports that follow from it: a connection that is made or
// becomes active, or whose credentials or settings change while it is, is imported at once, and
// one that is not active is not imported.
func (s *Service) following(c Change) Change {
	c.Reschedule = c.From.Status != c.To.Status || c.From.Version != c.To.Version
	if adapter, ok := s.Caller.Registry().Adapter(c.To.TSP); ok && c.Reschedule && c.To.Status == Active {
		c.Kinds = adapter.Spec().Importable()
	}
	return c
}

// clock is the time as it is stored. A time that is kept in memory and one that comes back from
// the store must compare as equal.
func (s *Service) clock() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// after is the time of a change.
func (s *Service) after(c Connection) time.Time { return fence.Later(c.UpdatedAt, s.clock()) }
