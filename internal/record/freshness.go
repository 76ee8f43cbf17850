package record

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/wire"
)

// Freshness is the wire form of the contract's DataFreshness, with problem beside. Status,
// LastSuccess and Next are null for a kind that is only written.
type Freshness struct {
	Resource              resource.Kind `json:"resource"`
	ShareLevel            *string       `json:"share_level"`
	FleetID               uuid.UUID     `json:"fleet_id"`
	FleetRef              *string       `json:"fleet_ref"`
	ConnectionID          uuid.UUID     `json:"connection_id"`
	ConnectionDescription *string       `json:"connection_description"`
	ScheduleID            uuid.UUID     `json:"schedule_id"`
	SourceName            tsp.Name      `json:"source_name"`
	TSPID                 uuid.UUID     `json:"tsp_id"`
	TSPSlug               string        `json:"tsp_slug"`
	LastSuccess           *wire.Time    `json:"last_successful_execution_at"`
	Next                  *wire.Time    `json:"next_execution_at"`
	Status                *string       `json:"schedule_status"`
	// Problem says why the last import failed; null if it did not.
	Problem *string `json:"problem"`
}

// Fleets narrows a list to some fleets; empty lists narrow nothing.
type Fleets struct {
	IDs  []uuid.UUID
	Refs []string
}

// Freshness tells, for each connection that the caller reaches and each kind that can be
// imported or written there, when its data came last and what the fleet granted. A kind that
// is only written has no schedule_status.
func (s *Service) Freshness(ctx context.Context, who access.Principal, f Fleets) ([]Freshness, error) {
	grants, err := access.Reach(ctx, s.Access, who)
	if err != nil {
		return nil, err
	}
	// The contract has no pages here, so all are read, in portions that bound a query and not the
	// answer.
	q := connection.Query{Window: page.Window{Limit: 1000}}
	by := map[uuid.UUID]access.Grant{}
	for _, g := range grants {
		if chosen(f.IDs, g.Fleet) && chosen(f.Refs, g.FleetRef) {
			q.Fleets, by[g.Fleet] = append(q.Fleets, g.Fleet), g
		}
	}
	out := []Freshness{}
	for len(q.Fleets) > 0 {
		found, err := s.Connections.ConnectionPage(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("listing connections: %w", err)
		}
		some, err := s.freshness(ctx, found, by)
		if err != nil {
			return nil, err
		}
		if out = append(out, some...); len(found) < q.Window.Limit {
			break
		}
		q.Window.Place = found[len(found)-1].Position()
	}
	return out, nil
}

// Importable lists the kinds whose records can be read at a TSP.
func (s *Service) Importable(name tsp.Name) []resource.Kind {
	adapter, ok := s.Registry.Adapter(name)
	if !ok {
		return nil
	}
	return adapter.Spec().Importable()
}

// A TSP whose adapter this program lacks is left out. by holds the grant of each connection's
// fleet.
func (s *Service) freshness(ctx context.Context, of []connection.Connection, by map[uuid.UUID]access.Grant) ([]Freshness, error) {
	ids := make([]uuid.UUID, len(of))
	for i, c := range of {
		ids[i] = c.ID
	}
	schedules, err := s.Schedules.SchedulesOf(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("reading schedules: %w", err)
	}
	type key struct {
		connection uuid.UUID
		kind       resource.Kind
	}
	known := map[key]Schedule{}
	for _, one := range schedules {
		known[key{one.Connection, one.Kind}] = one
	}
	out := []Freshness{}
	for _, c := range of {
		adapter, ok := s.Registry.Adapter(c.TSP)
		if !ok {
			continue
		}
		spec := adapter.Spec()
		importable := spec.Importable()
		for _, kind := range resource.Kinds() {
			imported, writable := slices.Contains(importable, kind), canWrite(spec, c, kind)
			if !imported && !writable {
				continue
			}
			f := entry(c, by[c.Fleet], kind, writable)
			if imported {
				f.schedule(c, known[key{c.ID, kind}])
			}
			out = append(out, f)
		}
	}
	return out, nil
}

// canWrite tells whether the connection can take any write of a kind. A write that needs a setting
// which the connection lacks is none.
func canWrite(spec tsp.Spec, c connection.Connection, kind resource.Kind) bool {
	settings := spec.Effective(c.Settings)
	for _, verb := range []resource.Verb{resource.Create, resource.Update} {
		if action, ok := spec.Actions[tsp.Capability{Kind: kind, Verb: verb}]; ok && action.Lacks(settings) == "" {
			return true
		}
	}
	return false
}

// share_level is the grant's, lowered to what the connection can do: read_write without any write
// to make would be a promise.
func entry(c connection.Connection, g access.Grant, kind resource.Kind, writable bool) Freshness {
	level := g.Levels[kind]
	if level == access.ReadWrite && !writable {
		level = access.Read
	}
	return Freshness{Resource: kind, ShareLevel: wire.Optional(level), FleetID: c.Fleet, FleetRef: wire.Optional(g.FleetRef),
		ConnectionID: c.ID, ConnectionDescription: wire.Optional(c.Description), ScheduleID: ScheduleID(c.ID, kind),
		SourceName: c.TSP, TSPID: c.TSP.ID(), TSPSlug: string(c.TSP)}
}

// schedule adds what is known of a kind that is imported.
func (f *Freshness) schedule(c connection.Connection, s Schedule) {
	// A connection that is stale or failed needs new credentials alike.
	status := map[connection.Status]string{connection.Active: "active", connection.Paused: "paused", connection.Stale: "stale",
		connection.Failed: "stale", connection.Cancelled: "cancelled"}[c.Status]
	f.Status, f.Problem = wire.Optional(status), wire.Optional(s.Problem)
	f.LastSuccess = wire.OptionalTime(s.LastSuccessAt)
	if c.Status == connection.Active {
		f.Next = wire.OptionalTime(s.NextAt)
	}
}
