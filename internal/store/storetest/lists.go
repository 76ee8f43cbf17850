package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// owners are whose records a list is drawn from: nobody else's, so that one store serves many lists.
type owners struct{ fleets, connections []uuid.UUID }

func newOwners() owners {
	return owners{[]uuid.UUID{uuid.New(), uuid.New(), uuid.New()}, []uuid.UUID{uuid.New(), uuid.New()}}
}

// record makes a record whose times and references are drawn from few values, so that many are
// equal.
func (of owners) record(t *rapid.T, n int, kind resource.Kind) record.Record {
	minute := func(name string) time.Time {
		return noon().Add(time.Duration(rapid.IntRange(0, 5).Draw(t, name)) * time.Minute)
	}
	r := record.Record{Kind: kind, Fleet: of.fleets[rapid.IntRange(0, 2).Draw(t, "fleet")], TSP: "samsara", Account: "a",
		Collection: fmt.Sprint("c", n), SourceID: resource.SourceID(strconv.Itoa(rapid.IntRange(1, 4).Draw(t, "source"))),
		Connection: of.connections[rapid.IntRange(0, 1).Draw(t, "connection")],
		Source:     []byte("{}"), SeenAt: minute("seen")}
	drives := rapid.SampledFrom([]string{"true", "false", "null"}).Draw(t, "driver")
	r.Fields = fmt.Appendf(nil, `{"is_driver":%v,"sender_id":"%s"}`, drives,
		sender(rapid.IntRange(1, 3).Draw(t, "sender")))
	if rapid.Bool().Draw(t, "occurred") {
		r.OccurredAt = minute("occurred at")
	}
	return r.Identify()
}

func sender(n int) string { return fmt.Sprintf("0b7c1f9e-5f7c-4d0e-9a51-6a8c0b4a1f%02d", n) }

// query draws a query without a page.
func (of owners) query(t *rapid.T, kind resource.Kind) record.Query {
	q := record.Query{Kind: kind, Fleets: of.fleets[:2], Sort: rapid.SampledFrom(record.Sorts()).Draw(t, "sort"),
		Descending: rapid.Bool().Draw(t, "descending"), Deleted: rapid.Bool().Draw(t, "with deleted")}
	if rapid.Bool().Draw(t, "by connection") {
		q.Connection = of.connections[0]
	}
	if rapid.Bool().Draw(t, "by source id") {
		q.SourceIDs = []resource.SourceID{"1", "2"}
	}
	if kind == resource.KindUser && rapid.Bool().Draw(t, "by driver") {
		drives := rapid.Bool().Draw(t, "drivers")
		q.Driver = &drives
	}
	if kind == resource.KindMessage {
		q.From, q.To = noon().Add(time.Minute), noon().Add(4*time.Minute)
		if rapid.Bool().Draw(t, "by sender") {
			q.References = []record.Reference{{Member: "sender_id", Values: []string{sender(1), sender(2)}}}
		}
	}
	return q
}

// expected applies a query to records the slow way.
func expected(q record.Query, all []record.Record, deleted map[uuid.UUID]bool) []uuid.UUID {
	var kept []record.Record
	for _, r := range all {
		drives, known := r.Drives()
		refs, _ := r.References()
		switch {
		case !slices.Contains(q.Fleets, r.Fleet), deleted[r.ID] && !q.Deleted:
		case q.Connection != uuid.Nil && r.Connection != q.Connection:
		case q.SourceIDs != nil && !slices.Contains(q.SourceIDs, r.SourceID):
		case q.Driver != nil && (!known || drives != *q.Driver):
		case !q.From.IsZero() && (r.SortTime().Before(q.From) || !r.SortTime().Before(q.To)):
		case q.References != nil && !slices.Contains(q.References[0].Values, refs["sender_id"]):
		default:
			kept = append(kept, r)
		}
	}
	slices.SortFunc(kept, func(a, b record.Record) int {
		pa, pb := a.PositionBy(q.Sort), b.PositionBy(q.Sort)
		c := cmp.Or(pa.At.Compare(pb.At), cmp.Compare(pa.Text, pb.Text), cmp.Compare(pa.Seq, pb.Seq))
		if q.Descending {
			return -c
		}
		return c
	})
	var ids []uuid.UUID
	for _, r := range kept {
		ids = append(ids, r.ID)
	}
	return ids
}

func lists() []rule {
	return []rule{
		{"paging shows each record once, whatever is added meanwhile", pagingIsComplete},
		{"a written log is found by its references after they change", logByReference},
		{"a page holds what its records were made from only if it is asked for", sourceOnRequest},
	}
}

func pagingIsComplete(t *testing.T, s *stand) {
	rapid.Check(t, s.paging)
}

func logByReference(t *testing.T, s *stand) {
	r := written(1, "1", `{"driver_id":"`+sender(1)+`"}`)
	r.Kind, r.OccurredAt = resource.KindDvirLog, noon()
	s.save(r)
	r.Fields, r.SeenAt, r.OccurredAt = []byte(`{"driver_id":"`+sender(2)+`"}`), r.SeenAt.Add(time.Minute), at(60)
	s.save(r)
	for n, want := range map[int]int{1: 0, 2: 1} {
		q := record.Query{Kind: resource.KindDvirLog, Fleets: []uuid.UUID{{3}}, Sort: record.ByOccurred, Window: page.Window{Limit: 10},
			References: []record.Reference{{Member: "driver_id", Values: []string{sender(n)}}}}
		is(t, "records", len(got[page.Found[record.Record]](s)(s.RecordPage(t.Context(), q)).Entries), want)
		is(t, "counted", got[int](s)(s.CountRecords(t.Context(), q)), want)
	}
}

func sourceOnRequest(t *testing.T, s *stand) {
	s.save(imported(1, "1", `{"vehicle_name":"x"}`))
	q := record.Query{Kind: resource.KindVehicle, Fleets: []uuid.UUID{{3}}, Window: page.Window{Limit: 1}}
	is(t, "without", string(got[page.Found[record.Record]](s)(s.RecordPage(t.Context(), q)).Entries[0].Source), "{}")
	q.WithSource = true
	is(t, "with", string(got[page.Found[record.Record]](s)(s.RecordPage(t.Context(), q)).Entries[0].Source), `{"id":1}`)
}

// paging draws records and a query and walks through its pages while more are added.
func (s *stand) paging(rt *rapid.T) {
	of, ctx := newOwners(), s.t.Context()
	kind := rapid.SampledFrom([]resource.Kind{resource.KindUser, resource.KindMessage}).Draw(rt, "kind")
	n, deleted := 0, map[uuid.UUID]bool{}
	must := func(err error) {
		if err != nil {
			rt.Fatal(err)
		}
	}
	add := func(label string, most int) (added []record.Record) {
		for range rapid.IntRange(0, most).Draw(rt, label) {
			n++
			r := of.record(rt, n, kind)
			_, err := s.SaveRecords(ctx, []record.Record{r})
			must(err)
			if rapid.IntRange(0, 4).Draw(rt, "deleted") == 0 {
				deleted[r.ID] = true
				must(s.LoseRecords(ctx, record.Loss{Connection: r.Connection, Records: []uuid.UUID{r.ID},
					Before: at(60), At: r.SeenAt}))
			}
			kept, err := s.RecordByID(ctx, r.ID)
			must(err)
			added = append(added, kept)
		}
		return added
	}
	old := add("old", 30)
	q := of.query(rt, kind)
	want := expected(q, old, deleted)
	count, err := s.CountRecords(ctx, q)
	must(err)
	if count != len(want) {
		rt.Fatalf("counted %d, want %d", count, len(want))
	}
	there := walk(rt, func(q record.Query) []record.Record {
		found, err := s.RecordPage(ctx, q)
		must(err)
		return found.Entries
	}, q, func() { add("new", 3) })
	if got := only(there, old); !slices.Equal(got, want) {
		rt.Fatalf("forwards %v, want %v", got, want)
	}
}

// walk pages to the end and back and returns what it met on the way there; what it meets on
// the way back must be the same.
func walk(rt *rapid.T, step func(record.Query) []record.Record, q record.Query, between func()) []uuid.UUID {
	var there, back []uuid.UUID
	var last []record.Record
	for {
		q.Window.Limit = rapid.IntRange(1, 7).Draw(rt, "size")
		shown := step(q)
		if len(shown) == 0 {
			break
		}
		for _, r := range shown {
			there = append(there, r.ID)
		}
		last = shown
		short := len(shown) < q.Window.Limit
		q.Window.Place = shown[len(shown)-1].PositionBy(q.Sort)
		if short && len(step(q)) > 0 {
			rt.Fatalf("a page of %d is not full although more follow", q.Window.Limit)
		}
		between()
	}
	if len(last) == 0 {
		return nil
	}
	met := map[uuid.UUID]bool{}
	for _, id := range there {
		if met[id] {
			rt.Fatalf("%s is shown twice", id)
		}
		met[id] = true
	}
	end := last[len(last)-1]
	back = append(back, end.ID)
	q.Window = page.Window{Place: end.PositionBy(q.Sort), Backwards: true}
	for {
		q.Window.Limit = rapid.IntRange(1, 7).Draw(rt, "size back")
		shown := step(q)
		if len(shown) == 0 {
			break
		}
		for i := range shown {
			back = append(back, shown[len(shown)-1-i].ID)
		}
		q.Window.Place = shown[0].PositionBy(q.Sort)
	}
	slices.Reverse(back)
	back = slices.DeleteFunc(back, func(id uuid.UUID) bool { return !met[id] })
	if !slices.Equal(there, back) {
		rt.Fatalf("there %v, back %v", there, back)
	}
	return there
}

func only(ids []uuid.UUID, of []record.Record) []uuid.UUID {
	return slices.DeleteFunc(slices.Clone(ids), func(id uuid.UUID) bool {
		return !slices.ContainsFunc(of, func(r record.Record) bool { return r.ID == id })
	})
}
