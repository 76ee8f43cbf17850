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

// makes lists an operation of the desk's partner that makes a record of a kind.
func (d *desk) makes(kind resource.Kind, state operation.State, change ...func(*operation.Operation)) uuid.UUID {
	op := operation.Operation{ID: uuid.Must(uuid.NewV7()), Seq: int64(len(d.listed) + 1), Partner: partner, Connection: link,
		Kind: kind, Verb: resource.Create, State: state}
	for _, c := range change {
		c(&op)
	}
	d.listed = append(d.listed, op)
	return op.ID
}

// made is the record that an operation has made.
func (d *desk) made(kind resource.Kind) (op, rec uuid.UUID) {
	rec = uuid.New()
	op = d.makes(kind, operation.Succeeded, func(op *operation.Operation) { op.Resource = rec })
	d.records[rec] = record.Record{Kind: kind, SourceID: "new-1", Collection: "trucks", MadeBy: op}
	return op, rec
}

// between is a request to write a message.
func between(from, to uuid.UUID, more string) operation.Request {
	return create(resource.KindMessage, fmt.Sprintf(`"sender_id":"%s","recipient_id":"%s"%s`, from, to, more))
}

func TestAnOperationStandsForTheRecordThatItMakes(t *testing.T) {
	t.Parallel()
	d := open(t)
	hire := d.makes(resource.KindUser, operation.Queued)
	op := d.submit(between(sender, hire, ""))
	if diff := cmp.Diff([]uuid.UUID{hire}, op.Awaits); diff != "" {
		t.Error(diff)
	}
	want := fmt.Sprintf(`"recipient_id":"%s","source_sender_id":"u-2","source_recipient_id":"%s"}`, hire, tsp.MadeBy(hire))
	if !strings.HasSuffix(string(op.Payload), want) {
		t.Errorf("it keeps %s", op.Payload)
	}
	again := d.submit(between(hire, sender, ""))
	if op.OrderKey == again.OrderKey || !strings.HasSuffix(op.OrderKey, hire.String()) {
		t.Errorf("chains %s and %s", op.OrderKey, again.OrderKey)
	}
	many := d.submit(group(driver, hire, sender))
	if diff := cmp.Diff([]uuid.UUID{hire}, many.Awaits); diff != "" || !strings.HasSuffix(string(many.Payload),
		fmt.Sprintf(`"source_recipient_ids":["u-1","%s","u-2"]}`, tsp.MadeBy(hire))) {
		t.Errorf("%s keeps %s", diff, many.Payload)
	}
	truckOp := d.makes(resource.KindVehicle, operation.Unknown)
	change := d.submit(update(truckOp, `"vin":"V"`))
	if diff := cmp.Diff([]uuid.UUID{truckOp}, change.Awaits); diff != "" || change.Resource != uuid.Nil || change.SourceID != "" ||
		change.OrderKey != "vehicle.update/"+truckOp.String() || change.Target() != tsp.MadeBy(truckOp) {
		t.Errorf("an update: %s %+v", diff, change)
	}
}

func TestAnOperationThatHasEndedIsTheRecordThatItHasMade(t *testing.T) {
	t.Parallel()
	d := open(t)
	hire, rec := d.made(resource.KindUser)
	op, own := d.submit(between(sender, hire, "")), d.submit(between(sender, rec, ""))
	if len(op.Awaits) > 0 || string(op.Payload) != string(own.Payload) || !strings.Contains(string(op.Payload), "new-1") {
		t.Errorf("%v: %s and %s", op.Awaits, op.Payload, own.Payload)
	}
	if op.OrderKey != own.OrderKey || !strings.HasSuffix(op.OrderKey, hire.String()) {
		t.Errorf("chains %s and %s", op.OrderKey, own.OrderKey)
	}
	truckOp, truckRec := d.made(resource.KindVehicle)
	for _, id := range []uuid.UUID{truckOp, truckRec} {
		change := d.submit(update(id, `"vin":"V"`))
		if change.Resource != truckRec || change.SourceID != "new-1" || change.OrderKey != "vehicle.update/"+truckOp.String() {
			t.Errorf("an update: %+v", change)
		}
	}
	now := between(sender, hire, "")
	now.Sync = true
	d.submit(now)
}

func TestAnOperationThatStandsForNoRecordIsRefusedWithItsPath(t *testing.T) {
	t.Parallel()
	d := open(t)
	retry := uuid.New()
	with := func(change func(*operation.Operation)) func(*operation.Operation) { return change }
	for name, c := range map[string]struct {
		id   uuid.UUID
		says string
	}{
		"of another partner": {d.makes(resource.KindUser, operation.Queued,
			with(func(op *operation.Operation) { op.Partner = foreign })), "no write of yours on it has it"},
		"over another connection": {d.makes(resource.KindUser, operation.Queued,
			with(func(op *operation.Operation) { op.Connection = foreign })), "no write of yours on it has it"},
		"of another kind": {d.makes(resource.KindVehicle, operation.Queued), "makes a vehicle"},
		"an update": {d.makes(resource.KindUser, operation.Queued,
			with(func(op *operation.Operation) { op.Verb = resource.Update })), "is no create"},
		"failed": {d.makes(resource.KindUser, operation.Failed), "has failed; retry it, and name the retry"},
		"cancelled": {d.makes(resource.KindUser, operation.Failed,
			with(func(op *operation.Operation) { op.Reason = operation.Cancelled })), "was cancelled; retry it"},
		"retried": {d.makes(resource.KindUser, operation.Failed,
			with(func(op *operation.Operation) { op.RetriedBy = retry })), "name operation " + retry.String()},
		"unknown": {d.makes(resource.KindUser, operation.Failed,
			with(func(op *operation.Operation) { op.CutAt = now() })), "POST .../resolve what you find; name it again"},
		"of a record that is not known": {d.makes(resource.KindUser, operation.Succeeded), "is not known; give the id of the user"},
	} {
		t.Run(name, func(t *testing.T) {
			for path, r := range map[string]operation.Request{"recipient_id": between(sender, c.id, ""),
				"recipient_ids[1]": group(driver, c.id)} {
				if p := d.refused(r); !tells(p, problem.Invalid, path+": ") || !tells(p, problem.Invalid, c.says) ||
					len(p.Details) != 1 || p.Details[0].Input != c.id.String() {
					t.Errorf("%+v", p)
				}
			}
		})
	}
	if p := d.refused(update(d.makes(resource.KindVehicle, operation.Failed), `"vin":"V"`)); !tells(p, problem.Conflict, "has failed") {
		t.Errorf("an update: %+v", p)
	}
	if p := d.refused(update(d.makes(resource.KindUser, operation.Queued), `"vin":"V"`)); p.Code != problem.NotFound {
		t.Errorf("an update of another kind: %+v", p)
	}
}

func TestTheSameRecordIsNamedOnceInAList(t *testing.T) {
	t.Parallel()
	d := open(t)
	hire, rec := d.made(resource.KindUser)
	p := d.refused(group(driver, hire, rec))
	if !tells(p, problem.Invalid, "recipient_ids[2]: stands for the record at recipient_ids[1]") || p.Details[0].Code != "repeated" {
		t.Errorf("%+v", p)
	}
}

func TestASyncWriteDoesNotWaitForWhatItNames(t *testing.T) {
	t.Parallel()
	d := open(t)
	r := between(sender, d.makes(resource.KindUser, operation.Queued), "")
	r.Sync = true
	if p := d.refused(r); !tells(p, problem.Conflict, "for whose record recipient_id stands, has not ended") {
		t.Errorf("%+v", p)
	}
	r = update(d.makes(resource.KindVehicle, operation.Queued), `"vin":"V"`)
	r.Sync = true
	if p := d.refused(r); !tells(p, problem.Conflict, "for whose record the id in its path stands") {
		t.Errorf("%+v", p)
	}
}

func TestAPreviewNamesWhatItWouldWaitFor(t *testing.T) {
	t.Parallel()
	d := open(t)
	hire := d.makes(resource.KindUser, operation.Queued)
	p := d.preview(between(sender, hire, ""))
	want := operation.Reference{Path: "recipient_id", Resource: resource.KindUser, ResourceID: hire, SourceID: tsp.MadeBy(hire)}
	if len(p.References) != 2 || p.References[1] != want || p.Behind == nil || *p.Behind.OperationID != hire {
		t.Errorf("%+v", p)
	}
}

func TestWhatIsAwaitedTellsWhetherAnOperationWaitsOrFails(t *testing.T) {
	t.Parallel()
	d := open(t)
	hire, group1 := d.makes(resource.KindUser, operation.Queued), d.makes(resource.KindUser, operation.Sending)
	op := d.submit(group(driver, hire, group1))
	on := func(change func(*operation.Operation)) operation.Standings {
		all := operation.Standings{}
		for _, o := range d.listed {
			if o.ID == group1 {
				change(&o)
			}
			all[o.ID] = o
		}
		return all
	}
	waits := on(func(*operation.Operation) {})
	if live := waits.Behind(op); len(live) != 2 || waits.Fails(op) != "" {
		t.Errorf("it waits for %v and fails since %q", live, waits.Fails(op))
	}
	for says, change := range map[string]func(*operation.Operation){
		"has failed":        func(o *operation.Operation) { o.State = operation.Failed },
		"was cancelled":     func(o *operation.Operation) { o.State, o.Reason = operation.Failed, operation.Cancelled },
		"has expired":       func(o *operation.Operation) { o.State, o.Reason = operation.Failed, operation.Expired },
		"is unknown":        func(o *operation.Operation) { o.State, o.CutAt = operation.Failed, now() },
		"made is not known": func(o *operation.Operation) { o.State = operation.Succeeded },
		"is not kept":       func(o *operation.Operation) { o.ID = uuid.New() },
	} {
		said := on(change).Fails(op)
		if !strings.HasPrefix(said, fmt.Sprintf("operation %s, for whose record recipient_ids[2] stands, ", group1)) ||
			!strings.Contains(said, says) {
			t.Errorf("%s: %q", says, said)
		}
	}
	rec := uuid.New()
	all := on(func(o *operation.Operation) {
		o.State, o.Resource, o.SourceID, o.Collection = operation.Succeeded, rec, "new-1", "office"
	})
	if live := all.Behind(op); len(live) != 1 || live[0].ID != hire || all.Fails(op) != "" {
		t.Errorf("it waits for %v and fails since %q", live, all.Fails(op))
	}
	first := all[hire]
	first.State, first.Resource, first.SourceID = operation.Succeeded, uuid.New(), "new-2"
	all[hire] = first
	named, unfit, err := op.Named(all, nil)
	want := fmt.Sprintf(`"recipient_ids":["%s","%s","%s"],"source_sender_id":"u-2","source_recipient_ids":["u-1","new-2","new-1"]}`,
		driver, first.Resource, rec)
	if err != nil || unfit != "" || len(named.Awaits) > 0 || !strings.HasSuffix(string(named.Payload), want) {
		t.Errorf("%q, %v, %v, %s", unfit, err, named.Awaits, named.Payload)
	}
	_, unfit, err = op.Named(all, tsp.Uses{"recipient_ids": tsp.Sent().Into("office")})
	if err != nil || !strings.HasPrefix(unfit, "recipient_ids[1] must be one of the TSP's office") {
		t.Errorf("in a collection that the TSP cannot take: %q, %v", unfit, err)
	}
}
