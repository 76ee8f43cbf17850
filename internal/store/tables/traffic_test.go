package tables_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/store/tables"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// connections are as many as traffic goes over.
const connections = 200

// traffic is a partner with many connections, each of a fleet of its own, and one receiver that hears of every
// operation that has succeeded.
type traffic struct {
	*tables.DB
	path    string
	partner uuid.UUID
	to      webhook.Subscription
	lane    fence.Lane
	next    atomic.Int64
}

func newTraffic(t testing.TB, name string) *traffic {
	t.Helper()
	path := filepath.Join(t.TempDir(), "w.db")
	db, err := tables.OpenFile(t.Context(), path, time.Now, func(fence.Lane) {})
	if err != nil {
		t.Fatal(err)
	}
	w := trafficOver(t, db, name)
	w.path = path
	return w
}

func trafficOver(t testing.TB, db *tables.DB, name string) *traffic {
	t.Helper()
	w := &traffic{DB: db, partner: uuid.New()}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	w.to = webhook.Subscription{ID: uuid.New(), Partner: w.partner, URL: "https://r.example/", EventName: name,
		Sealed: []byte("x"), Status: webhook.Active}
	if err := db.InsertSubscriptions(t.Context(), []webhook.Subscription{w.to}, 1); err != nil {
		t.Fatal(err)
	}
	to, err := db.ReceiverOf(t.Context(), w.partner, w.to.URL)
	if err != nil {
		t.Fatal(err)
	}
	w.lane = fence.Lane{Kind: fence.Receivers, ID: to.ID}
	return w
}

// message is the next operation: a message of a dispatcher to one of ten drivers of a connection.
func (w *traffic) message() operation.Operation {
	n := w.next.Add(1)
	now := time.Now().Truncate(time.Microsecond)
	conn := uuid.NewSHA1(w.partner, fmt.Append(nil, n%connections))
	return operation.Operation{ID: uuid.Must(uuid.NewV7()), Partner: w.partner, Connection: conn, Fleet: conn, FleetRef: "fleet",
		TSP: "samsara", Kind: resource.KindMessage, Verb: resource.Create, State: operation.Queued,
		OrderKey: fmt.Sprintf("message.create/%s/%s/%d", w.partner, conn, n%7), Payload: []byte(`{"connection_id":` +
			`"6152526a-a6ee-5861-81dd-06299cdfc037","sender_id":"7f1dccd4-22f8-52bc-881a-c8ddd1272347","recipient_id":` +
			`"6c41d741-283c-5270-a97f-e23d1d8b68a9","message_text":"Dock 7 is free","source_recipient_id":"45646001"}`),
		NextAt: now, Deadline: now.Add(time.Hour), CreatedAt: now, UpdatedAt: now}
}

// succeeded is how the first attempt at a message ends.
func succeeded(op operation.Operation) operation.Settlement {
	at := op.UpdatedAt.Add(time.Millisecond)
	driver := uuid.NewSHA1(op.Connection, []byte(op.OrderKey))
	r := record.Record{Kind: op.Kind, Fleet: op.Fleet, TSP: op.TSP, Account: op.Connection.String(), Collection: "messages",
		SourceID: record.Synthetic(op.ID), Synthetic: true, Connection: op.Connection, OccurredAt: at, SeenAt: at, UpdatedAt: at,
		Source: []byte(`{}`), Extras: []byte(`{"as_written":{"priority":"high"}}`), Fields: fmt.Appendf(nil, `{"sender_id":"%s",`+
			`"recipient_id":"%s","source_sender_id":"1","source_recipient_id":"%s","message_text":"Dock 7 is free","status":"sent",`+
			`"message_hash":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","thread_id":"%s"}`,
			op.Connection, driver, driver, driver)}.Identify()
	s := operation.Settlement{Operation: op, Record: &r, Attempts: []operation.Attempt{{ID: uuid.Must(uuid.NewV7()), N: 1,
		Class: tsp.Done, Status: 200, StartedAt: at, EndedAt: at}}}
	s.Operation.State, s.Operation.Tries, s.Operation.Counted = operation.Succeeded, 1, 1
	s.Operation.UpdatedAt, s.Operation.SentAt = at, at
	s.Operation.Resource, s.Operation.SourceID, s.Operation.Collection = r.ID, r.SourceID, r.Collection
	return s
}

func (w *traffic) accept(ctx context.Context) (operation.Operation, error) {
	op := w.message()
	created, err := op.Event(event.OperationCreated, op.CreatedAt)
	if err != nil {
		return op, err
	}
	return w.Accept(ctx, op, []event.Event{created})
}

func (w *traffic) settle(ctx context.Context, op operation.Operation) error {
	s := succeeded(op)
	told, err := s.Operation.Event(event.OperationSucceeded, s.Operation.UpdatedAt)
	if err != nil {
		return err
	}
	s.Events = []event.Event{told}
	return w.Settle(ctx, s)
}

// deliver ends a delivery.
func (w *traffic) deliver(ctx context.Context, d webhook.Waiting) error {
	took := 3
	return w.SettleDelivery(ctx, webhook.Settled{Waiting: d, State: webhook.DeliveryDone,
		Result: webhook.Result{Verdict: webhook.Delivered, StatusCode: 200},
		Log: webhook.DeliveryLog{ID: uuid.Must(uuid.NewV7()), Subscription: d.Subscription, EventID: d.Event.ID,
			EventName: d.Event.Name, Status: webhook.LogSuccess, StatusCode: 200, ResponseTimeMS: &took,
			CreatedAt: time.Now().Truncate(time.Microsecond)}})
}

// take reads what waits for the receiver and has it numbered.
func (w *traffic) take(ctx context.Context, most int) ([]webhook.Waiting, error) {
	waiting, err := w.Deliveries(ctx, fence.Query{Lane: w.lane, Chains: most, Depth: 1})
	if err != nil {
		return nil, err
	}
	var fresh []int64
	for _, d := range waiting {
		if d.Sequence == 0 {
			fresh = append(fresh, d.Seq)
		}
	}
	if len(fresh) > 0 {
		_, err = w.Number(ctx, uuid.Nil, fresh)
	}
	return waiting, err
}

// round takes some operations from their acceptance to the webhook that tells of their end; those of one step
// share a commit.
func (w *traffic) round(ctx context.Context, size int) error {
	ops := make([]operation.Operation, size)
	if err := w.together(size, func(i int) (err error) { ops[i], err = w.accept(ctx); return err }); err != nil {
		return err
	}
	err := w.together(size, func(i int) (err error) {
		return w.MarkSending(ctx, fence.Claim{}, ops[i], ops[i].UpdatedAt)
	})
	if err != nil {
		return err
	}
	if err := w.together(size, func(i int) error { return w.settle(ctx, ops[i]) }); err != nil {
		return err
	}
	waiting, err := w.take(ctx, size)
	if err != nil {
		return err
	}
	return w.together(len(waiting), func(i int) error { return w.deliver(ctx, waiting[i]) })
}

// together makes some writes while the writer is held, so that they share a commit.
func (w *traffic) together(n int, do func(int) error) error {
	errs := make(chan error, n)
	return w.Together(n, func() {
		for i := range n {
			go func() { errs <- do(i) }()
		}
	}, func() error {
		for range n {
			if err := <-errs; err != nil {
				return err
			}
		}
		return nil
	})
}
