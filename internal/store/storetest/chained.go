package storetest

import (
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

func chaining() []rule {
	return []rule{
		{"an operation keeps what it awaits, and is left alone by whoever does not know of that", awaitsAreKept},
		{"how operations stand is told to whoever awaits them", namedAreTold},
		{"an operation is named once, as it was read and by whoever runs its lane", namedOnce},
		{"an operation that is named waits for the hold of its chain", namedBehindHold},
		{"a record keeps by which operation it was made", madeIsKept},
		{"a record that is written before its create has ended stays in the chain of its own id", ownChainIsKept},
	}
}

// awaiting is an operation of a connection that awaits others.
func awaiting(conn uuid.UUID, others ...operation.Operation) operation.Operation {
	op := queued(conn)
	for _, o := range others {
		op.Awaits = append(op.Awaits, o.ID)
	}
	return op
}

func awaitsAreKept(t *testing.T, s *stand) {
	first, second := s.accept(queued(uuid.New())), s.accept(queued(uuid.New()))
	op := s.accept(awaiting(first.Connection, second, first))
	same(t, "awaits", op.Awaits, []uuid.UUID{second.ID, first.ID})
	is(t, "its time", op.NextAt.After(op.CreatedAt), false)
	read := s.crashed().read(op)
	same(t, "after a crash", read, op)
	is(t, "in its lane", len(s.heads(op.Connection, fence.Query{Chains: 9, Depth: 9})), 2)
	is(t, "another awaits", len(s.read(first).Awaits), 0)
}

func namedAreTold(t *testing.T, s *stand) {
	is(t, "of none", len(got[[]operation.Operation](s)(s.Named(t.Context(), nil))), 0)
	waits, sync := s.accept(queued(uuid.New())), s.accept(syncOf(uuid.New()))
	done := settlement(s.accept(queued(uuid.New())), operation.Succeeded)
	done.Operation.Resource, done.Operation.SourceID, done.Operation.Collection = uuid.New(), "s-1", "things"
	s.must(s.Settle(t.Context(), done))
	stopped := settlement(s.accept(queued(uuid.New())), operation.Failed)
	stopped.Operation.Reason, stopped.Operation.CutAt = operation.Cancelled, at(3)
	s.must(s.Settle(t.Context(), stopped))
	retried := s.settle(s.accept(queued(uuid.New())), operation.Failed)
	retry := queued(retried.Connection)
	retry.RetryOf = retried.ID
	s.accept(retry)
	all := []operation.Operation{waits, sync, done.Operation, stopped.Operation, retried}
	found := map[uuid.UUID]operation.Operation{}
	ids := append(idsOf(all), uuid.New())
	for _, op := range got[[]operation.Operation](s)(s.crashed().Named(t.Context(), ids)) {
		found[op.ID] = op
	}
	is(t, "how many", len(found), len(all))
	for _, op := range all {
		want := s.read(op)
		same(t, "one of them", found[op.ID], operation.Operation{ID: want.ID, Seq: want.Seq, Partner: want.Partner,
			Connection: want.Connection, Kind: want.Kind, Verb: want.Verb, State: want.State, Sync: want.Sync, CutAt: want.CutAt,
			Resource: want.Resource, SourceID: want.SourceID, Collection: want.Collection, Reason: want.Reason,
			RetriedBy: want.RetriedBy})
	}
}

// named is an operation that awaits nothing any more.
func named(op operation.Operation) operation.Operation {
	op.Payload, op.Resource, op.SourceID, op.Collection = []byte(`{"a":2}`), uuid.New(), "s-1", "things"
	op.Awaits = nil
	return op
}

func namedOnce(t *testing.T, s *stand) {
	op := s.accept(awaiting(uuid.New(), queued(uuid.New())))
	next := named(op)
	as := got[operation.Operation](s)(s.Name(t.Context(), fence.Claim{}, next, at(2)))
	is(t, "its time", as.NextAt, at(2))
	read := s.crashed().read(op)
	same(t, "as it is stored", read, as)
	is(t, "its payload", string(read.Payload), `{"a":2}`)
	_, err := s.Name(t.Context(), fence.Claim{}, next, at(3))
	fails(t, "once more", err, fence.ErrOvertaken)
	s.begin(as, at(4))

	ended := s.accept(awaiting(uuid.New(), queued(uuid.New())))
	s.settle(ended, operation.Failed)
	_, err = s.Name(t.Context(), fence.Claim{}, named(ended), at(3))
	fails(t, "one that has ended", err, fence.ErrOvertaken)
	is(t, "it stays", string(s.read(ended).Payload), string(ended.Payload))

	lane := fence.Lane{Kind: fence.Connections, ID: op.Connection}
	later := s.accept(awaiting(op.Connection, queued(uuid.New())))
	taken := s.accept(awaiting(op.Connection, queued(uuid.New())))
	got[operation.Operation](s)(s.Name(t.Context(), fence.Claim{Lane: lane, Epoch: 2}, named(taken), at(3)))
	_, err = s.Name(t.Context(), fence.Claim{Lane: lane, Epoch: 1}, named(later), at(3))
	fails(t, "by whoever had the lane before", err, fence.ErrOvertaken)
}

func namedBehindHold(t *testing.T, s *stand) {
	cut := s.accept(queued(uuid.New()))
	end := settlement(cut, operation.Failed)
	end.Hold = &operation.Hold{Connection: cut.Connection, Chain: cut.OrderKey, Until: at(7)}
	s.must(s.Settle(t.Context(), end))
	op := awaiting(cut.Connection, queued(uuid.New()))
	op.OrderKey = cut.OrderKey
	op = s.accept(op)
	early := got[operation.Operation](s)(s.Name(t.Context(), fence.Claim{}, named(op), at(2)))
	is(t, "before it is over", early.NextAt, at(7))
	is(t, "as it is stored", s.read(op).NextAt, at(7))
	op = awaiting(cut.Connection, queued(uuid.New()))
	op.OrderKey = cut.OrderKey
	late := got[operation.Operation](s)(s.Name(t.Context(), fence.Claim{}, named(s.accept(op)), at(8)))
	is(t, "when it is over", late.NextAt, at(8))
}

func madeIsKept(t *testing.T, s *stand) {
	maker := uuid.Must(uuid.NewV7())
	save := func(r record.Record, by uuid.UUID) uuid.UUID {
		r.MadeBy = by
		s.save(r)
		return s.crashed().record(r.ID).MadeBy
	}
	is(t, "of one that is made", save(written(1, "1", `{}`), maker), maker)
	is(t, "after an import", save(imported(2, "1", `{"vin":"V"}`), uuid.Nil), maker)
	is(t, "after another create", save(written(3, "1", `{}`), uuid.New()), maker)
	is(t, "of one that was met", save(imported(1, "2", `{}`), uuid.Nil), uuid.Nil)
	is(t, "once its create has ended", save(written(2, "2", `{}`), maker), maker)
}

func ownChainIsKept(t *testing.T, s *stand) {
	conn := uuid.UUID{2}
	made := func(minute int, source string) uuid.UUID {
		op := queued(conn)
		op.Kind = resource.KindVehicle
		end := settlement(s.accept(op), operation.Succeeded)
		r := written(minute, source, `{}`)
		r.MadeBy, end.Record = op.ID, &r
		s.must(s.Settle(t.Context(), end))
		if by := s.record(r.ID).MadeBy; by != uuid.Nil {
			is(t, "by whom it was made", by, op.ID)
		}
		return s.record(r.ID).MadeBy
	}
	met := func(source string) operation.Operation {
		r := imported(1, source, `{}`)
		s.save(r)
		op := queued(conn)
		op.Kind, op.Verb, op.Resource, op.OrderKey = resource.KindVehicle, resource.Update, r.ID, operation.UpdateKey(r.Kind, r.ID)
		return s.accept(op)
	}
	waits := met("1")
	is(t, "while an update waits", made(2, "1"), uuid.Nil)
	s.settle(waits, operation.Succeeded)
	is(t, "once none waits", made(3, "1") == uuid.Nil, false)
	cut := settlement(met("2"), operation.Failed)
	cut.Hold = &operation.Hold{Connection: conn, Chain: cut.Operation.OrderKey, Until: at(4)}
	s.must(s.Settle(t.Context(), cut))
	is(t, "while its chain is held", made(3, "2"), uuid.Nil)
	is(t, "once it is not", made(5, "2") == uuid.Nil, false)
}
