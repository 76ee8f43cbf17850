package operation_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// desk is a service whose ports are in memory: one partner, one fleet, and one connection.
type desk struct {
	*operation.Service
	t       *testing.T
	conn    connection.Connection
	grant   access.Grant
	records map[uuid.UUID]record.Record
	// reaches is the connection that reaches the records.
	reaches uuid.UUID
	keyed   map[string]operation.Operation
	// fails holds what a port answers instead, by the name of its method.
	fails map[string]error
	// held is until when all chains are.
	held time.Time
	// before is done before a port answers.
	before func(port string)

	asked    []string
	wants    tsp.Capability
	accepted []operation.Operation
	forgone  []operation.Operation
	events   []event.Event
	ctx      map[string]context.Context
	filter   operation.Filter
	listed   []operation.Operation
	newer    newer
	looked   page.Position
	foreseen operation.Operation
}

var (
	partner = uuid.UUID{1}
	fleet   = uuid.UUID{2}
	link    = uuid.UUID{3}
	driver  = uuid.UUID{4}
	sender  = uuid.UUID{5}
	truck   = uuid.UUID{6}
	van     = uuid.UUID{7}
	wreck   = uuid.UUID{8}
	foreign = uuid.UUID{9}
)

func now() time.Time { return time.Date(2026, 3, 4, 12, 0, 0, 1234, time.FixedZone("west", -3600)) }

// stored is now as it is stored.
func stored() time.Time { return now().UTC().Truncate(time.Microsecond) }

const maxAge = 72 * time.Hour

// The rooms that the service asks. What they do not answer is not asked for.
type (
	links struct {
		connection.Store
		*desk
	}
	grants struct {
		access.Store
		*desk
	}
	shelf struct {
		record.Store
		*desk
	}
)

func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, keyed: map[string]operation.Operation{}, fails: map[string]error{},
		ctx:    map[string]context.Context{},
		before: func(string) {}, reaches: link,
		conn: connection.Connection{ID: link, Fleet: fleet, TSP: "acme", Status: connection.Active,
			Settings: tsp.Settings{"card": "7"}},
		grant: access.Grant{Partner: partner, Fleet: fleet, FleetRef: "fleet-1", Status: access.GrantActive,
			Levels: map[resource.Kind]string{}},
		records: map[uuid.UUID]record.Record{
			driver: {Kind: resource.KindUser, SourceID: "u-1", Collection: "drivers"},
			sender: {Kind: resource.KindUser, SourceID: "u-2", Collection: "office"},
			truck:  {Kind: resource.KindVehicle, SourceID: "v-1", Collection: "trucks"},
			van:    {Kind: resource.KindVehicle, SourceID: "v-2", Collection: "vans"},
			wreck:  {Kind: resource.KindVehicle, SourceID: "v-3", Collection: "trucks", DeletedAt: now()},
		}}
	for _, k := range resource.Kinds() {
		d.grant.Levels[k] = access.ReadWrite
	}
	registry, err := tsp.NewRegistry([]tsp.Adapter{acme{}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	d.Service = operation.New(operation.Config{Store: d, Newer: &d.newer, Chained: d, Access: grants{desk: d}, Connections: links{desk: d},
		Records: shelf{desk: d}, Registry: registry, Performer: d, Now: now, MaxAge: maxAge, Waiters: operation.NewWaiters(8)})
	return d
}

// acme is a TSP that is known by its spec alone.
type acme struct{ tsp.Adapter }

func (acme) Spec() tsp.Spec {
	of := func(k resource.Kind, v resource.Verb) tsp.Capability { return tsp.Capability{Kind: k, Verb: v} }
	return tsp.Spec{Name: "acme", DisplayName: "Acme", Settings: []tsp.Setting{{Key: "card", Type: tsp.TextSetting}},
		Imports: []tsp.ImportKind{{Kind: resource.KindVehicle}, {Kind: resource.KindMessage}},
		Reads:   []resource.Kind{resource.KindVehicle},
		Lacking: map[tsp.Capability]string{of(resource.KindUser, resource.Create): "people come from payroll"},
		Actions: tsp.Actions{
			of(resource.KindVehicle, resource.Create): {},
			of(resource.KindVehicle, resource.Update): {Uses: tsp.Uses{"notes": tsp.Dropped("it has no notes"),
				"status": tsp.Rejects("it knows no status"), "oem": tsp.Sent().With("card", "", tsp.Sent().NotRead("it keeps that"))}},
			of(resource.KindMessage, resource.Create): {Uses: tsp.Uses{"priority": tsp.Dropped("all are alike"),
				"reply_to_message_id": tsp.Dropped("it has no threads")}},
			of(resource.KindGroupMessage, resource.Create): {Uses: tsp.Uses{"recipient_ids": tsp.Sent()}},
			of(resource.KindFuelTransaction, resource.Create): {
				Needs: []tsp.Need{{Setting: "card", Reason: "set card to the fuel card's number"}},
				Uses: tsp.Uses{"currency": tsp.Rejects("it counts in dollars"),
					"vehicle_id": tsp.Sent().Into("trucks", "tractors").
						With("card", "none", tsp.Dropped("it buys for nobody").Into("trucks"))}},
		}}
}

// message is a request to write one, with more members behind those that it needs.
func message(more string) operation.Request {
	return create(resource.KindMessage, fmt.Sprintf(`"sender_id":"%s","recipient_id":"%s"%s`, sender, driver, more))
}

// fuel is a request to write a purchase for a vehicle.
func fuel(of uuid.UUID, more string) operation.Request {
	return create(resource.KindFuelTransaction, fmt.Sprintf(
		`"driver_id":"%s","vehicle_id":"%s","fuel_volume":10,"fuel_volume_unit":"LITER"%s`, driver, of, more))
}

// update is a request to change a vehicle.
func update(target uuid.UUID, members string) operation.Request {
	r := create(resource.KindVehicle, members)
	r.Verb, r.Target = resource.Update, target
	return r
}

func create(k resource.Kind, members string) operation.Request {
	body := fmt.Sprintf(`{"connection_id":"%s"`, link)
	if members != "" {
		body += "," + members
	}
	return operation.Request{Partner: partner, Kind: k, Verb: resource.Create, Body: []byte(body + "}")}
}

// refused submits a request that must fail with a problem, and must leave nothing behind.
func (d *desk) refused(r operation.Request) *problem.Error {
	d.t.Helper()
	d.asked = nil
	op, replayed, err := d.Submit(d.t.Context(), r)
	if err == nil {
		d.t.Fatalf("%s was accepted: %+v", r.Body, op)
	}
	if replayed || len(d.accepted)+len(d.events) > 0 || slices.Contains(d.asked, "PerformNow") {
		d.t.Errorf("%v, and yet: replayed %t, stored %+v with %+v, asked %v",
			err, replayed, d.accepted, d.events, d.asked)
	}
	return problem.Of(err)
}

// submit submits a request that must be accepted.
func (d *desk) submit(r operation.Request) operation.Operation {
	d.t.Helper()
	op, replayed, err := d.Submit(d.t.Context(), r)
	if err != nil || replayed {
		d.t.Fatalf("%s: replayed %t, %v", r.Body, replayed, err)
	}
	return op
}

// tells is whether a problem has a code and holds a text, in its detail or at a path.
func tells(p *problem.Error, code problem.Code, text string) bool {
	all := p.Detail
	for _, one := range p.Details {
		all += "\n" + one.Path + ": " + one.Message
	}
	return p.Code == code && strings.Contains(all, text)
}
