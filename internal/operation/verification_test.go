package operation_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestAWriteIsVerifiedWhereItOrItsConnectionAsksForIt(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for says, c := range map[string]struct {
		asks       *bool
		connection bool
		want       bool
	}{
		"nobody":                        {nil, false, false},
		"the write":                     {&yes, false, true},
		"the connection":                {nil, true, true},
		"the connection, not the write": {&no, true, false},
	} {
		d := open(t)
		d.conn.VerifyWrites = c.connection
		r := update(truck, `"vehicle_name":"T"`)
		r.Verify = c.asks
		op := d.submit(r)
		if op.Verify != c.want || len(op.Warnings) > 0 {
			t.Errorf("%s asks: %v, %v", says, op.Verify, op.Warnings)
		}
		told := op.Answer().Verification
		if (told != nil) != c.want || c.want && told.Status != operation.Unverified {
			t.Errorf("%s asks: it tells %+v", says, told)
		}
	}
}

func TestWhatCannotBeReadBackIsRefusedOrPassedOver(t *testing.T) {
	t.Parallel()
	d := open(t)
	yes := true
	r := message("")
	r.Verify = &yes
	if p := d.refused(r); !tells(p, problem.Invalid, "verify: a message cannot be read back at Acme: Acme shows messages in lists, and "+
		"none by itself; leave verify out. What can be verified there: vehicle") {
		t.Errorf("%+v", p)
	}
	d.conn.VerifyWrites = true
	op := d.submit(message(`,"priority":"high"`))
	want := []tsp.Warning{{Path: "verify", Message: "not read back, as the connection's verify_writes would have it: Acme shows " +
		"messages in lists, and none by itself"}, {Path: "priority", Message: "not sent to Acme: all are alike", Dropped: true}}
	if diff := cmp.Diff(want, op.Warnings); diff != "" || op.Verify {
		t.Error(diff)
	}
}

func TestAVerificationIsToldWithoutWhatWasKnownBefore(t *testing.T) {
	t.Parallel()
	op := operation.Operation{Verify: true, State: operation.Succeeded, Verification: operation.NewVerification(operation.Verified, "")}
	op.Verification.Before = map[string]jsontext.Value{"vehicle_name": jsontext.Value(`"T"`)}
	if told := op.Read().Verification; told == nil || told.Before != nil || op.Verification.Before == nil {
		t.Errorf("%+v", told)
	}
	if told := (operation.Operation{Verify: true, State: operation.Failed}).Read().Verification; told != nil {
		t.Errorf("of a write that failed it tells %+v", told)
	}
}

func TestOfAWriteThatWasResolvedByHandItIsSaidThatItWasNotReadBack(t *testing.T) {
	t.Parallel()
	op := unsure(resource.KindVehicle, resource.Create)
	op.Verify = true
	if v := op.Read().Verification; v != nil {
		t.Errorf("while it has failed: %+v", v)
	}
	for as, want := range map[operation.Effect]operation.VerificationStatus{operation.Applied: operation.Unverifiable, operation.NotApplied: ""} {
		done, _ := op.Resolved(operation.Resolution{Outcome: as}, now())
		v := done.Read().Verification
		if want == "" != (v == nil) || v != nil && (v.Status != want || !strings.Contains(v.Reason, "resolved by hand")) {
			t.Errorf("%s: %+v", as, v)
		}
	}
}

func TestASyncWriteRaisesEventsWhereItsConnectionOrItsClientHasItSo(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct{ connection, client bool }{"nobody": {}, "the connection": {true, false},
		"the client": {false, true}} {
		d := open(t)
		d.conn.SyncEvents = c.connection
		r := update(truck, `"vehicle_name":"T"`)
		r.Sync, r.Told = true, c.client
		d.submit(r)
		var names []string
		for _, e := range d.events {
			names = append(names, e.Name)
		}
		var want []string
		if c.connection || c.client {
			want = []string{event.OperationCreated}
		}
		if diff := cmp.Diff(want, names); diff != "" || d.accepted[0].Told != (want != nil) {
			t.Errorf("%s has it so: %s", says, diff)
		}
		end, err := d.accepted[0].To(operation.Failed, d.Now())
		if err != nil {
			t.Fatal(err)
		}
		told, err := end.Tells(d.Now())
		if len(told) != len(want) || err != nil || len(told) > 0 && told[0].Name != event.OperationFailed {
			t.Errorf("%s has it so: at its end it raises %v, %v", says, told, err)
		}
	}
}

func TestWritesOfARecordAreKnownByTheKeysOfItsUpdates(t *testing.T) {
	t.Parallel()
	d := open(t)
	op := d.submit(update(truck, `"vehicle_name":"T"`))
	made := operation.Operation{ID: uuid.New(), Kind: resource.KindVehicle, Verb: resource.Create, Resource: truck}
	if keys := op.UpdateKeys(); !slices.Equal(keys, []string{op.OrderKey}) {
		t.Errorf("%q are the keys of one with %q", keys, op.OrderKey)
	}
	if keys := made.UpdateKeys(); !slices.Contains(keys, op.OrderKey) || !slices.Contains(keys, "vehicle.update/"+made.ID.String()) {
		t.Errorf("%q", keys)
	}
}
