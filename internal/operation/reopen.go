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

// reopens refuses to retry, as it was sent, the beginning of an association that has been ended since: it would say that the
// driver drives on.
func (s *Service) reopens(ctx context.Context, op Operation, body []byte) error {
	schema, err := resource.For(op.Kind, op.Verb)
	if err != nil {
		return err
	}
	p, _ := schema.Decode(body)
	a, ok := p.(*resource.DriverVehicleAssociation)
	if !ok || a.Ends() {
		return nil
	}
	uses, err := s.uses(ctx, op)
	if err != nil {
		return err
	}
	q := record.Query{Kind: op.Kind, Fleets: []uuid.UUID{op.Fleet}, Connection: op.Connection, Window: page.Window{Limit: mostAlike},
		References: []record.Reference{{Member: "vehicle_id", Values: []string{a.VehicleID.String()}},
			{Member: "driver_id", Values: []string{a.DriverID.String()}}}}
	if uses["started_at"].Use != tsp.UseDropped {
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
		if json.Unmarshal(r.Fields, &shown) == nil && shown.EndedAt != "" && r.UpdatedAt.After(op.UpdatedAt) {
			return problem.New(problem.Conflict, "operation %s cannot be retried as it is: what it begins was ended since, at %s, and "+
				"would go on; if that is meant, give the body", op.ID, shown.EndedAt)
		}
	}
	return nil
}
