package operation_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// images are what updates have changed.
type images map[uuid.UUID]record.Image

func (i images) Image(_ context.Context, id uuid.UUID) (record.Image, error) { return i[id], nil }

// renamed is an update that has given the truck another name, and a desk that knows of it.
func renamed(t *testing.T) (*desk, *operation.Operation) {
	t.Helper()
	d := open(t)
	op := operation.Operation{ID: uuid.UUID{78}, Partner: partner, Connection: link, Fleet: fleet, TSP: "acme", Kind: resource.KindVehicle,
		Verb: resource.Update, State: operation.Succeeded, Resource: truck, SourceID: "v-1", OrderKey: "vehicle.update/" + truck.String()}
	d.listed = []operation.Operation{op}
	d.Images = images{op.ID: {"vehicle_name": {Before: jsontext.Value(`"old"`), After: jsontext.Value(`"new"`)}}}
	r := d.records[truck]
	r.Fields, r.SeenAt, r.Hash = jsontext.Value(`{"vehicle_name":"new","vin":"v"}`), stored(), "h"
	d.records[truck] = r
	return d, &d.listed[0]
}

func (d *desk) reverted(key *operation.Key) (operation.Operation, error) {
	d.t.Helper()
	r, err := d.Reverted(d.t.Context(), link, uuid.UUID{78}, operation.Request{Partner: partner, Key: key})
	if err != nil {
		return operation.Operation{}, err
	}
	op, _, err := d.Submit(d.t.Context(), r)
	return op, err
}

func TestARevertWritesWhatTheUpdateHasChangedAsItWas(t *testing.T) {
	t.Parallel()
	d, old := renamed(t)
	op, err := d.reverted(nil)
	if err != nil {
		t.Fatal(err)
	}
	if op.RevertOf != old.ID || op.Resource != truck || op.Verb != resource.Update || op.Upon != (operation.Upon{WrittenAt: stored(), Hash: "h"}) {
		t.Errorf("%+v", op)
	}
	if diff := cmp.Diff(`{"connection_id":"`+link.String()+`","vehicle_name":"old"}`, string(op.Payload)); diff != "" {
		t.Errorf("it writes (-want +got):\n%s", diff)
	}
	if read := op.Read(); *read.RevertOf != old.ID || read.RevertedBy != nil {
		t.Errorf("it is told as %+v", read)
	}
}

func TestWhatCannotBeTakenBackIsNotReverted(t *testing.T) {
	t.Parallel()
	by := operation.Operation{ID: uuid.UUID{79}, Partner: partner, Connection: link, State: operation.Succeeded}
	change := func(of func(*operation.Operation)) func(*desk) { return func(d *desk) { of(&d.listed[0]) } }
	image := func(i record.Image) func(*desk) { return func(d *desk) { d.Images = images{uuid.UUID{78}: i} } }
	for says, c := range map[string]struct {
		change func(*desk)
		code   problem.Code
	}{
		"deletes nothing at TSPs":   {change(func(op *operation.Operation) { op.Verb = resource.Create }), problem.Conflict},
		"nothing to take back":      {change(func(op *operation.Operation) { op.State = operation.Failed }), problem.Conflict},
		"POST .../resolve what you": {change(func(op *operation.Operation) { op.State, op.CutAt = operation.Failed, now() }), problem.Conflict},
		"it is pending":             {change(func(op *operation.Operation) { op.State = operation.Retry }), problem.Conflict},
		"was reverted as operation " + by.ID.String(): {func(d *desk) {
			d.listed[0].RevertedBy = by.ID
			d.listed = append(d.listed, by)
		}, problem.Conflict},
		"what its record held before is not known of notes, vin": {image(record.Image{"notes": {}, "vin": {After: jsontext.Value(`"v"`)}}), problem.Conflict},
		"what its record held before is not known":               {image(nil), problem.Conflict},
		"is not known of oem": {func(d *desk) {
			image(record.Image{"oem": {Before: jsontext.Value(`null`), After: jsontext.Value(`"o"`)}})(d)
			r := d.records[truck]
			r.Fields = jsontext.Value(`{"oem":"o"}`)
			d.records[truck] = r
		}, problem.Conflict},
		"held before is not known of oem": {image(record.Image{"oem": {Before: jsontext.Value(`null`), After: jsontext.Value(`"o"`)}}), problem.Conflict},
		"it has changed nothing":          {image(record.Image{}), problem.Conflict},
		"has been changed since: vin": {image(record.Image{"vin": {Before: jsontext.Value(`"w"`), After: jsontext.Value(`"x"`)}}),
			problem.Conflict},
		"holds what it held before already: vehicle_name": {func(d *desk) {
			r := d.records[truck]
			r.Fields = jsontext.Value(`{"vehicle_name":"old"}`)
			d.records[truck] = r
		}, problem.Conflict},
		"not at the TSP any more": {func(d *desk) { d.listed[0].Resource = wreck }, problem.Conflict},
		"unfinished; wait for it": {func(d *desk) { d.fails["Free"] = &operation.Busy{Operation: uuid.UUID{80}} }, problem.Conflict},
		"does not let you read":   {func(d *desk) { d.grant.Levels[resource.KindVehicle] = "" }, problem.Forbidden},
		"not granted you read_wr": {func(d *desk) { d.grant.Levels[resource.KindVehicle] = access.Read }, problem.Forbidden},
		"notes: not sent to Acme": {func(d *desk) {
			image(record.Image{"notes": {Before: jsontext.Value(`"n"`), After: jsontext.Value(`null`)}})(d)
		}, problem.Invalid},
		"at the same time": {func(d *desk) { d.fails["Accept"] = operation.ErrReverted }, problem.Conflict},
	} {
		d, _ := renamed(t)
		c.change(d)
		if op, err := d.reverted(nil); err == nil || !tells(problem.Of(err), c.code, says) || len(d.accepted) > 0 {
			t.Errorf("%q: %v: %+v", says, err, op)
		}
	}
}

func TestWhoRevertsBesideOtherWritesOfTheRecordIsToldWhenToAskAgain(t *testing.T) {
	t.Parallel()
	d, _ := renamed(t)
	for until, after := range map[time.Time]time.Duration{{}: time.Second, now().Add(time.Minute): time.Minute} {
		d.fails["Free"] = &operation.Busy{Until: until}
		if _, err := d.reverted(nil); problem.Of(err).RetryAfter != after {
			t.Errorf("until %s: %v, after %s", until, err, problem.Of(err).RetryAfter)
		}
	}
}

// What was accepted before a hold began asks for it as what comes now does.
func TestOnlyAHoldThatLastsKeepsAnUpdateFromBeingReverted(t *testing.T) {
	t.Parallel()
	for _, sync := range []bool{false, true} {
		d, old := renamed(t)
		old.Sync, old.NextAt = sync, now().Add(-time.Hour)
		d.held = now().Add(-time.Minute)
		if _, err := d.reverted(nil); err != nil {
			t.Errorf("sync %t, behind a hold that is over: %v", sync, err)
		}
		d.held = now().Add(time.Minute)
		if _, err := d.reverted(nil); !tells(problem.Of(err), problem.Conflict, "may take effect until") || problem.Of(err).RetryAfter != time.Minute {
			t.Errorf("sync %t, during a hold: %v", sync, err)
		}
	}
}

func TestWhatWasRevertedInVainIsRevertedAgain(t *testing.T) {
	t.Parallel()
	d, old := renamed(t)
	by := operation.Operation{ID: uuid.UUID{79}, Partner: partner, Connection: link, State: operation.Failed}
	old.RevertedBy = by.ID
	d.listed = append(d.listed, by)
	if op, err := d.reverted(nil); err != nil || op.RevertOf != d.listed[0].ID {
		t.Errorf("%v: %+v", err, op)
	}
	d.listed[1].CutAt = time.Now()
	if _, err := d.reverted(nil); !tells(problem.Of(err), problem.Conflict, "was reverted as") {
		t.Errorf("with the outcome unknown: %v", err)
	}
}

func TestARevertThatHasFailedIsMadeAnewAndNotRetried(t *testing.T) {
	t.Parallel()
	d, old := renamed(t)
	by := operation.Operation{ID: uuid.UUID{79}, Partner: partner, Connection: link, State: operation.Failed, Kind: old.Kind,
		Verb: old.Verb, Resource: truck, RevertOf: old.ID}
	d.listed = append(d.listed, by)
	_, _, err := d.Retry(t.Context(), link, by.ID, operation.Request{Partner: partner})
	if !tells(problem.Of(err), problem.Conflict, "revert operation "+d.listed[0].ID.String()+" again") {
		t.Errorf("%v", err)
	}
}

func TestARevertWithAKnownKeyIsAnsweredWhateverBecameOfTheUpdate(t *testing.T) {
	t.Parallel()
	d, old := renamed(t)
	r, first := keyed(false, operation.Succeeded)
	d.keyed[known] = first
	old.RevertedBy = first.ID
	if op, err := d.reverted(r.Key); err != nil || op.ID != first.ID {
		t.Errorf("%v: %+v", err, op)
	}
	other := *r.Key
	other.Fingerprint = []byte("another")
	if _, err := d.reverted(&other); !tells(problem.Of(err), problem.Invalid, "was given before with another request") {
		t.Errorf("%v", err)
	}
	d.fails["Keyed"] = errors.New("the disk is gone")
	if _, err := d.reverted(r.Key); !errors.Is(err, d.fails["Keyed"]) {
		t.Errorf("%v", err)
	}
}
