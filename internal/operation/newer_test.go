package operation_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// newer are the writes of a record since another.
type newer struct {
	waiting, written []operation.Operation
	newest           int64
	fails            error
	asked            []operation.Since
}

func (n *newer) NewestOperation(context.Context) (int64, error) { return n.newest, n.fails }

func (n *newer) NewerWaiting(_ context.Context, than operation.Since) ([]operation.Operation, error) {
	return n.waiting[:min(than.Most, len(n.waiting))], n.fails
}

func (n *newer) NewerWritten(_ context.Context, than operation.Since) ([]operation.Operation, error) {
	n.asked = append(n.asked, than)
	at := slices.IndexFunc(n.written, func(op operation.Operation) bool { return than.Before == 0 || op.Age() < than.Before })
	if at < 0 {
		return nil, n.fails
	}
	return n.written[at:][:min(than.Most, len(n.written)-at)], n.fails
}

// since is an update of the truck that came after the one that is retried.
func since(seq int64, state operation.State, members string) operation.Operation {
	return operation.Operation{ID: uuid.UUID{90, byte(seq)}, Seq: seq, Partner: partner, Connection: link, Kind: resource.KindVehicle,
		Verb: resource.Update, State: state, Payload: update(truck, members).Body}
}

// fallen is a desk with an update of the truck that has failed, of name and VIN.
func fallen(t *testing.T) (*desk, operation.Operation) {
	t.Helper()
	d := open(t)
	d.Cancels = &lone{}
	d.newer.newest = 40
	op := since(5, operation.Failed, `"vehicle_name":"old","vin":"V","notes":"n"`)
	op.Fleet, op.TSP, op.Resource, op.OrderKey = fleet, "acme", truck, "vehicle.update/"+truck.String()
	d.listed = []operation.Operation{op}
	return d, op
}

func TestAnOlderValueIsNotWrittenOverANewerOneUnseen(t *testing.T) {
	t.Parallel()
	unknown := since(9, operation.Failed, `"vehicle_name":"new"`)
	unknown.CutAt = now()
	foreign := since(9, operation.Succeeded, `"vehicle_name":"new"`)
	foreign.Partner = uuid.UUID{99}
	damaged := since(9, operation.Succeeded, "")
	damaged.Damaged = errors.New("no longer JSON")
	by := "operation " + uuid.UUID{90, 9}.String()
	for says, c := range map[string]struct {
		waiting, written []operation.Operation
		body             string
		fields           string
	}{
		by + " has written vehicle_name since":                                  {written: []operation.Operation{since(9, operation.Succeeded, `"vehicle_name":null`)}, fields: "vehicle_name"},
		by + ", which is pending, is to write vin since":                        {waiting: []operation.Operation{since(9, operation.Retry, `"vin":"W","oem":"o"`)}, fields: "vin"},
		by + ", whose outcome is unknown, may have written vehicle_name":        {written: []operation.Operation{unknown}, fields: "vehicle_name"},
		"a newer write of the same record has written vehicle_name":             {written: []operation.Operation{foreign}, fields: "vehicle_name"},
		by + " has written vehicle_name, vin since":                             {written: []operation.Operation{damaged}, fields: "vehicle_name, vin"},
		by + ", which is pending, is to write vehicle_name, vin":                {[]operation.Operation{since(9, operation.Queued, `"vin":"W"`)}, []operation.Operation{since(8, operation.Succeeded, `"vehicle_name":"new"`)}, "", "vehicle_name, vin"},
		"write older values over that; retry it with overwrite=true":            {written: []operation.Operation{since(9, operation.Succeeded, `"model_year":1,"oem":"p"`)}, body: `"oem":"o"`, fields: "oem"},
		by + " has written is_active since":                                     {written: []operation.Operation{since(9, operation.Succeeded, `"status":"s"`)}, body: `"is_active":true`, fields: "is_active"},
		"retry it with overwrite=true if the older values are meant, or with a": {written: []operation.Operation{since(9, operation.Succeeded, `"oem":"p"`)}, body: `"oem":"o","vin":"W"`, fields: "oem"},
	} {
		d, op := fallen(t)
		d.newer.waiting, d.newer.written = c.waiting, c.written
		r := operation.Request{Partner: partner}
		if c.body != "" {
			r.Body = update(truck, c.body).Body
		}
		_, _, err := d.Retry(t.Context(), link, op.ID, r)
		var o *operation.Overwrites
		if !tells(problem.Of(err), problem.Conflict, says) || !errors.As(err, &o) || strings.Join(o.Fields, ", ") != c.fields || len(d.accepted) > 0 {
			t.Errorf("%q: %v", says, err)
		}
		if request, err := d.Retried(t.Context(), link, op.ID, r); err != nil {
			t.Error(err)
		} else if _, _, err := d.Preview(t.Context(), request); !errors.As(err, &o) {
			t.Errorf("%q: a dry run is not refused: %v", says, err)
		}
		r.Overwrite = true
		made, _, err := d.Retry(t.Context(), link, op.ID, r)
		if err != nil || made.AsOf != 0 || made.Looked != 0 {
			t.Errorf("%q is not to be written over: %v: %+v", says, err, made)
		}
	}
}

func TestARetryThatWritesOverNothingIsMade(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		waiting, written []operation.Operation
		body             string
		age              int64
	}{
		"nothing came since":                   {age: 5},
		"what came since is of other fields":   {waiting: []operation.Operation{since(9, operation.Queued, `"oem":"o"`)}, age: 5},
		"both have what the TSP does not get":  {written: []operation.Operation{since(9, operation.Succeeded, `"notes":"m"`)}, age: 5},
		"its body leaves out what came since":  {written: []operation.Operation{since(9, operation.Succeeded, `"vehicle_name":"new"`)}, body: `"vin":"V"`},
		"its body gives what nobody has given": {written: []operation.Operation{since(9, operation.Succeeded, `"vin":"W"`)}, body: `"oem":"o"`},
	} {
		d, op := fallen(t)
		d.newer.waiting, d.newer.written = c.waiting, c.written
		r := operation.Request{Partner: partner}
		if c.body != "" {
			r.Body = update(truck, c.body).Body
		}
		made, _, err := d.Retry(t.Context(), link, op.ID, r)
		if err != nil || made.RetryOf != op.ID || made.AsOf != c.age || made.Looked != 40 {
			t.Errorf("%s: %v: %+v", says, err, made)
		}
		if q := d.newer.asked[0]; q.Age != 5 || q.Resource != truck || q.Connection != link || q.OrderKey != made.OrderKey {
			t.Errorf("%s: asked for %+v", says, q)
		}
	}
}

func TestARetryOfARetryIsAsOldAsWhatWasRetriedFirst(t *testing.T) {
	t.Parallel()
	d, _ := fallen(t)
	d.listed[0].AsOf = 3
	made, _, err := d.Retry(t.Context(), link, d.listed[0].ID, operation.Request{Partner: partner})
	if err != nil || made.Age() != 3 || d.newer.asked[0].Age != 3 {
		t.Errorf("%v: %+v", err, made)
	}
}

// Only so much is read of a record that is written all the time; what was not looked at is not known.
func TestARecordThatIsWrittenAllTheTimeIsLookedAtToABound(t *testing.T) {
	t.Parallel()
	for n, refused := range map[int64]bool{1: false, 250: false, 999: false, 1000: true, 5000: true} {
		d, op := fallen(t)
		for seq := n; seq > 0; seq-- {
			d.newer.written = append(d.newer.written, since(seq+10, operation.Succeeded, fmt.Sprintf(`"oem":"%d"`, seq)))
		}
		_, _, err := d.Retry(t.Context(), link, op.ID, operation.Request{Partner: partner})
		if refused != (err != nil) || refused && !tells(problem.Of(err), problem.Conflict, "does not know whether it would write older values over newer ones, of vehicle_name, vin;") {
			t.Errorf("after %d: %v", n, err)
		}
		if len(d.newer.asked) > 5 {
			t.Errorf("after %d it is asked %d times", n, len(d.newer.asked))
		}
	}
}

func TestWhatIsWrittenWhileARetryIsMadeIsLookedAt(t *testing.T) {
	t.Parallel()
	d, op := fallen(t)
	d.fails["Accept"] = operation.ErrPassed
	d.before = func(port string) {
		if port == "Accept" {
			d.newer.written = []operation.Operation{since(41, operation.Succeeded, `"vin":"W"`)}
		}
	}
	_, _, err := d.Retry(t.Context(), link, op.ID, operation.Request{Partner: partner})
	if !tells(problem.Of(err), problem.Conflict, "has written vin since") {
		t.Errorf("of the same field: %v", err)
	}
	d, op = fallen(t)
	d.before = func(port string) {
		delete(d.fails, "Accept")
		if port == "Accept" && d.newer.newest == 40 {
			d.newer.newest, d.fails["Accept"] = 41, operation.ErrPassed
		}
	}
	if made, _, err := d.Retry(t.Context(), link, op.ID, operation.Request{Partner: partner}); err != nil || made.Looked != 41 {
		t.Errorf("of others: %v: %+v", err, made)
	}
	d, op = fallen(t)
	d.fails["Accept"] = operation.ErrPassed
	if _, _, err := d.Retry(t.Context(), link, op.ID, operation.Request{Partner: partner}); problem.Of(err).Code != problem.Unavailable {
		t.Errorf("again and again: %v", err)
	}
	d.newer.fails = errors.New("the disk is gone")
	if _, _, err := d.Retry(t.Context(), link, op.ID, operation.Request{Partner: partner}); !errors.Is(err, d.newer.fails) {
		t.Errorf("without a store: %v", err)
	}
}
