package operation

import (
	"context"
	"fmt"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Shelves list records.
type Shelves interface {
	// RecordPage lists the records that a query selects within its window, in its order.
	RecordPage(ctx context.Context, q record.Query) (page.Found[record.Record], error)
}

// mostAlike bounds the associations that are looked at for one: a vehicle and a driver have one from each moment on, or one
// alone where the TSP keeps no times.
const mostAlike = 20

// reopens refuses to retry, as it was sent, what begins or ends an association that was written otherwise since, or is about to
// be: the driver would drive on, or have stopped at another time than was said last.
func (s *Service) reopens(ctx context.Context, op Operation, body []byte) error {
	schema, err := resource.For(op.Kind, op.Verb)
	if err != nil {
		return err
	}
	p, _ := schema.Decode(body)
	a, ok := p.(*resource.DriverVehicleAssociation)
	if !ok {
		return nil
	}
	uses, err := s.uses(ctx, op)
	if err != nil {
		return err
	}
	timed := uses["started_at"].Use != tsp.UseDropped
	if err := s.rewritten(ctx, op, a, timed); err != nil {
		return err
	}
	q := record.Query{Kind: op.Kind, Fleets: []uuid.UUID{op.Fleet}, Connection: op.Connection, Window: page.Window{Limit: mostAlike},
		References: []record.Reference{{Member: "vehicle_id", Values: []string{a.VehicleID.String()}},
			{Member: "driver_id", Values: []string{a.DriverID.String()}}}}
	if timed {
		q.From = a.StartedAt.Truncate(time.Millisecond)
		q.To = q.From.Add(time.Millisecond)
	}
	found, err := s.Shelves.RecordPage(ctx, q)
	if err != nil {
		return fmt.Errorf("looking up the association that is begun: %w", err)
	}
	for _, r := range found.Entries {
		var shown struct {
			EndedAt string `json:"ended_at"`
		}
		if json.Unmarshal(r.Fields, &shown) != nil || !r.UpdatedAt.After(op.UpdatedAt) || endsAs(a, shown.EndedAt) {
			continue
		}
		what := "what it begins was ended since, at " + shown.EndedAt + ", and would go on"
		switch {
		case a.Ends() && shown.EndedAt == "":
			what = "what it ends was begun anew since, and would end"
		case a.Ends():
			what = "what it ends has another end since, at " + shown.EndedAt
		}
		return problem.New(problem.Conflict, "operation %s cannot be retried as it is: %s; if that is meant, give the body, or retry "+
			"it with overwrite=true", op.ID, what)
	}
	return nil
}

// endsAs tells whether an association ends when it is known to; "" is never.
func endsAs(a *resource.DriverVehicleAssociation, known string) bool {
	end, ends := a.EndedAt.Get()
	at, err := time.Parse(time.RFC3339Nano, known)
	if err != nil || !ends {
		return !ends && known == ""
	}
	return at.Truncate(time.Millisecond).Equal(end.Truncate(time.Millisecond))
}

// rewritten refuses to retry what is about to be written otherwise: the retry would come behind that. timed tells that the TSP
// keeps when an association began, by which one is told from another.
func (s *Service) rewritten(ctx context.Context, op Operation, a *resource.DriverVehicleAssociation, timed bool) error {
	waiting, err := s.Newer.NewerWaiting(ctx, Since{Connection: op.Connection, OrderKey: op.OrderKey, Age: op.Age(), Most: newerOnce})
	if err != nil {
		return fmt.Errorf("looking up newer writes of an association: %w", err)
	}
	for _, by := range waiting {
		schema, err := resource.For(by.Kind, by.Verb)
		if err != nil {
			return err
		}
		p, _, err := schema.Restore(by.Payload)
		b, ok := p.(*resource.DriverVehicleAssociation)
		if err != nil || !ok || b.DriverID != a.DriverID || b.VehicleID != a.VehicleID ||
			timed && !b.StartedAt.Truncate(time.Millisecond).Equal(a.StartedAt.Truncate(time.Millisecond)) {
			continue
		}
		name := "operation " + by.ID.String()
		if by.Partner != op.Partner {
			name = "another write"
		}
		return problem.New(problem.Conflict, "operation %s cannot be retried as it is: %s, which is pending, is to write the same "+
			"association since, and the retry would come behind it; wait for it, or retry with overwrite=true if that is meant", op.ID, name)
	}
	return nil
}
