package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// eventName is what most subscriptions of the suite are to.
const eventName = event.OperationSucceeded

// partner makes a partner with a client of its id.
func (s *stand) partner() uuid.UUID {
	s.t.Helper()
	id := uuid.New()
	s.must(s.InsertClient(s.t.Context(), access.Client{ID: id.String(),
		Partner: access.Partner{ID: id, Name: id.String()}}))
	return id
}

// fleet makes a fleet with a client of its id.
func (s *stand) fleet() uuid.UUID {
	s.t.Helper()
	id := uuid.New()
	s.must(s.InsertClient(s.t.Context(), access.Client{ID: id.String(),
		Fleet: access.Fleet{ID: id, Name: id.String()}}))
	return id
}

// granted is a grant of everything, in force since noon, that is not stored.
func granted(partner, fleet uuid.UUID) access.Grant {
	g := access.Grant{ID: uuid.New(), Partner: partner, Fleet: fleet, FleetRef: fleet.String(), Status: access.GrantActive,
		Levels: map[resource.Kind]string{}, CreatedAt: noon(), UpdatedAt: noon()}
	for _, k := range resource.Kinds() {
		g.Levels[k] = access.ReadWrite
	}
	return g
}

// grant stores a grant.
func (s *stand) grant(g access.Grant) access.Grant {
	s.t.Helper()
	s.must(s.InsertAgreement(s.t.Context(), g))
	return got[access.Grant](s)(s.Agreement(s.t.Context(), g.ID))
}

// subscribed is a subscription that is not stored.
func subscribed(partner uuid.UUID, name string) webhook.Subscription {
	id := uuid.Must(uuid.NewV7())
	return webhook.Subscription{ID: id, Partner: partner, URL: "https://receiver.example/" + id.String(), EventName: name,
		Sealed: []byte("sealed"), Status: webhook.Active, CreatedAt: noon(), UpdatedAt: noon()}
}

// subscribe stores a subscription.
func (s *stand) subscribe(sub webhook.Subscription) webhook.Subscription {
	s.t.Helper()
	s.must(s.InsertSubscriptions(s.t.Context(), []webhook.Subscription{sub}, manySubscriptions))
	return sub
}

// manySubscriptions is more than any rule makes for a partner.
const manySubscriptions = 100

// moved is a change of a subscription by its owner.
func moved(t *testing.T, sub webhook.Subscription, m webhook.Move) webhook.Change {
	t.Helper()
	next, err := sub.Move(m, webhook.ByOwner, at(3))
	if err != nil {
		t.Fatal(err)
	}
	return webhook.Change{From: sub, To: next, Event: m.Event()}
}

// unsubscribe deletes a subscription.
func (s *stand) unsubscribe(sub webhook.Subscription) {
	s.t.Helper()
	s.must(s.ChangeSubscription(s.t.Context(), moved(s.t, sub, webhook.Delete)))
}

// waiting are the deliveries that wait for a subscription, in its receiver's queue or its own.
func (s *stand) waiting(sub webhook.Subscription) (all []webhook.Waiting) {
	s.t.Helper()
	for _, queue := range []fence.Lane{s.laneOf(sub), ownQueue(sub)} {
		for _, w := range s.inQueue(queue) {
			if w.Subscription == sub.ID {
				all = append(all, w)
			}
		}
	}
	return all
}

func (s *stand) inQueue(queue fence.Lane) []webhook.Waiting {
	s.t.Helper()
	return got[[]webhook.Waiting](s)(s.Deliveries(s.t.Context(), fence.Query{Lane: queue, Chains: 100, Depth: 100}))
}

// laneOf is the lane of a subscription's receiver.
func (s *stand) laneOf(sub webhook.Subscription) fence.Lane {
	s.t.Helper()
	to := got[webhook.Receiver](s)(s.ReceiverOf(s.t.Context(), sub.Partner, sub.URL))
	return fence.Lane{Kind: fence.Receivers, ID: to.ID}
}

// arrange brings everything that is astray at a subscription's receiver to where it belongs.
func (s *stand) arrange(sub webhook.Subscription) {
	s.t.Helper()
	for more := true; more; {
		more = got[bool](s)(s.Arrange(s.t.Context(), s.laneOf(sub).ID))
	}
}

func ownQueue(sub webhook.Subscription) fence.Lane {
	return fence.Lane{Kind: fence.Receivers, ID: sub.ID}
}

// told tells whether an event waits for a subscription.
func (s *stand) told(sub webhook.Subscription, e event.Event) bool {
	s.t.Helper()
	return slices.ContainsFunc(s.waiting(sub), func(w webhook.Waiting) bool { return w.Event.ID == e.ID })
}

// fact is an event of a fleet's vehicle.
func fact(partner, fleet uuid.UUID) event.Event {
	return event.Event{ID: uuid.Must(uuid.NewV7()), Name: eventName, Partner: partner, Subject: uuid.New(), Fleet: fleet,
		FleetRef: fleet.String(), Kind: string(resource.KindVehicle), OccurredAt: at(1), Data: []byte(`{"a":1}`)}
}

// publish has events written with an operation.
func (s *stand) publish(events ...event.Event) {
	s.t.Helper()
	_, err := s.Accept(s.t.Context(), queued(uuid.New()), events)
	s.must(err)
}

// queued is an operation of a connection that was accepted at noon, on an order key of its own.
func queued(conn uuid.UUID) operation.Operation {
	id := uuid.Must(uuid.NewV7())
	return operation.Operation{ID: id, Partner: uuid.UUID{1}, Connection: conn, Fleet: uuid.UUID{3}, FleetRef: "f",
		TSP: "samsara", Kind: resource.KindMessage, Verb: resource.Create, OrderKey: id.String(),
		Payload: []byte(`{"a":1.50}`), State: operation.Queued, NextAt: noon(), Deadline: noon().Add(time.Hour),
		CreatedAt: noon(), UpdatedAt: noon()}
}

// syncOf is an operation that its handler sends.
func syncOf(conn uuid.UUID) operation.Operation {
	op := queued(conn)
	op.Sync, op.State, op.SentAt = true, operation.Sending, noon()
	return op
}

// accept stores an operation.
func (s *stand) accept(op operation.Operation) operation.Operation {
	s.t.Helper()
	_, err := s.Accept(s.t.Context(), op, nil)
	s.must(err)
	return s.read(op)
}

// read returns an operation as it is stored.
func (s *stand) read(op operation.Operation) operation.Operation {
	s.t.Helper()
	return got[operation.Operation](s)(s.Operation(s.t.Context(), op.Partner, op.Connection, op.ID))
}

// connected is an active connection of a fleet that is not stored.
func connected(fleet uuid.UUID) connection.Connection {
	return connection.Connection{ID: uuid.Must(uuid.NewV7()), Fleet: fleet, TSP: "samsara", Account: "a",
		Status: connection.Active, Description: "d", Settings: map[string]any{}, Sealed: []byte("sealed"), Version: 1,
		CreatedAt: noon(), UpdatedAt: noon()}
}

// connect stores a connection.
func (s *stand) connect(c connection.Connection) connection.Connection {
	s.t.Helper()
	s.must(s.InsertConnection(s.t.Context(), connection.Change{To: c}))
	return c
}

// change returns the next change of a connection to a status.
func change(c connection.Connection, to connection.Status) connection.Change {
	next := connection.Change{From: c, To: c}
	next.To.Status, next.To.UpdatedAt = to, c.UpdatedAt.Add(time.Microsecond)
	return next
}
