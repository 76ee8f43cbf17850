package operation_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// The request is wrong in every way; one thing after another is mended, and the next is told.
func TestTheFirstCheckThatFailsDecidesAndNothingIsStored(t *testing.T) {
	t.Parallel()
	d := open(t)
	unfit, good := fuel(van, `,"currency":"EUR"`), fuel(truck, "")
	r := operation.Request{Partner: partner, Kind: good.Kind, Verb: good.Verb, Body: []byte("[]"), Sync: true}
	d.conn.ID, d.conn.TSP, d.conn.Status, d.conn.Settings = uuid.UUID{}, "another", connection.Paused, nil
	d.grant.Partner, d.grant.Levels[r.Kind] = uuid.UUID{}, access.Read
	d.fails["Admit"] = &problem.Error{Code: problem.TooMany, Detail: "the limit is used up", RetryAfter: time.Minute}
	busy := uuid.UUID{77}
	d.fails["Accept"] = &operation.Busy{Operation: busy, Partner: partner}
	d.fails["Free"] = &operation.Busy{Until: d.Now().Add(time.Minute)}
	for _, step := range []struct {
		code problem.Code
		says string
		mend func()
	}{
		{problem.Invalid, "the body must be a JSON object", func() { r.Body = unfit.Body }},
		{problem.NotFound, "there is no connection " + link.String(), func() { d.conn.ID = link }},
		{problem.NotFound, "there is no connection " + link.String(), func() { d.grant.Partner = partner }},
		{problem.Forbidden, "has not granted you read_write for fuel_transaction",
			func() { d.grant.Levels[r.Kind] = access.ReadWrite }},
		{problem.Conflict, "the connection is paused", func() { d.conn.Status = connection.Active }},
		{problem.NotImplemented, "no adapter for another", func() { d.conn.TSP = "acme" }},
		{problem.NotImplemented, "on this connection: set card",
			func() { d.conn.Settings = tsp.Settings{"card": "7"} }},
		{problem.Invalid,
			"currency: cannot be written at Acme: it counts in dollars\nvehicle_id: must be one of the TSP's trucks",
			func() { r.Body = good.Body }},
		{problem.Conflict, "may take effect until", func() { delete(d.fails, "Free") }},
		{problem.TooMany, "the limit is used up", func() { delete(d.fails, "Admit") }},
		{problem.Conflict, busy.String(), func() { delete(d.fails, "Accept") }},
	} {
		p := d.refused(r)
		if !tells(p, step.code, step.says) {
			t.Errorf("instead of %d %s: %+v", step.code, step.says, p)
		}
		if accepts := slices.Contains(d.asked, "Accept"); accepts != (step.says == busy.String()) {
			t.Errorf("%d %s: asked %v", step.code, step.says, d.asked)
		}
		step.mend()
	}
	d.asked = nil
	d.submit(r)
	if asked := strings.Join(d.asked, " "); asked != "Connection Grant Record Record Free Admit Fenced Accept PerformNow" {
		t.Errorf("in the end it asked %s", asked)
	}
}

func TestAWriteIsRefusedWithItsReason(t *testing.T) {
	t.Parallel()
	const renamed = `"vehicle_name":"T"`
	for name, c := range map[string]struct {
		r    operation.Request
		with func(*desk)
		code problem.Code
		says string
	}{
		"the connection is deleted": {message(""), func(d *desk) { d.conn.Status = connection.Deleted },
			problem.NotFound, "there is no connection"},
		"it is stale": {message(""), func(d *desk) { d.conn.Status = connection.Stale },
			problem.Conflict, "is stale; it must be active"},
		"it is cancelled": {message(""), func(d *desk) { d.conn.Status = connection.Cancelled },
			problem.Conflict, "is cancelled"},
		"the grant is deleted": {message(""), func(d *desk) { d.grant.Status = access.GrantDeleted },
			problem.NotFound, "there is no connection"},
		"it is paused": {message(""), func(d *desk) { d.grant.Status = access.GrantPaused },
			problem.Forbidden, "share agreement with the fleet is paused"},
		"it is over": {message(""), func(d *desk) { d.grant.Expiration, d.grant.ReadAt = now(), now() },
			problem.Forbidden, "expired at 2026-03-04T13:00:00Z"},
		"it is of another kind": {message(""), func(d *desk) { delete(d.grant.Levels, resource.KindMessage) },
			problem.Forbidden, "read_write for message"},
		"the TSP lacks it for a reason": {create(resource.KindUser, `"username":"u"`), nil,
			problem.NotImplemented, "create of a user is not available at Acme: people come from payroll"},
		"the TSP just lacks it": {create(resource.KindDvirLog, `"driver_id":"`+driver.String()+`"`), nil,
			problem.NotImplemented, "create of a dvir log is not available at Acme"},
		"a required field is missing": {create(resource.KindMessage, `"sender_id":"`+sender.String()+`"`), nil,
			problem.Invalid, "recipient_id: "},
		"a member is unknown": {update(truck, `"colour":"red"`), nil, problem.Invalid, "colour: "},
		"there is no such target": {update(foreign, renamed), nil,
			problem.NotFound, "reaches no vehicle " + foreign.String()},
		"the target is a user": {update(driver, renamed), nil,
			problem.NotFound, "reaches no vehicle " + driver.String()},
		"the target was deleted": {update(wreck, renamed), nil, problem.NotFound, "was deleted at the TSP"},
		"nothing is updated":     {update(truck, ""), nil, problem.Invalid, "there is nothing to update"},
		"all is dropped": {update(truck, `"notes":"n"`), nil,
			problem.Invalid, "none of the given fields can be written at Acme"},
		"the kind has no such verb": {operation.Request{Kind: resource.KindMessage, Verb: resource.Update}, nil,
			problem.Internal, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			if c.with != nil {
				c.with(d)
			}
			if p := d.refused(c.r); !tells(p, c.code, c.says) {
				t.Errorf("%+v", p)
			}
		})
	}
}

func TestAPortThatFailsIsOurFaultAndStopsTheWrite(t *testing.T) {
	t.Parallel()
	lost := errors.New("the disk is gone")
	for _, port := range []string{"Keyed", "Connection", "Grant", "Record"} {
		for _, r := range []operation.Request{message(""), update(truck, `"vin":"V"`)} {
			d := open(t)
			d.fails[port] = lost
			r.Key = &operation.Key{Client: "c", Value: "k"}
			if p := d.refused(r); p.Code != problem.Internal || !errors.Is(p, lost) || p.Detail != "" {
				t.Errorf("%s, %s: %+v", port, r.Kind, p)
			}
			if d.asked[len(d.asked)-1] != port {
				t.Errorf("behind %s it asked %v", port, d.asked)
			}
		}
	}
}

func TestAStoreThatCannotTakeAWriteAsksForItAgain(t *testing.T) {
	t.Parallel()
	d := open(t)
	full := errors.New("the disk is full")
	d.fails["Accept"] = full
	for _, sync := range []bool{false, true} {
		r := message("")
		r.Sync = sync
		p := d.refused(r)
		if !tells(p, problem.Unavailable, "nothing was accepted, so send it again") || p.RetryAfter < time.Second ||
			!errors.Is(p, full) {
			t.Errorf("%+v", p)
		}
		if strings.Contains(p.Detail, full.Error()) {
			t.Errorf("the caller is told of our disk: %s", p.Detail)
		}
	}
}

func TestAWriteOfWhichNobodyKnowsWhetherItWasStoredIsNotToldAsRefused(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.fails["Accept"] = &fence.Uncertain{Err: errors.New("unexpected EOF")}
	for _, sync := range []bool{false, true} {
		r := message("")
		r.Sync = sync
		if p := d.refused(r); !tells(p, problem.Unavailable, "it may have been carried out") ||
			strings.Contains(p.Detail, "nothing was accepted") {
			t.Errorf("%+v", p)
		}
		// A lane performs the other if it is there.
		if forgone := len(d.forgone) == 1 && d.forgone[0].State == operation.Sending; forgone != sync {
			t.Errorf("sync %t: forgone %+v", sync, d.forgone)
		}
	}
}

func TestASyncWriteBehindAHoldIsToldUntilWhen(t *testing.T) {
	t.Parallel()
	d := open(t)
	r := fuel(truck, "")
	r.Sync = true
	d.fails["Accept"] = &operation.Busy{Until: d.Now().Add(20 * time.Second)}
	p := d.refused(r)
	if !tells(p, problem.Conflict, "had no answer and may take effect until") || p.RetryAfter != 20*time.Second {
		t.Errorf("%+v", p)
	}
}

func TestASyncWriteBehindAnotherPartnersIsNotToldWhich(t *testing.T) {
	t.Parallel()
	d := open(t)
	r := fuel(truck, "")
	r.Sync = true
	busy := uuid.UUID{77}
	d.fails["Accept"] = &operation.Busy{Operation: busy, Partner: uuid.UUID{99}}
	if p := d.refused(r); !tells(p, problem.Conflict, "another write on the same record is unfinished") || strings.Contains(p.Detail, busy.String()) {
		t.Errorf("%+v", p)
	}
}
