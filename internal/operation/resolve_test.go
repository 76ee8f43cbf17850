package operation_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// group is a request to write a message to several users.
func group(to ...uuid.UUID) operation.Request {
	var ids []string
	for _, id := range to {
		ids = append(ids, fmt.Sprintf("%q", id))
	}
	return create(resource.KindGroupMessage, fmt.Sprintf(`"sender_id":"%s","recipient_ids":[%s]`, sender,
		strings.Join(ids, ",")))
}

func TestAReferenceThatDoesNotFitIsToldWithItsPath(t *testing.T) {
	t.Parallel()
	wrong := func(path string, id uuid.UUID, message string) problem.Detail {
		return problem.Detail{Path: path, Input: id.String(), Message: message, Code: "reference_not_found"}
	}
	const unknown = "the connection reaches no user with this id, and no write of yours on it has it"
	for name, c := range map[string]struct {
		r    operation.Request
		want []problem.Detail
	}{
		"unknown": {group(foreign), []problem.Detail{wrong("recipient_ids[0]", foreign, unknown)}},
		"some of a list": {group(driver, truck, sender, foreign), []problem.Detail{
			wrong("recipient_ids[1]", truck, "must be the id of a user, and this is a vehicle"),
			wrong("recipient_ids[3]", foreign, unknown)}},
		"deleted": {fuel(wreck, ""), []problem.Detail{wrong("vehicle_id", wreck,
			"this vehicle was deleted at the TSP")}},
		"of another kind": {fuel(driver, ""),
			[]problem.Detail{wrong("vehicle_id", driver, "must be the id of a vehicle, and this is a user")}},
		"in a collection that the TSP cannot take": {fuel(van, ""), []problem.Detail{
			wrong("vehicle_id", van, "must be one of the TSP's trucks or tractors, and this is one of its vans")}},
		"optional, and yet unknown": {fuel(truck, fmt.Sprintf(`,"co_driver_id":"%s"`, foreign)),
			[]problem.Detail{wrong("co_driver_id", foreign, unknown)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := open(t).refused(c.r)
			if diff := cmp.Diff(c.want, p.Details); diff != "" || p.Code != problem.Invalid {
				t.Errorf("%d (-want +got):\n%s", p.Code, diff)
			}
		})
	}
}

func TestReferencesThatDoNotFitAreCountedBeyondAHundred(t *testing.T) {
	t.Parallel()
	var strangers []uuid.UUID
	for i := range byte(150) {
		strangers = append(strangers, uuid.UUID{99, i})
	}
	p := open(t).refused(group(strangers...))
	if last := p.Details[len(p.Details)-1]; len(p.Details) != 101 || last.Message != "and 50 more problems" {
		t.Errorf("%d problems, and at last %+v", len(p.Details), last)
	}
}

func TestARecordThatOnlyAnotherConnectionReachesIsUnknown(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.reaches = uuid.UUID{33}
	p := d.refused(message(""))
	if len(p.Details) != 2 || !tells(p, problem.Invalid, "the connection reaches no user") {
		t.Errorf("%+v", p)
	}
	if p = d.refused(update(truck, `"vin":"V"`)); !tells(p, problem.NotFound, "the connection reaches no vehicle") {
		t.Errorf("%+v", p)
	}
}

func TestWhatStandsBehindReferencesIsKeptInTheirOrder(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, c := range []struct {
		r    operation.Request
		want string
	}{
		{group(driver, sender), `"source_sender_id":"u-2","source_recipient_ids":["u-1","u-2"]}`},
		{group(sender, driver), `"source_sender_id":"u-2","source_recipient_ids":["u-2","u-1"]}`},
		{fuel(truck, `,"co_driver_id":null`), `"source_driver_id":"u-1","source_vehicle_id":"v-1"}`},
		{create(resource.KindVehicle, `"vin":"V"`), `"vin":"V"}`},
	} {
		if op := d.submit(c.r); !strings.HasSuffix(string(op.Payload), ","+c.want) {
			t.Errorf("%s is kept as %s", c.r.Body, op.Payload)
		}
	}
}

func TestADroppedReferenceMustNameARecordOfItsKind(t *testing.T) {
	t.Parallel()
	earlier := uuid.UUID{40}
	for name, c := range map[string]struct {
		known   *record.Record
		refused string
	}{
		"it is known":          {&record.Record{Kind: resource.KindMessage, SourceID: "m-1"}, ""},
		"it is unknown":        {nil, "the connection reaches no message with this id"},
		"it is deleted":        {&record.Record{Kind: resource.KindMessage, SourceID: "m-1", DeletedAt: now()}, "this message was deleted at the TSP"},
		"it is something else": {&record.Record{Kind: resource.KindUser, SourceID: "m-1"}, "must be the id of a message, and this is a user"},
	} {
		d := open(t)
		if c.known != nil {
			d.records[earlier] = *c.known
		}
		r := message(fmt.Sprintf(`,"reply_to_message_id":"%s"`, earlier))
		if c.refused != "" {
			if p := d.refused(r); !tells(p, problem.Invalid, "reply_to_message_id: "+c.refused) {
				t.Errorf("%s: %v", name, p.Details)
			}
			continue
		}
		op := d.submit(r)
		if !strings.Contains(string(op.Payload), `"source_reply_to_message_id":"m-1"`) || len(op.Warnings) != 1 {
			t.Errorf("%s: %s with %v", name, op.Payload, op.Warnings)
		}
	}
}

func TestADroppedReferenceMayBeInAnyCollection(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.conn.Settings = tsp.Settings{"card": "none"}
	if op := d.submit(fuel(van, "")); len(op.Warnings) != 1 || op.Warnings[0].Path != "vehicle_id" {
		t.Errorf("warnings %v", op.Warnings)
	}
	d = open(t)
	d.conn.Settings = tsp.Settings{"card": "none"}
	if p := d.refused(fuel(foreign, "")); !tells(p, problem.Invalid, "vehicle_id: the connection reaches no vehicle") {
		t.Errorf("%v", p.Details)
	}
}

func TestAWriteToWhatIsDeactivatedIsWarnedOfAndGoesOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		off  uuid.UUID
		r    operation.Request
		path string
	}{
		"a message to a driver":        {driver, message(""), "recipient_id"},
		"a message to several":         {driver, group(sender, driver), "recipient_ids[1]"},
		"a purchase for a vehicle":     {truck, fuel(truck, ""), "vehicle_id"},
		"one whose field is not sent":  {van, fuel(van, ""), ""},
		"one who is active":            {foreign, message(""), ""},
		"an update of what is retired": {truck, update(truck, `"vin":"V"`), ""},
	} {
		d := open(t)
		if strings.Contains(name, "not sent") {
			d.conn.Settings = tsp.Settings{"card": "none"}
		}
		if rec, ok := d.records[c.off]; ok {
			rec.Fields = []byte(`{"is_active":false}`)
			d.records[c.off] = rec
		}
		var warned []string
		for _, w := range d.submit(c.r).Warnings {
			if strings.Contains(w.Message, "is deactivated at the TSP as far as is known") && !w.Dropped {
				warned = append(warned, w.Path)
			}
		}
		if strings.Join(warned, ",") != c.path {
			t.Errorf("%s is warned of at %q, want %q", name, warned, c.path)
		}
	}
}
