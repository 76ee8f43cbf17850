package operation_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/wire"
)

// harmless are the ports that change nothing and charge nothing.
var harmless = []string{"Connection", "Grant", "Record", "Free", "Foresee", "Keyed", "Named"}

func (d *desk) preview(r operation.Request) operation.Preview {
	d.t.Helper()
	d.asked = nil
	_, p, err := d.Preview(d.t.Context(), r)
	if err != nil {
		d.t.Fatalf("%s: %v", r.Body, err)
	}
	for _, port := range d.asked {
		if !slices.Contains(harmless, port) {
			d.t.Errorf("a preview asks for %s", port)
		}
	}
	return p
}

func TestAPreviewTellsWhatTheChecksHaveFoundAndStoresNothing(t *testing.T) {
	t.Parallel()
	for _, sync := range []bool{false, true} {
		d := open(t)
		r := message(`,"message_text":"hello","priority":"high"`)
		r.Sync = sync
		p := d.preview(r)
		if diff := cmp.Diff([]string{"priority"}, p.Dropped); diff != "" || len(p.Requests) != 1 {
			t.Errorf("%+v\n%s", p, diff)
		}
		want := []operation.Reference{
			{Path: "sender_id", Resource: resource.KindUser, ResourceID: sender, SourceID: "u-2", Collection: "office"},
			{Path: "recipient_id", Resource: resource.KindUser, ResourceID: driver, SourceID: "u-1", Collection: "drivers"}}
		if diff := cmp.Diff(want, p.References); diff != "" {
			t.Error(diff)
		}
		if p.Settings.Text("card") != "7" || p.KnownBy != operation.KnownToAll || p.Behind != nil || p.ReplayOf != nil {
			t.Errorf("%+v", p)
		}
		if d.foreseen.Sync != sync || len(d.foreseen.Payload) == 0 {
			t.Errorf("what is foreseen is %+v", d.foreseen)
		}
	}
}

func TestAPreviewNamesTheRecordThatAnUpdateIsFor(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.preview(update(truck, `"vehicle_name":"Truck 12"`))
	want := []operation.Reference{{Path: "id", Resource: resource.KindVehicle, ResourceID: truck, SourceID: "v-1", Collection: "trucks"}}
	if diff := cmp.Diff(want, p.References); diff != "" {
		t.Error(diff)
	}
}

// What a write is refused for, its preview is refused for, word by word.
func TestAPreviewIsRefusedAsItsWriteIs(t *testing.T) {
	t.Parallel()
	strictly := message(`,"message_text":"hello","priority":"high"`)
	strictly.Strict = true
	reused := message(`,"message_text":"hello"`)
	reused.Key = &operation.Key{Client: "c", Value: "k", Fingerprint: []byte("another")}
	busy := update(truck, `"vehicle_name":"Truck 12"`)
	busy.Sync = true
	for name, one := range map[string]struct {
		r      operation.Request
		change func(*desk)
	}{
		"a body that is none":     {create(resource.KindVehicle, `"vehicle_name":7`), nil},
		"an unknown connection":   {message(`,"message_text":"hello"`), func(d *desk) { d.conn.ID = uuid.Max }},
		"a paused connection":     {message(`,"message_text":"hello"`), func(d *desk) { d.conn.Status = connection.Paused }},
		"no grant":                {message(`,"message_text":"hello"`), func(d *desk) { delete(d.grant.Levels, resource.KindMessage) }},
		"what the TSP cannot":     {create(resource.KindUser, `"username":"ada"`), nil},
		"an unknown reference":    {fuel(uuid.Max, ""), nil},
		"a rejected field":        {update(truck, `"status":"lost"`), nil},
		"nothing to update":       {update(truck, ""), nil},
		"a dropped field, strict": {strictly, nil},
		"a key of another write":  {reused, func(d *desk) { d.keyed["c/k"] = operation.Operation{Partner: partner, Key: &operation.Key{}} }},
		"a chain that is held, sync": {busy, func(d *desk) {
			d.fails["Free"] = &operation.Busy{Operation: van, Partner: partner}
		}},
		"a limit that is used up, sync": {busy, func(d *desk) {
			for _, port := range []string{"Admit", "Foresee"} {
				d.fails[port] = problem.New(problem.TooMany, "used up")
			}
		}},
	} {
		d := open(t)
		if one.change != nil {
			one.change(d)
		}
		want := d.refused(one.r)
		_, _, err := d.Preview(t.Context(), one.r)
		if err == nil {
			t.Errorf("%s: the preview is not refused", name)
			continue
		}
		if diff := cmp.Diff(want, problem.Of(err), cmp.Comparer(func(a, b error) bool { return errors.Is(a, b) || a.Error() == b.Error() })); diff != "" {
			t.Errorf("%s (-write +preview):\n%s", name, diff)
		}
	}
}

func TestStrictRefusesEachFieldThatWouldBeDroppedWithItsPath(t *testing.T) {
	t.Parallel()
	for _, sync := range []bool{false, true} {
		d := open(t)
		r := message(`,"message_text":"hello","priority":"high"`)
		r.Strict, r.Sync = true, sync
		p := d.refused(r)
		want := []problem.Detail{{Path: "priority", Input: "high", Code: resource.CodeDropped,
			Message: "not sent to Acme: all are alike; leave it out, or write without strict"}}
		if diff := cmp.Diff(want, p.Details); diff != "" || p.Code != problem.Invalid {
			t.Errorf("%v\n%s", p, diff)
		}
		r = message(`,"message_text":"hello"`)
		r.Strict, r.Sync = true, sync
		d.submit(r)
	}
}

func TestAPreviewTellsBehindWhomItsWriteWouldWait(t *testing.T) {
	t.Parallel()
	until := now().Add(time.Minute)
	for _, one := range []struct {
		busy  operation.Busy
		want  operation.PreviewBehind
		first time.Time
	}{
		{operation.Busy{Operation: van, Partner: partner}, operation.PreviewBehind{OperationID: &van}, now()},
		{operation.Busy{Operation: van, Partner: sender}, operation.PreviewBehind{}, now()},
		{operation.Busy{Until: until}, operation.PreviewBehind{Until: (*wire.Time)(&until)}, until},
	} {
		d := open(t)
		d.fails["Free"] = &one.busy
		p := d.preview(update(truck, `"vehicle_name":"Truck 12"`))
		if p.Behind == nil || !cmp.Equal(p.Behind.OperationID, one.want.OperationID) || (p.Behind.Until == nil) != (one.want.Until == nil) ||
			!time.Time(p.EarliestAt).Equal(one.first) {
			t.Errorf("%+v: %+v from %v on", one.busy, p.Behind, time.Time(p.EarliestAt))
		}
	}
}

func TestAPreviewWithAKeyThatWasUsedTellsWhatItWouldBeAnsweredWith(t *testing.T) {
	t.Parallel()
	d := open(t)
	r := message(`,"message_text":"hello"`)
	r.Key = &operation.Key{Client: "c", Value: "k", Fingerprint: []byte("same")}
	d.keyed["c/k"] = operation.Operation{ID: van, Partner: partner, Key: r.Key}
	if p := d.preview(r); p.ReplayOf == nil || *p.ReplayOf != van || len(p.Requests) > 0 {
		t.Errorf("%+v", p)
	}
}

func TestOfReplicasAPreviewSaysThatItKnowsItsOwnLimitsAlone(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Replica = uuid.Max
	if p := d.preview(message(`,"message_text":"hello"`)); p.KnownBy != operation.KnownHere {
		t.Errorf("%+v", p)
	}
}

func TestTheAnswerToAPreviewHasNothingThatOnlyAnOperationHas(t *testing.T) {
	t.Parallel()
	d := open(t)
	op, p, err := d.Preview(t.Context(), message(`,"message_text":"hello"`))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(op.Previewed(p))
	var members map[string]any
	if err != nil || json.Unmarshal(text, &members) != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"id", "created_at", "updated_at", "status"} {
		if _, there := members[name]; there {
			t.Errorf("it has %s", name)
		}
	}
	if strings.Contains(string(text), op.ID.String()) {
		t.Errorf("%s", text)
	}
}
