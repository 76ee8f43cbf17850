package record

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Config is what a Service is made of.
type Config struct {
	Lists       Lists
	Schedules   Schedules
	Executions  Executions
	Access      access.Store
	Connections connection.Store
	Registry    *tsp.Registry
	// Every is how long after an import of a kind the next one begins; see Interval.
	Every time.Duration
	Now   func() time.Time
}

// Service answers questions about records within the reach of the caller's grants. All errors that
// a caller of the API may see are *problem.Error.
type Service struct {
	Config
	asked asked
}

// New returns a service.
func New(c Config) *Service { return &Service{Config: c, asked: asked{at: map[wanted]time.Time{}}} }

// Request is a list as a caller asks for it. The fleets of its Query are filled in from what
// the caller reaches, narrowed by FleetIDs and FleetRefs.
type Request struct {
	Query
	FleetIDs  []uuid.UUID
	FleetRefs []string
}

// Page is one page of records in their wire form.
type Page = page.Page[jsontext.Value]

// List returns one page of the records that the caller may read. What it may not read is not
// there: such a list is empty. A connection that it does not reach is a problem. The total is counted
// apart and may differ from what the pages hold while records come.
func (s *Service) List(ctx context.Context, who access.Principal, r Request) (Page, error) {
	p, refs, err := s.found(ctx, who, r)
	if err != nil {
		return Page{}, err
	}
	var items []jsontext.Value
	for _, one := range p.Items {
		item, err := one.Read(refs[one.Fleet], r.WithSource)
		if err != nil {
			return Page{}, err
		}
		items = append(items, item)
	}
	return page.With(p, items), nil
}

// found returns one page of records, and how the caller calls their fleets.
func (s *Service) found(ctx context.Context, who access.Principal, r Request) (
	p page.Page[Record], refs map[uuid.UUID]string, err error) {
	var of connection.Connection
	if r.Connection != uuid.Nil {
		if of, _, err = s.reached(ctx, who, r.Connection); err != nil {
			return p, nil, err
		}
	}
	if refs, err = s.readable(ctx, who, r.Kind); err != nil {
		return p, nil, err
	}
	q := r.Query
	q.Fleets = nil
	for fleet, ref := range refs {
		// A connection reaches records of its fleet alone.
		if of.ID != uuid.Nil && of.Fleet != fleet {
			continue
		}
		if chosen(r.FleetIDs, fleet) && chosen(r.FleetRefs, ref) {
			q.Fleets = append(q.Fleets, fleet)
		}
	}
	if len(q.Fleets) == 0 {
		return page.Page[Record]{Total: new(int)}, refs, nil
	}
	total, err := s.Lists.CountRecords(ctx, q)
	if err != nil {
		return p, nil, fmt.Errorf("counting records: %w", err)
	}
	q.Window = r.Window.Wider()
	found, err := s.Lists.RecordPage(ctx, q)
	if err != nil {
		return p, nil, fmt.Errorf("listing records: %w", err)
	}
	p = found.Cut(r.Window, func(one Record) page.Position { return one.PositionBy(q.Sort) })
	p.Total = &total
	return p, refs, nil
}

// chosen tells whether one is among several; no list chooses all.
func chosen[T comparable](among []T, one T) bool {
	return len(among) == 0 || slices.Contains(among, one)
}

func (s *Service) reached(ctx context.Context, who access.Principal, id uuid.UUID) (connection.Connection, access.Grant,
	error) {
	return connection.Reached{Connections: s.Connections, Access: s.Access}.Connection(ctx, who, id)
}

// readable returns the fleets whose records of a kind the caller may read, each with how the
// caller calls it.
func (s *Service) readable(ctx context.Context, who access.Principal, kind resource.Kind) (
	map[uuid.UUID]string, error) {
	grants, err := access.Reach(ctx, s.Access, who)
	if err != nil {
		return nil, err
	}
	refs := map[uuid.UUID]string{}
	for _, g := range grants {
		if g.MayRead(kind) {
			refs[g.Fleet] = g.FleetRef
		}
	}
	return refs, nil
}

// Get returns one record that the caller may read, a deleted one included.
func (s *Service) Get(ctx context.Context, who access.Principal, kind resource.Kind, id uuid.UUID) (
	Record, string, error) {
	// One answer for what is not there and for what is not granted.
	none := problem.New(problem.NotFound, "there is no %s %s that you may read; GET /v2/telematics/%s lists those "+
		"that there are", kind, id, kind.Facts().Plural)
	r, err := s.Lists.RecordByID(ctx, id)
	if errors.Is(err, ErrNotFound) || err == nil && r.Kind != kind {
		return Record{}, "", none
	}
	if err != nil {
		return Record{}, "", fmt.Errorf("looking up a record: %w", err)
	}
	grant, reached, err := access.Reaches(ctx, s.Access, who, r.Fleet)
	if err != nil {
		return Record{}, "", err
	}
	if !reached || !grant.MayRead(kind) {
		return Record{}, "", none
	}
	return r, grant.FleetRef, nil
}
