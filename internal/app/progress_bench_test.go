package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/perform"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// BenchmarkAListThatTellsWhyItsOperationsWait compares a list of 300 operations with and without why they wait, in turns:
// where 30 of them are pending, and where all are, behind others of the same records in a lane of thousands.
//
//	go test ./internal/app -run xxx -bench AListThatTells -benchtime 1x
func BenchmarkAListThatTellsWhyItsOperationsWait(b *testing.B) {
	for name, left := range map[string]int{"few": 30, "all": 300} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				plain, telling := listers(b, left)
				var took [2][]time.Duration
				for range 200 {
					for i, s := range []*operation.Service{plain, telling} {
						began := time.Now()
						listed(b, s)
						took[i] = append(took[i], time.Since(began))
					}
				}
				for i := range took {
					slices.Sort(took[i])
				}
				p, q := took[0][len(took[0])/2], took[1][len(took[1])/2]
				b.ReportMetric(float64(p.Microseconds())/1000, "plain-ms")
				b.ReportMetric(float64(q.Microseconds())/1000, "telling-ms")
				b.ReportMetric(100*(float64(q)/float64(p)-1), "%-dearer")
			}
		})
	}
}

var lister, linked = uuid.UUID{1}, uuid.UUID{2}

// link is an active connection.
type link struct{ perform.Links }

func (link) Connection(context.Context, uuid.UUID) (connection.Connection, error) {
	return connection.Connection{ID: linked, TSP: "samsara", Status: connection.Active}, nil
}

func (link) Shut(connection.Connection) bool { return false }

// listers are two services over one store, of which the second tells why operations wait.
func listers(b *testing.B, left int) (plain, telling *operation.Service) {
	c := config.Default()
	c.Key, c.DatabaseURL = operatorKey, b.TempDir()+"/w.db"
	a, err := app.Open(b.Context(), c, app.Options{Dev: true, Log: slog.New(slog.DiscardHandler), Adapters: adapters("samsara")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = a.Close(b.Context()) })
	rooms := a.Rooms()
	writes := perform.NewWrites(perform.WritesConfig{Connections: link{}, Links: link{}, Lines: rooms.Store,
		TSPs:   tsp.NewCaller(rooms.Registry, nil, time.Minute, slog.New(slog.DiscardHandler)),
		Limits: perform.NewLimits(rooms.Registry, dispatch.NewBudget(time.Now, nil), nil), Now: time.Now,
		Stand: func(fence.Lane) dispatch.Stand { return dispatch.Stand{Known: true} }})
	var all errgroup.Group
	all.SetLimit(64)
	for i := range 3000 {
		now := time.Now().UTC().Truncate(time.Microsecond)
		op := operation.Operation{ID: uuid.Must(uuid.NewV7()), Partner: lister, Connection: linked, TSP: "samsara",
			Kind: resource.KindVehicle, Verb: resource.Update, OrderKey: fmt.Sprintf("vehicle/%d", i%300), State: operation.Queued,
			Payload: []byte(`{"connection_id":"` + linked.String() + `","vehicle_name":"Truck 42","notes":"by the gate"}`),
			NextAt:  now, Deadline: now.Add(time.Hour), CreatedAt: now, UpdatedAt: now}
		all.Go(func() error {
			op, err := rooms.Store.Accept(b.Context(), op, nil)
			if err != nil || left == 300 || i >= 3000-left {
				return err
			}
			end := operation.Settlement{Operation: op}
			end.Operation.State, end.Operation.Tries = operation.Succeeded, 1
			return rooms.Store.Settle(b.Context(), end)
		})
	}
	if err := all.Wait(); err != nil {
		b.Fatal(err)
	}
	of := operation.Config{Store: rooms.Store, Now: time.Now}
	plain = operation.New(of)
	of.Explainer = writes
	return plain, operation.New(of)
}

// listed lists as the API does.
func listed(b *testing.B, s *operation.Service) {
	now := time.Now()
	found, err := s.List(b.Context(), operation.Filter{Partner: lister, From: now.Add(-time.Hour),
		To: now, Window: page.Window{Limit: 300}})
	if err != nil || len(found.Items) != 300 {
		b.Fatal(len(found.Items), err)
	}
	if _, err := json.Marshal(page.Map(found, operation.Operation.Read).Items, json.Deterministic(true)); err != nil {
		b.Fatal(err)
	}
}
