package storetest

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func operations() []rule {
	return []rule{
		{"an operation that is accepted survives a crash as it was given", operationIsKept},
		{"an operation is found by its partner and connection only", operationIsFound},
		{"many who submit at once are each stored, and one who fails harms nobody", manyAreAccepted},
		{"an operation wakes its connection unless its handler sends it", operationWakes},
		{"a sync operation gives way to an unfinished one on its order key, and leaves nothing", syncGivesWay},
		{"the events of an operation are written with it", eventsGoWithIt},
		{"a list of operations is newest first, with attempts, and narrowed by what is asked for", operationsAreListed},
	}
}

func operationIsKept(t *testing.T, s *stand) {
	op := queued(uuid.New())
	op.Verb, op.Resource, op.SourceID, op.Collection = resource.Update, uuid.New(), "s", "c"
	op.Warnings = []tsp.Warning{{Path: "p", Message: "m"}}
	_, err := s.Accept(t.Context(), op, nil)
	s.must(err)
	read := s.crashed().read(op)
	op.Seq = read.Seq
	same(t, "read", read, op)
}

func operationIsFound(t *testing.T, s *stand) {
	op := s.accept(queued(uuid.New()))
	for _, ids := range [][3]uuid.UUID{{uuid.New(), op.Connection, op.ID}, {op.Partner, uuid.New(), op.ID},
		{op.Partner, op.Connection, uuid.New()}} {
		if _, err := s.Operation(t.Context(), ids[0], ids[1], ids[2]); !errors.Is(err, operation.ErrNotFound) {
			t.Errorf("%v: %v", ids, err)
		}
	}
}

func manyAreAccepted(t *testing.T, s *stand) {
	conn := uuid.New()
	twice := queued(conn)
	var all sync.WaitGroup
	failed := make(chan error, 100)
	for i := range 100 {
		all.Go(func() {
			op := queued(conn)
			if i%10 == 0 {
				op = twice
			}
			if _, err := s.Accept(t.Context(), op, nil); err != nil {
				failed <- err
			}
		})
	}
	all.Wait()
	is(t, "failed", len(failed), 9)
	is(t, "stored", len(s.heads(conn, fence.Query{Chains: 1000, Depth: 1000})), 91)
}

func operationWakes(t *testing.T, s *stand) {
	conn := uuid.New()
	woken := s.wakes(func() { s.accept(queued(conn)) })
	same(t, "woken", woken, []fence.Lane{{Kind: fence.Connections, ID: conn}})
	is(t, "woken for a sync one", len(s.wakes(func() { s.accept(syncOf(uuid.New())) })), 0)
}

func syncGivesWay(t *testing.T, s *stand) {
	partner, fleet := s.partner(), s.fleet()
	s.grant(granted(partner, fleet))
	sub, e := s.subscribe(subscribed(partner, eventName)), fact(partner, fleet)
	first := s.accept(queued(uuid.New()))
	second := syncOf(first.Connection)
	second.OrderKey, second.Key = first.OrderKey, &operation.Key{Client: "c", Value: "v", Fingerprint: []byte{1}}
	var busy *operation.Busy
	if err := s.Free(t.Context(), second); !errors.As(err, &busy) || busy.Operation != first.ID || busy.Partner != first.Partner {
		t.Fatalf("asked before: %v", err)
	}
	if _, err := s.Accept(t.Context(), second, []event.Event{e}); !errors.As(err, &busy) || busy.Operation != first.ID || busy.Partner != first.Partner {
		t.Fatalf("beside an unfinished one: %v", err)
	}
	is(t, "told", s.told(sub, e), false)
	if _, err := s.Keyed(t.Context(), "c", "v"); !errors.Is(err, operation.ErrNotFound) {
		t.Errorf("its key is kept: %v", err)
	}
	elsewhere := second
	elsewhere.ID, elsewhere.Connection, elsewhere.Key = uuid.New(), uuid.New(), nil
	s.accept(elsewhere)
	s.settle(first, operation.Failed)
	s.must(s.Free(t.Context(), second))
	s.accept(second)
}

func eventsGoWithIt(t *testing.T, s *stand) {
	partner, fleet := s.partner(), s.fleet()
	s.grant(granted(partner, fleet))
	sub, e := s.subscribe(subscribed(partner, eventName)), fact(partner, fleet)
	s.publish(e)
	s = s.crashed()
	is(t, "told", s.told(sub, e), true)
}

func operationsAreListed(t *testing.T, s *stand) {
	partner, conn := uuid.New(), uuid.New()
	var ops []operation.Operation
	for minute := range 4 {
		op := queued(conn)
		op.Partner, op.CreatedAt, op.FleetRef = partner, at(minute/2), string(rune('a'+minute))
		op.Resource, op.SourceID = uuid.UUID{byte(minute + 1)}, resource.SourceID(op.FleetRef)
		ops = append(ops, s.accept(op))
	}
	s.settle(ops[0], operation.Succeeded)
	s.settle(ops[1], operation.Retry)
	s.accept(queued(conn))
	all := operation.Filter{Partner: partner, From: noon(), To: at(5), Window: page.Window{Limit: 10}}
	for says, c := range map[string]struct {
		narrow func(*operation.Filter)
		want   []int
	}{
		"all":          {func(*operation.Filter) {}, []int{3, 2, 1, 0}},
		"a time":       {func(f *operation.Filter) { f.To = at(1) }, []int{1, 0}},
		"from a time":  {func(f *operation.Filter) { f.From = at(1) }, []int{3, 2}},
		"pending":      {func(f *operation.Filter) { f.Status = "pending" }, []int{3, 2, 1}},
		"success":      {func(f *operation.Filter) { f.Status = "success" }, []int{0}},
		"failed":       {func(f *operation.Filter) { f.Status = "failed" }, nil},
		"references":   {func(f *operation.Filter) { f.FleetRefs = []string{"a", "c"} }, []int{2, 0}},
		"a resource":   {func(f *operation.Filter) { f.Resource = uuid.UUID{2} }, []int{1}},
		"a source id":  {func(f *operation.Filter) { f.SourceID = "d" }, []int{3}},
		"another kind": {func(f *operation.Filter) { f.Kind = resource.KindUser }, nil},
		"a page":       {func(f *operation.Filter) { f.Window.Limit = 3 }, []int{3, 2, 1}},
	} {
		f := all
		c.narrow(&f)
		var seen []int
		for _, op := range got[page.Found[operation.Operation]](s)(s.Operations(t.Context(), f)).Entries {
			seen = append(seen, int(op.FleetRef[0]-'a'))
			is(t, "attempts", len(op.Attempts), op.Tries)
		}
		same(t, says, seen, c.want)
	}
}
