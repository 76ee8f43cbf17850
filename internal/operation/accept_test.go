package operation_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestAnAcceptedOperationHoldsAllThatItsPerformanceNeeds(t *testing.T) {
	t.Parallel()
	d := open(t)
	r := message(`, "message_text": "hi",  "priority":"high"`)
	r.Key = &operation.Key{Client: "c", Value: "k", Fingerprint: []byte("f")}
	op := d.submit(r)
	want := operation.Operation{Seq: 1, Partner: partner, Connection: link, Fleet: fleet, FleetRef: "fleet-1",
		TSP:  "acme",
		Kind: resource.KindMessage, Verb: resource.Create, State: operation.Queued, Key: r.Key,
		OrderKey: fmt.Sprintf("message.create/%s/%s/%s", partner, sender, driver),
		Payload: fmt.Appendf(nil, `{"connection_id":"%s","sender_id":"%s","recipient_id":"%s","message_text":"hi",`+
			`"priority":"high","source_sender_id":"u-2","source_recipient_id":"u-1"}`, link, sender, driver),
		Warnings: []tsp.Warning{{Path: "priority", Message: "not sent to Acme: all are alike", Dropped: true}},
		NextAt:   stored(), Deadline: stored().Add(maxAge), CreatedAt: stored(), UpdatedAt: stored()}
	if diff := cmp.Diff(want, op, cmpopts.IgnoreFields(operation.Operation{}, "ID")); diff != "" ||
		op.ID.Version() != 7 {
		t.Errorf("%s (-want +got):\n%s", op.ID, diff)
	}
	if diff := cmp.Diff([]operation.Operation{op}, d.accepted); diff != "" {
		t.Errorf("it is answered otherwise than it is stored (-answered +stored):\n%s", diff)
	}
	data, err := json.Marshal(op.Read())
	if err != nil {
		t.Fatal(err)
	}
	created := event.Event{Name: "resource_operation.created", Partner: partner, Subject: op.ID, Fleet: fleet,
		FleetRef: "fleet-1", Kind: "message", Own: true, OccurredAt: stored(), Data: data}
	if d.events[0].Data, err = d.events[0].Encoded(); err != nil {
		t.Fatal(err)
	}
	d.events[0].Tells = nil
	diff := cmp.Diff([]event.Event{created}, d.events, cmpopts.IgnoreFields(event.Event{}, "ID"))
	if diff != "" || d.events[0].ID.Version() != 7 {
		t.Errorf("the event is another (-want +got):\n%s", diff)
	}
	if slices.Contains(d.asked, "Admit") || slices.Contains(d.asked, "PerformNow") {
		t.Errorf("an async write was performed at once: asked %v", d.asked)
	}
}

func TestAnUpdateNamesItsTargetFromTheStart(t *testing.T) {
	t.Parallel()
	d := open(t)
	op := d.submit(update(truck, `"vin":"V"`))
	if op.Resource != truck || op.SourceID != "v-1" || op.Collection != "trucks" {
		t.Errorf("%+v", op)
	}
}

func TestWritesThatMustKeepTheirOrderShareAKeyBehindTheirStream(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, c := range []struct {
		r    operation.Request
		want string
	}{
		{update(truck, `"vin":"A"`), "vehicle.update/" + truck.String() + ""},
		{update(truck, `"vin":"B","notes":"n"`), "vehicle.update/" + truck.String() + ""},
		{update(van, `"vin":"A"`), "vehicle.update/" + van.String() + ""},
		{message(""), fmt.Sprintf("message.create/%s/%s/%s", partner, sender, driver)},
		{message(`,"message_text":"hi"`), fmt.Sprintf("message.create/%s/%s/%s", partner, sender, driver)},
		{create(resource.KindVehicle, `"vin":"A"`), "vehicle.create/OWN"},
		{create(resource.KindVehicle, `"vin":"A"`), "vehicle.create/OWN"},
		{fuel(truck, ""), "fuel_transaction.create/OWN"},
	} {
		op := d.submit(c.r)
		if want := strings.ReplaceAll(c.want, "OWN", op.ID.String()); op.OrderKey != want {
			t.Errorf("%s has the key %q, not %s", c.r.Body, op.OrderKey, want)
		}
	}
}

func TestASyncWriteIsSendingBeforeItIsPerformedAndRaisesNoEvent(t *testing.T) {
	t.Parallel()
	d := open(t)
	r := update(truck, `"vin":"V"`)
	r.Sync = true
	op := d.submit(r)
	if len(d.accepted) != 1 || len(d.events) != 0 {
		t.Fatalf("stored %+v with %+v", d.accepted, d.events)
	}
	kept := d.accepted[0]
	if !kept.Sync || kept.State != operation.Sending || !kept.SentAt.Equal(stored()) || kept.OrderKey == "" {
		t.Errorf("it is stored as %+v", kept)
	}
	if want := (tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Update}); d.wants != want {
		t.Errorf("the limits of %v were asked for", d.wants)
	}
	kept.State, kept.SourceID = operation.Succeeded, "new-1"
	if diff := cmp.Diff(kept, op); diff != "" {
		t.Errorf("it is not answered as it ended (-want +got):\n%s", diff)
	}
}

func TestAPerformanceThatFailsInsideIsTold(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.fails["PerformNow"] = errors.New("the lane is shut")
	r := message("")
	r.Sync = true
	if _, _, err := d.Submit(t.Context(), r); !errors.Is(err, d.fails["PerformNow"]) {
		t.Errorf("%v", err)
	}
}

// A caller who hangs up just before its write is stored must not leave one that nobody performs.
func TestACallersHangingUpDoesNotReachAnAcceptedWrite(t *testing.T) {
	t.Parallel()
	type name struct{}
	for _, sync := range []bool{false, true} {
		d := open(t)
		ctx, hangUp := context.WithCancel(context.WithValue(t.Context(), name{}, "trace"))
		d.before = func(port string) {
			if port == "Accept" {
				hangUp()
			}
		}
		r := message("")
		r.Sync = sync
		op, _, err := d.Submit(ctx, r)
		if err != nil || op.ID == uuid.Nil {
			t.Fatalf("%+v, %v", op, err)
		}
		if d.ctx["Connection"].Err() == nil {
			t.Error("what comes before is not the caller's to cancel")
		}
		for _, port := range []string{"Accept", "PerformNow"} {
			if got := d.ctx[port]; got != nil && (got.Err() != nil || got.Value(name{}) != "trace") {
				t.Errorf("sync %t: %s has %v", sync, port, got)
			}
		}
		if sync && d.ctx["PerformNow"].Value(fenceKey{}) == nil {
			t.Error("it is performed whatever has become of this process since it was accepted")
		}
		if performed := d.ctx["PerformNow"] != nil; performed != sync {
			t.Errorf("sync %t, performed %t", sync, performed)
		}
	}
}
