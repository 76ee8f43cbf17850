package storetest

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func past() []rule {
	return []rule{
		{"an operation that ended before a time goes with what was kept of it, and one that lives stays however old it is", pastOperationsGo},
		{"operations go in parts, between which others write", partsAreBounded},
		{"a record of an event goes that happened before a time and was last heard of before it, and nothing else", pastRecordsGo},
		{"all records of a deleted fleet go, in parts, and those of others stay", recordsOfDeletedGo},
		{"keys go by their age", oldKeysGo},
	}
}

// forgotten sweeps to the end along a table and returns in how many parts that went.
func (s *stand) forgotten(sweep func(context.Context, int64, time.Time) (int64, error), before time.Time) (parts int) {
	s.t.Helper()
	for behind, more := int64(0), true; more; more = behind > 0 {
		behind = got[int64](s)(sweep(s.t.Context(), behind, before))
		parts++
	}
	return parts
}

// ended settles an operation at a minute.
func (s *stand) ended(op operation.Operation, to operation.State, minute int) operation.Operation {
	s.t.Helper()
	set := settlement(op, to)
	set.Operation.UpdatedAt = at(minute)
	s.must(s.Settle(s.t.Context(), set))
	return s.read(op)
}

func pastOperationsGo(t *testing.T, s *stand) {
	lives := s.accept(queued(uuid.New()))
	retries := s.ended(s.accept(queued(uuid.New())), operation.Retry, 1)
	old, failed := s.ended(s.accept(queued(uuid.New())), operation.Succeeded, 4), s.ended(s.accept(queued(uuid.New())), operation.Failed, 1)
	s.must(s.MarkStep(t.Context(), failed.ID, tsp.Step{Key: "a"}))
	young := s.ended(s.accept(queued(uuid.New())), operation.Succeeded, 5)
	s.forgotten(s.SweepOperations, at(5))
	s = s.crashed()
	for _, op := range []operation.Operation{old, failed} {
		_, err := s.Operation(t.Context(), op.Partner, op.Connection, op.ID)
		fails(t, "one that ended", err, operation.ErrNotFound)
		is(t, "its attempts", len(got[[]operation.Attempt](s)(s.Attempts(t.Context(), op.ID))), 0)
	}
	is(t, "its steps", len(got[[]tsp.Step](s)(s.Steps(t.Context(), failed.ID))), 0)
	for _, op := range []operation.Operation{lives, retries, young} {
		same(t, "kept", s.read(op), op)
	}
}

func partsAreBounded(t *testing.T, s *stand) {
	for range 250 {
		s.ended(s.accept(queued(uuid.New())), operation.Failed, 1)
	}
	next := got[int64](s)(s.SweepOperations(t.Context(), 0, at(5)))
	left := s.accept(queued(uuid.New()))
	if next == 0 {
		t.Fatal("all went in one part, for which every other write waits")
	}
	if parts := s.forgotten(s.SweepOperations, at(5)); parts < 2 {
		t.Errorf("the rest went in %d parts", parts)
	}
	same(t, "kept", s.read(left), left)
}

func pastRecordsGo(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	occurs := noon()
	event := func(r record.Record, kind resource.Kind) record.Record {
		r.Kind, r.OccurredAt, r.Fleet, r.Connection = kind, occurs, c.Fleet, c.ID
		r = r.Identify()
		s.save(r)
		return r
	}
	gone := event(written(1, "1", `{"sender_id":"`+sender(1)+`"}`), resource.KindMessage)
	shown := []record.Record{event(imported(1, "2", `{}`), resource.KindMessage), event(imported(1, "7", `{}`), resource.KindFuelTransaction),
		event(imported(1, "8", `{}`), resource.KindDvirLog)}
	kept := []record.Record{event(imported(6, "5", `{}`), resource.KindMessage), event(written(1, "3", `{}`), resource.KindVehicle),
		event(written(6, "4", `{}`), resource.KindMessage)}
	// An import shows again what happened of late, and nothing new is stored of it.
	occurs = at(5)
	kept = append(kept, event(imported(1, "6", `{}`), resource.KindMessage))
	s.forgotten(s.SweepRecords, at(5))
	for _, r := range append(shown, gone) {
		_, err := s.RecordByID(t.Context(), r.ID)
		fails(t, "one that was written or shown", err, record.ErrNotFound)
	}
	is(t, "what its connection reaches", len(got[[]record.Record](s)(s.RecordsOf(t.Context(), gone.Connection, gone.Kind))), 3)
	for _, r := range kept {
		is(t, "kept", s.record(r.ID).ID, r.ID)
	}
	again := gone
	again.SeenAt, again.UpdatedAt = at(9), at(9)
	s.save(again)
	is(t, "written again", s.record(gone.ID).UpdatedAt, at(9))
}

func recordsOfDeletedGo(t *testing.T, s *stand) {
	saved := func(c connection.Connection, n int) (all []record.Record) {
		for i := range n {
			r := imported(1, strconv.Itoa(i), `{"sender_id":"`+sender(i)+`"}`)
			r.Fleet, r.Connection = c.Fleet, c.ID
			if i%2 == 0 {
				r.Kind, r.OccurredAt = resource.KindMessage, noon()
			}
			all = append(all, r.Identify())
		}
		s.save(all...)
		return all
	}
	c, other := s.connect(connected(s.fleet())), s.connect(connected(s.fleet()))
	gone, kept := saved(c, 150), saved(other, 3)
	sweep := func(minute int) int {
		return s.swept(func() (bool, error) { return s.SweepFleets(t.Context(), at(minute)) })
	}
	sweep(100)
	is(t, "while the fleet lives", s.record(gone[0].ID).ID, gone[0].ID)
	s.must(s.ChangeConnection(t.Context(), change(c, connection.Deleted)))
	s.must(s.DeleteFleet(t.Context(), c.Fleet, at(5)))
	sweep(5)
	is(t, "at first", s.record(gone[1].ID).ID, gone[1].ID)
	if parts := sweep(6); parts < 2 {
		t.Errorf("it went in %d parts", parts)
	}
	s = s.crashed()
	for _, r := range gone {
		_, err := s.RecordByID(t.Context(), r.ID)
		fails(t, "a record of the fleet", err, record.ErrNotFound)
	}
	is(t, "more", got[bool](s)(s.SweepFleets(t.Context(), at(100))), false)
	for _, r := range kept {
		is(t, "of another", s.record(r.ID).ID, r.ID)
	}
	// What is on its way when the fleet goes may be saved later.
	s.save(gone[0])
	sweep(100)
	_, err := s.RecordByID(t.Context(), gone[0].ID)
	fails(t, "one that came later", err, record.ErrNotFound)
}

func oldKeysGo(t *testing.T, s *stand) {
	op := queued(uuid.New())
	key := operation.Key{Client: "c", Value: "k", Fingerprint: []byte("f")}
	op.Key = &key
	op = s.accept(op)
	sweep := func(minute int) {
		s.swept(func() (bool, error) { return s.SweepKeys(t.Context(), at(minute)) })
	}
	sweep(0)
	is(t, "the holder", got[operation.Operation](s)(s.Keyed(t.Context(), op.Partner, key)).ID, op.ID)
	sweep(1)
	_, err := s.Keyed(t.Context(), op.Partner, key)
	fails(t, "a key past its time", err, operation.ErrNotFound)
}
