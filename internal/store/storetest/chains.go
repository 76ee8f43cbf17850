package storetest

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func chains() []rule {
	return []rule{
		{"chains are read by their keys, the oldest items of each first", chainsInOrder},
		{"a lane is read alike, however much waits in it", chainsOfAnyLane},
		{"the chains of a partner are those in which it waits, with all that waits there", chainsOfShares},
		{"a chain whose items have ended is gone, and a stream with its last chain", chainsEnd},
		{"deliveries are read by their subjects, the oldest of each first", deliveriesByChain},
		{"an earlier claim can begin and settle nothing once a later one has written", earlierClaims},
		{"claims of one lane are nothing to another, nor to whoever works outside of lanes", claimsOfOthers},
	}
}

// heads reads chains of a connection.
func (s *stand) heads(conn uuid.UUID, q fence.Query) []operation.Operation {
	s.t.Helper()
	q.Lane = fence.Lane{Kind: fence.Connections, ID: conn}
	return got[[]operation.Operation](s)(s.Heads(s.t.Context(), q))
}

// chained is an operation of a chain that is not stored.
func chained(conn uuid.UUID, key string) operation.Operation {
	op := queued(conn)
	op.OrderKey = key
	return op
}

func chainsInOrder(t *testing.T, s *stand) {
	conn := uuid.New()
	for _, key := range []string{"u/b", "u/a", "m/x/1", "u/b", "u/b", "c/1", "u/a", "m/x/2", "uu/a"} {
		s.accept(chained(conn, key))
	}
	s.accept(chained(uuid.New(), "u/0"))
	first := s.heads(conn, fence.Query{Chains: 1, Depth: 1})[0].Seq - 5
	for _, c := range []struct {
		q    fence.Query
		want []string // the key and the place in the order of acceptance
	}{
		{fence.Query{Chains: 9, Depth: 2}, []string{"c/1#5", "m/x/1#2", "m/x/2#7", "u/a#1", "u/a#6", "u/b#0", "u/b#3", "uu/a#8"}},
		{fence.Query{Chains: 3, Depth: 1}, []string{"c/1#5", "m/x/1#2", "m/x/2#7"}},
		{fence.Query{Chains: 3, Depth: 1, After: "m/x/1"}, []string{"m/x/2#7", "u/a#1", "u/b#0"}},
		{fence.Query{Chains: 9, Depth: 1, Stream: fence.Stream{Name: "u"}}, []string{"u/a#1", "u/b#0"}},
		{fence.Query{Chains: 9, Depth: 9, Stream: fence.Stream{Name: "u"}, After: "u/a"}, []string{"u/b#0", "u/b#3", "u/b#4"}},
		{fence.Query{Chains: 9, Depth: 9, Stream: fence.Stream{Name: "u"}, After: "u/b"}, nil},
		{fence.Query{Chains: 9, Depth: 9, Stream: fence.Stream{Name: "m"}}, []string{"m/x/1#2", "m/x/2#7"}},
	} {
		var read []string
		for _, op := range s.heads(conn, c.q) {
			read = append(read, fmt.Sprintf("%s#%d", op.OrderKey, op.Seq-first))
		}
		same(t, fmt.Sprintf("%+v", c.q), read, c.want)
	}
	same(t, "streams", s.streams(conn), []string{"c", "m", "u", "uu"})
}

// chainsOfAnyLane lets a lane grow, with a chain for each fifth operation and one that grows without end.
func chainsOfAnyLane(t *testing.T, s *stand) {
	sub, _ := s.listening(0)
	fleet, conn := s.fleet(), uuid.New()
	s.grant(granted(sub.Partner, fleet))
	of := map[string][]string{}
	for n := range 80 {
		subject := uuid.UUID{byte(n%5*n%23 + 1)}
		op, e := chained(conn, "m/"+subject.String()), fact(sub.Partner, fleet)
		e.Subject = subject
		op, err := s.Accept(t.Context(), op, []event.Event{e})
		s.must(err)
		of[op.OrderKey] = append(of[op.OrderKey], op.ID.String()+e.ID.String())
		var want, ops, told []string
		for _, key := range slices.Sorted(maps.Keys(of)) {
			want = append(want, of[key][:min(4, len(of[key]))]...)
		}
		q := fence.Query{Chains: 64, Depth: 4}
		for _, op := range s.heads(conn, q) {
			ops = append(ops, op.ID.String())
		}
		q.Lane = s.laneOf(sub)
		for _, w := range got[[]webhook.Waiting](s)(s.Deliveries(t.Context(), q)) {
			told = append(told, w.Event.ID.String())
		}
		for i, one := range want {
			if i >= len(ops) || i >= len(told) || ops[i]+told[i] != one {
				t.Fatalf("of %d, the operation or the delivery at %d is not the one that was accepted", n+1, i)
			}
		}
		is(t, "operations", len(ops), len(want))
		is(t, "deliveries", len(told), len(want))
	}
}

// streams are the names of the streams of a connection.
func (s *stand) streams(conn uuid.UUID) (names []string) {
	s.t.Helper()
	for _, of := range got[[]fence.Stream](s)(s.Streams(s.t.Context(), conn)) {
		names = append(names, of.Name)
	}
	return slices.Compact(names)
}

func chainsOfShares(t *testing.T, s *stand) {
	conn, one, two, third := uuid.New(), uuid.UUID{1}, uuid.UUID{2}, uuid.UUID{3}
	for _, of := range []struct {
		partner uuid.UUID
		key     string
	}{{one, "u/a"}, {two, "u/b"}, {one, "u/c"}, {two, "u/c"}, {one, "m/1"}, {two, "m/2"}, {two, "uu/a"}} {
		op := chained(conn, of.key)
		op.Partner = of.partner
		s.accept(op)
	}
	other := chained(uuid.New(), "u/d")
	other.Partner = two
	s.accept(other)
	same(t, "streams", got[[]fence.Stream](s)(s.Streams(t.Context(), conn)), []fence.Stream{{Name: "m", Share: one.String()},
		{Name: "m", Share: two.String()}, {Name: "u", Share: one.String()}, {Name: "u", Share: two.String()}, {Name: "uu", Share: two.String()}})
	for of, want := range map[fence.Stream][]string{
		{Name: "u", Share: one.String()}: {"u/a 1", "u/c 1", "u/c 2"},
		{Name: "u", Share: two.String()}: {"u/b 2", "u/c 1", "u/c 2"},
		{Share: two.String()}:            {"m/2 2", "u/b 2", "u/c 1", "u/c 2", "uu/a 2"},
		{Name: "m", Share: one.String()}: {"m/1 1"},
		{Share: third.String()}:          nil,
	} {
		var read []string
		for _, op := range s.heads(conn, fence.Query{Chains: 9, Depth: 9, Stream: of}) {
			read = append(read, fmt.Sprintf("%s %d", op.OrderKey, op.Partner[0]))
		}
		same(t, fmt.Sprintf("%+v", of), read, want)
	}
}

func chainsEnd(t *testing.T, s *stand) {
	conn := uuid.New()
	for _, key := range []string{"c/1", "u/a", "u/b"} {
		if op := s.accept(chained(conn, key)); key != "u/b" {
			s.settle(op, operation.Succeeded)
		}
	}
	left := s.heads(conn, fence.Query{Chains: 9, Depth: 9})
	is(t, "chains", len(left), 1)
	is(t, "the chain", left[0].OrderKey, "u/b")
	same(t, "streams", s.streams(conn), []string{"u"})
	is(t, "streams of an empty lane", len(s.streams(uuid.New())), 0)
}

func deliveriesByChain(t *testing.T, s *stand) {
	partner, fleet := s.partner(), s.fleet()
	s.grant(granted(partner, fleet))
	sub := s.subscribe(subscribed(partner, eventName))
	for i, subject := range []byte{2, 1, 2, 3, 2} {
		e := fact(partner, fleet)
		e.Subject, e.Data = uuid.UUID{subject}, fmt.Appendf(nil, `{"n":%d}`, i)
		s.publish([]event.Event{e}...)
	}
	read := func(after string, chains, depth int) (all []string) {
		for _, w := range got[[]webhook.Waiting](s)(s.Deliveries(t.Context(),
			fence.Query{Lane: s.laneOf(sub), After: after, Chains: chains, Depth: depth})) {
			all = append(all, fmt.Sprintf("%d %s", w.Event.Subject[0], w.Event.Data))
		}
		return all
	}
	same(t, "two of each", read("", 9, 2), []string{`1 {"n":1}`, `2 {"n":0}`, `2 {"n":2}`, `3 {"n":3}`})
	same(t, "behind the first", read(uuid.UUID{1}.String(), 1, 1), []string{`2 {"n":0}`})
}

func earlierClaims(t *testing.T, s *stand) {
	conn := uuid.New()
	lane := fence.Lane{Kind: fence.Connections, ID: conn}
	early, late := fence.Claim{Lane: lane, Epoch: 4}, fence.Claim{Lane: lane, Epoch: 5}
	one, two := s.accept(queued(conn)), s.accept(queued(conn))
	s.must(s.MarkSending(t.Context(), early, one, at(1)))
	s.must(s.MarkSending(t.Context(), late, two, at(1)))
	set := settlement(s.read(one), operation.Succeeded)
	set.Claim = early
	fails(t, "settling", s.Settle(t.Context(), set), fence.ErrOvertaken)
	fails(t, "beginning", s.MarkSending(t.Context(), early, s.read(one), at(2)), fence.ErrOvertaken)
	is(t, "state", s.read(one).State, operation.Sending)
	set.Claim = late
	s.must(s.Settle(t.Context(), set))

	sub, all := s.listening(2)
	later := settled(sub, all[0], webhook.DeliveryDone)
	later.Claim = fence.Claim{Lane: s.laneOf(sub), Epoch: 2}
	s.must(s.SettleDelivery(t.Context(), later))
	earlier := settled(sub, all[1], webhook.DeliveryDone)
	earlier.Claim = fence.Claim{Lane: s.laneOf(sub), Epoch: 1}
	fails(t, "settling a delivery", s.SettleDelivery(t.Context(), earlier), fence.ErrOvertaken)

	was := s.schedule(conn, noon())
	imports := fence.Lane{Kind: fence.Imports, ID: conn}
	s.must(s.SettleImport(t.Context(), fence.Claim{Lane: imports, Epoch: 2}, ended(was, was)))
	fails(t, "settling an import", s.SettleImport(t.Context(), fence.Claim{Lane: imports, Epoch: 1}, ended(was, was)), fence.ErrOvertaken)
}

func claimsOfOthers(t *testing.T, s *stand) {
	conn, other := uuid.New(), uuid.New()
	one, two, sync := s.accept(queued(conn)), s.accept(queued(other)), s.accept(syncOf(conn))
	s.must(s.MarkSending(t.Context(), fence.Claim{Lane: fence.Lane{Kind: fence.Connections, ID: conn}, Epoch: 9}, one, at(1)))
	s.must(s.MarkSending(t.Context(), fence.Claim{Lane: fence.Lane{Kind: fence.Connections, ID: other}, Epoch: 1}, two, at(1)))
	s.settle(sync, operation.Succeeded)
}
