package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
)

// What a store answers when it cannot do as asked. Any other error is the store's own.
var (
	// ErrExists: the fleet and the partner have a grant that lives.
	ErrExists = errors.New("a grant exists")
	// ErrRefTaken: the partner knows another fleet under this reference.
	ErrRefTaken = errors.New("the fleet reference is taken")
)

// Agreements keeps grants for those who make and change them. Each change is written in one
// transaction with the event that tells the partner of it, whether or not the grant is in force.
// After the commit the lanes of the fleet's connections are woken: what waits in them may have to
// end. A process may remember a grant for a moment and forget it when it changes it itself; others
// see the change when they read again, before a call is made for what was woken.
type Agreements interface {
	// Agreement returns a grant by id, whatever its status, or ErrNotFound.
	Agreement(ctx context.Context, id uuid.UUID) (Grant, error)
	// Agreements lists grants, newest first by (CreatedAt, ID), and counts all that are selected.
	Agreements(ctx context.Context, q AgreementQuery) ([]Grant, int, error)
	// InsertAgreement adds a grant. ErrRefTaken as Grant.NameFree says; ErrExists as
	// Grant.TakePlace does, and what has expired is stored as such; ErrNotFound if the fleet was
	// deleted.
	InsertAgreement(ctx context.Context, g Grant) error
	// ChangeAgreement changes reference, levels, status, dates and UpdatedAt, and nothing else;
	// fence.ErrOvertaken if the grant does not have the UpdatedAt with which it was read, ErrExists
	// and ErrRefTaken as above.
	ChangeAgreement(ctx context.Context, from, to Grant) error
	// Partner returns a partner by id, or ErrNotFound.
	Partner(ctx context.Context, id uuid.UUID) (Partner, error)
}

// Fleets lists fleets.
type Fleets interface {
	// Fleets lists the fleets that a partner's grants in force reach, or one fleet itself, newest
	// first by (CreatedAt, ID), and counts all that are selected.
	Fleets(ctx context.Context, q FleetQuery) ([]KnownFleet, int, error)
}

// Service answers questions about fleets and share agreements and changes agreements. All
// errors that a caller of the API may see are *problem.Error.
//
// A fleet may do everything with its own agreements. A partner may read its own and cancel them,
// because that only takes away what it may do; everything else is the fleet's to decide.
type Service struct {
	Config
	store Directory
	now   func() time.Time
}

// Directory is what a Service works on.
type Directory interface {
	Store
	Agreements
	Fleets
	FleetKeeper
	Partners
}

// Config is what a Service is made of.
type Config struct {
	Store Directory
	Now   func() time.Time
	// Changed is told of each grant that was made or changed, so that whoever remembers grants forgets
	// it. It is called after the commit and must not block.
	Changed func(Grant)
	// Disconnect ends all connections of the fleet that the caller is.
	Disconnect func(ctx context.Context, who Principal) error
}

// NewService returns a service.
func NewService(c Config) *Service { return &Service{Config: c, store: c.Store, now: c.Now} }

// AgreementQuery selects grants; what is zero selects nothing out. Deleted ones are listed only
// if Status asks for them.
type AgreementQuery struct {
	Partner, Fleet uuid.UUID
	FleetRef       string
	Status         string
	Window         page.Window
}

// List returns one page of the caller's agreements.
func (s *Service) List(ctx context.Context, who Principal, q AgreementQuery) (page.Page[Grant], error) {
	if who.IsFleet() {
		// As if it were filtered: an error would tell that the other fleet exists. A reference is the
		// partner's, and a fleet is shown none.
		if q.Fleet != uuid.Nil && q.Fleet != who.Fleet.ID {
			return page.Page[Grant]{Total: new(int)}, nil
		}
		if q.FleetRef != "" {
			return page.Page[Grant]{Total: new(int)}, nil
		}
		q.Fleet = who.Fleet.ID
	} else {
		q.Partner = who.Partner.ID
	}
	w := q.Window
	q.Window = w.Wider()
	found, total, err := s.store.Agreements(ctx, q)
	if err != nil {
		return page.Page[Grant]{}, fmt.Errorf("listing share agreements: %w", err)
	}
	p := page.Cut(found, w, Grant.Position)
	p.Total = &total
	return p, nil
}

// Get returns an agreement of the caller's. Whether it exists and is somebody else's cannot be
// told from the answer.
func (s *Service) Get(ctx context.Context, who Principal, id uuid.UUID) (Grant, error) {
	g, err := s.store.Agreement(ctx, id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return g, fmt.Errorf("looking up a share agreement: %w", err)
	}
	mine := g.Partner == who.Partner.ID && !who.IsFleet() || who.IsFleet() && g.Fleet == who.Fleet.ID
	if err != nil || !mine || g.Status == GrantDeleted {
		return g, problem.New(problem.NotFound,
			"there is no share agreement %s; GET /v2/orgs/share-agreements lists yours", id)
	}
	return g, nil
}

// Move is a change of an agreement's status.
type Move string

// The moves.
const (
	Pause    Move = "paused"
	Activate Move = "activated"
	Cancel   Move = "cancelled"
	Delete   Move = "deleted"
)

// rule says from which statuses a move leads where. What it does not name is refused with the
// status that stands in the way. They are the only ways but one: what has expired becomes active
// again by a later date; see Update.
func (m Move) rule() (from []string, to string) {
	switch m {
	case Pause:
		return []string{GrantActive}, GrantPaused
	case Activate:
		return []string{GrantPaused}, GrantActive
	case Cancel:
		return []string{GrantActive, GrantPaused, GrantExpired}, GrantCancelled
	}
	return []string{GrantActive, GrantPaused, GrantExpired, GrantCancelled}, GrantDeleted
}

// Move changes the status of an agreement.
func (s *Service) Move(ctx context.Context, who Principal, id uuid.UUID, m Move) (Grant, error) {
	g, err := s.Get(ctx, who, id)
	if err != nil {
		return g, err
	}
	if !who.IsFleet() && m != Cancel {
		return g, onlyFleet(string(m))
	}
	from, status := m.rule()
	if !slices.Contains(from, g.Status) {
		return g, m.refused(g.Status)
	}
	to := g
	to.Status = status
	// It would be expired at once, which would look like a success that did nothing.
	if m == Activate && to.over(s.now()) {
		return g, problem.New(problem.Conflict, "the share agreement is paused and cannot be activated: its expiration_date "+
			"has passed; PATCH a later one first")
	}
	return s.change(ctx, g, to)
}

// refused says what can be done instead, where something can.
func (m Move) refused(status string) error {
	why := fmt.Sprintf("a share agreement that is %s cannot be %s", status, m)
	switch {
	case m == Activate && status == GrantExpired:
		why += "; PATCH a later expiration_date"
	case m == Activate && status == GrantCancelled:
		why += "; POST a new share agreement"
	}
	return problem.New(problem.Conflict, "%s", why)
}

// onlyFleet is a 403 and no 404: the partner sees the agreement. verb completes "it is ...".
func onlyFleet(verb string) error {
	return problem.New(problem.Forbidden,
		"a share agreement is the fleet's to decide: it is %s with a token of the fleet; a partner may only cancel it", verb)
}

// change writes a change.
func (s *Service) change(ctx context.Context, from, to Grant) (Grant, error) {
	to.UpdatedAt = fence.Later(from.UpdatedAt, s.clock())
	// Its dates may say that it has expired; the row and the event must say the same.
	to = to.At(to.UpdatedAt)
	err := s.store.ChangeAgreement(ctx, from, to)
	switch {
	case errors.Is(err, fence.ErrOvertaken):
		return from, problem.New(problem.Conflict, "somebody else has changed the share agreement meanwhile; read it again")
	case errors.Is(err, ErrExists):
		return from, problem.New(problem.Conflict,
			"another share agreement with the partner has taken the place of this one, which is %s", from.Status)
	case errors.Is(err, ErrRefTaken) && to.FleetRef != from.FleetRef:
		return from, problem.New(problem.Conflict, "you know another fleet as fleet_ref %q; choose another", to.FleetRef)
	case errors.Is(err, ErrRefTaken):
		// The fleet must not learn by which names the partner knows others.
		return from, problem.New(problem.Conflict,
			"the partner knows another fleet by the fleet_ref of this share agreement; let it choose another with "+
				"PATCH /v2/orgs/fleets/%s", from.Fleet)
	case err != nil:
		return from, fmt.Errorf("changing a share agreement: %w", err)
	}
	s.Changed(to)
	return to, nil
}

// clock is the time as it is stored.
func (s *Service) clock() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
