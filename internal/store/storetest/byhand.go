package storetest

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func byHand() []rule {
	return []rule{
		{"an unknown outcome is resolved whole, once, and audited", resolvedWhole},
		{"what has a known outcome, or moved on since, is not resolved", knownIsNotResolved},
		{"a create that was resolved as not applied can be retried, and one that was applied cannot", resolvedIsRetried},
		{"the record of another operation is not adopted", foreignIsNotAdopted},
		{"what an update has changed is kept with it, and nothing of others", imageIsKept},
		{"an update is reverted once, unless that has failed for certain", revertedOnce},
		{"an update is not reverted over what was written since, or is about to be", revertSeesOthers},
	}
}

// unknown is a create whose outcome is not known, as it is stored.
func (s *stand) unknown(conn uuid.UUID) operation.Operation {
	s.t.Helper()
	op := s.accept(queued(conn))
	set := settlement(op, operation.Failed)
	set.Operation.CutAt, set.Attempts[0].Class = at(3), tsp.Unknown
	s.must(s.Settle(s.t.Context(), set))
	return s.read(op)
}

// resolution is a settlement of an operation as applied or not.
func resolution(op operation.Operation, as operation.Effect) operation.Settlement {
	next, entry := op.Resolved(operation.Resolution{Outcome: as, SourceID: "7", Checked: as == operation.Applied, By: "client:x"}, at(9))
	return operation.Settlement{From: op.Tries, Operation: next, Attempts: []operation.Attempt{entry}}
}

func resolvedWhole(t *testing.T, s *stand) {
	partner, fleet := s.partner(), s.fleet()
	s.grant(granted(partner, fleet))
	sub, e := s.subscribe(subscribed(partner, eventName)), fact(partner, fleet)
	op := s.unknown(uuid.New())
	r := written(1, "7", `{"vehicle_name":"x"}`)
	r.MadeBy = op.ID
	set := resolution(op, operation.Applied)
	set.Record, set.Events = &r, []event.Event{e}
	set.Operation.Resource, set.Operation.SourceID, set.Operation.Collection = r.ID, r.SourceID, r.Collection
	set.Kept = op.KeptOf(set.Attempts, []tsp.Exchange{called("read")})
	ctx := audit.By(t.Context(), audit.Actor{Name: "client:x", Request: "r-1"})
	s.must(s.Resolve(ctx, set))
	fails(t, "once more", s.Resolve(ctx, set), fence.ErrOvertaken)
	s = s.crashed()
	same(t, "read", s.read(op), set.Operation)
	is(t, "its record's maker", s.record(r.ID).MadeBy, op.ID)
	is(t, "told", s.told(sub, e), true)
	is(t, "its calls", len(s.calls(op)), 1)
	logged := s.logged()
	last := logged[len(logged)-1]
	is(t, "audited", last.Object, "operation:"+op.ID.String())
	is(t, "by", last.Name+" "+last.Request, "client:x r-1")
	for _, name := range []string{"resolution", "state", "cut_at"} {
		is(t, name+" is named", slices.Contains(last.Changed, name), true)
	}
}

func knownIsNotResolved(t *testing.T, s *stand) {
	entries := len(s.logged())
	for what, op := range map[string]operation.Operation{
		"one that waits":                 s.accept(queued(uuid.New())),
		"one that has failed for good":   s.settle(s.accept(queued(uuid.New())), operation.Failed),
		"one that has succeeded":         s.settle(s.accept(queued(uuid.New())), operation.Succeeded),
		"one that is being found out":    s.settle(s.accept(queued(uuid.New())), operation.Unknown),
		"one that is not there":          queued(uuid.New()),
		"one that was read too long ago": func() operation.Operation { op := s.unknown(uuid.New()); op.Tries--; return op }(),
	} {
		fails(t, what, s.Resolve(t.Context(), resolution(op, operation.NotApplied)), fence.ErrOvertaken)
	}
	is(t, "entries of the audit log", len(s.logged()), entries)
}

func resolvedIsRetried(t *testing.T, s *stand) {
	for as, promised := range map[operation.Effect]error{operation.NotApplied: nil, operation.Applied: operation.ErrRetried} {
		op := s.unknown(uuid.New())
		s.must(s.Resolve(t.Context(), resolution(op, as)))
		again := queued(op.Connection)
		again.RetryOf = op.ID
		_, err := s.Accept(t.Context(), again, nil)
		fails(t, string(as), err, promised)
	}
}

func foreignIsNotAdopted(t *testing.T, s *stand) {
	first := written(1, "7", `{}`)
	made := settlement(s.accept(queued(uuid.New())), operation.Succeeded)
	first.MadeBy = made.Operation.ID
	made.Record = &first
	s.must(s.Settle(t.Context(), made))
	op := s.unknown(made.Operation.Connection)
	set, r := resolution(op, operation.Applied), first
	r.MadeBy = op.ID
	set.Record, set.Operation.Resource = &r, r.ID
	fails(t, "another's", s.Resolve(t.Context(), set), operation.ErrAdopted)
	is(t, "it is unknown still", s.read(op).IsUnknown(), true)
	is(t, "its maker", s.record(first.ID).MadeBy, made.Operation.ID)
	imported := written(2, "8", `{}`)
	got[[]uuid.UUID](s)(s.SaveRecords(t.Context(), []record.Record{imported}))
	set.Record, set.Operation.Resource = &imported, imported.ID
	waits := queued(op.Connection)
	waits.OrderKey = string(op.Kind) + ".update/" + imported.ID.String()
	waits = s.accept(waits)
	var busy *operation.Busy
	if err := s.Resolve(t.Context(), set); !errors.As(err, &busy) || busy.Operation != waits.ID {
		t.Errorf("about to be written: %v", err)
	}
	s.settle(waits, operation.Failed)
	s.must(s.Resolve(t.Context(), set))
	is(t, "nobody's before", s.record(imported.ID).MadeBy, op.ID)
	set = resolution(s.unknown(op.Connection), operation.Applied)
	set.Operation.Resource = imported.ID
	fails(t, "one that was adopted", s.Resolve(t.Context(), set), operation.ErrAdopted)
	other := written(3, "9", `{"vehicle_name":"x"}`)
	got[[]uuid.UUID](s)(s.SaveRecords(t.Context(), []record.Record{other}))
	op = s.unknown(uuid.New())
	set = resolution(op, operation.Applied)
	set.Operation.Resource = other.ID
	s.must(s.Resolve(t.Context(), set))
	is(t, "one of which nothing is stored", s.record(other.ID).MadeBy, op.ID)
	reached := got[record.Record](s)(s.Record(t.Context(), op.Connection, other.ID))
	is(t, "as its connection reaches it", string(reached.Fields), `{"vehicle_name":"x"}`)
}

// change is an update that has succeeded, and the record that it has left.
func (s *stand) change(source string) (operation.Operation, record.Record) {
	s.t.Helper()
	r := written(1, source, `{"vehicle_name":"x"}`)
	op := queued(r.Connection)
	op.Kind, op.Verb, op.Resource, op.OrderKey = resource.KindVehicle, resource.Update, r.ID, "vehicle.update/"+r.ID.String()
	set := settlement(s.accept(op), operation.Succeeded)
	set.Record, set.Image = &r, record.Image{"vehicle_name": {Before: jsontext.Value(`"` + sensitive + `"`), After: jsontext.Value(`"x"`)}}
	s.must(s.Settle(s.t.Context(), set))
	return s.read(op), s.record(r.ID)
}

// back is an operation that reverts another, whose record was read as it is.
func (s *stand) back(op operation.Operation) operation.Operation {
	s.t.Helper()
	next := queued(op.Connection)
	next.Kind, next.Verb, next.Resource, next.OrderKey, next.RevertOf = op.Kind, op.Verb, op.Resource, op.OrderKey, op.ID
	r := s.record(op.Resource)
	next.Upon = operation.Upon{WrittenAt: r.SeenAt, Hash: r.Hash}
	return next
}

func imageIsKept(t *testing.T, s *stand) {
	op, _ := s.change("7")
	s = s.crashed()
	image := got[record.Image](s)(s.Image(t.Context(), op.ID))
	is(t, "before", string(image["vehicle_name"].Before), `"`+sensitive+`"`)
	for what, id := range map[string]uuid.UUID{"another": s.accept(queued(uuid.New())).ID, "none": uuid.New()} {
		is(t, what, got[record.Image](s)(s.Image(t.Context(), id)) == nil, true)
	}
	if s.with.on {
		is(t, "it lies in the clear", bytes.Contains(s.engine.Raw(t), []byte(sensitive)), false)
	}
}

func revertedOnce(t *testing.T, s *stand) {
	op, _ := s.change("7")
	first := s.accept(s.back(op))
	is(t, "it reverts", s.crashed().read(first).RevertOf, op.ID)
	is(t, "reverted by", s.read(op).RevertedBy, first.ID)
	_, err := s.Accept(t.Context(), s.back(op), nil)
	fails(t, "while it waits", err, operation.ErrReverted)
	failed := settlement(first, operation.Failed)
	failed.Operation.CutAt = at(3)
	s.must(s.Settle(t.Context(), failed))
	_, err = s.Accept(t.Context(), s.back(op), nil)
	fails(t, "once it has failed unknown", err, operation.ErrReverted)
	s.must(s.Resolve(t.Context(), resolution(s.read(first), operation.NotApplied)))
	second := s.accept(s.back(op))
	is(t, "reverted by", s.read(op).RevertedBy, second.ID)
	s.settle(second, operation.Succeeded)
	_, err = s.Accept(t.Context(), s.back(op), nil)
	fails(t, "once it has succeeded", err, operation.ErrReverted)
	foreign := s.back(second)
	foreign.Partner = uuid.New()
	_, err = s.Accept(t.Context(), foreign, nil)
	fails(t, "another partner's", err, operation.ErrReverted)
}

func revertSeesOthers(t *testing.T, s *stand) {
	op, r := s.change("7")
	stale := s.back(op)
	stale.Upon.WrittenAt = stale.Upon.WrittenAt.Add(-time.Microsecond)
	_, err := s.Accept(t.Context(), stale, nil)
	fails(t, "written since", err, operation.ErrReverted)
	twin, was := s.back(op), r
	r.Fields = []byte(`{"vehicle_name":"y"}`)
	s.save(r.Identify())
	_, err = s.Accept(t.Context(), twin, nil)
	fails(t, "written at the same time", err, operation.ErrReverted)
	s.save(was)
	waits := queued(op.Connection)
	waits.Kind, waits.Verb, waits.Resource, waits.OrderKey = op.Kind, op.Verb, r.ID, op.OrderKey
	waits = s.accept(waits)
	_, err = s.Accept(t.Context(), s.back(op), nil)
	fails(t, "about to be written", err, operation.ErrReverted)
	s.settle(waits, operation.Failed)
	s.accept(s.back(op))
}
