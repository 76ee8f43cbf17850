package sqlite

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

// listed makes a record whose times and references are drawn from few values, so that many are
// equal.
func listed(t *rapid.T, n int, kind resource.Kind) record.Record {
	minute := func(name string) time.Time {
		return noon().Add(time.Duration(rapid.IntRange(0, 5).Draw(t, name)) * time.Minute)
	}
	r := record.Record{Kind: kind, Fleet: uuid.UUID{byte(rapid.IntRange(1, 3).Draw(t, "fleet"))}, TSP: "samsara", Account: "a",
		Collection: fmt.Sprint("c", n), SourceID: resource.SourceID(strconv.Itoa(rapid.IntRange(1, 4).Draw(t, "source"))),
		Connection: uuid.UUID{byte(rapid.IntRange(1, 2).Draw(t, "connection"))}, Source: []byte("{}"), SeenAt: minute("seen")}
	r.Fields = fmt.Appendf(nil, `{"is_driver":%v,"sender_id":"%s"}`, rapid.SampledFrom([]string{"true", "false", "null"}).Draw(t, "driver"),
		sender(rapid.IntRange(1, 3).Draw(t, "sender")))
	if rapid.Bool().Draw(t, "occurred") {
		r.OccurredAt = minute("occurred at")
	}
	return r.Identify()
}

func sender(n int) string { return fmt.Sprintf("0b7c1f9e-5f7c-4d0e-9a51-6a8c0b4a1f%02d", n) }

// anyQuery draws a query without a page.
func anyQuery(t *rapid.T, kind resource.Kind) record.Query {
	q := record.Query{Kind: kind, Fleets: []uuid.UUID{{1}, {2}}, Sort: rapid.SampledFrom(record.Sorts()).Draw(t, "sort"),
		Descending: rapid.Bool().Draw(t, "descending"), Deleted: rapid.Bool().Draw(t, "with deleted")}
	if rapid.Bool().Draw(t, "by connection") {
		q.Connection = uuid.UUID{1}
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
		case !slices.Contains(q.Fleets, r.Fleet), deleted[r.ID] && !q.Deleted, q.Connection != uuid.Nil && r.Connection != q.Connection:
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

func TestPagingShowsEachRecordOnceWhateverIsAddedMeanwhile(t *testing.T) {
	t.Parallel()
	db := testDB(t, nil)
	rapid.Check(t, func(rt *rapid.T) {
		emptied(t, db)
		kind := rapid.SampledFrom([]resource.Kind{resource.KindUser, resource.KindMessage}).Draw(rt, "kind")
		n, deleted := 0, map[uuid.UUID]bool{}
		add := func(label string, most int) (added []record.Record) {
			for range rapid.IntRange(0, most).Draw(rt, label) {
				n++
				r := listed(rt, n, kind)
				if err := db.SaveRecords(t.Context(), []record.Record{r}); err != nil {
					rt.Fatal(err)
				}
				if rapid.IntRange(0, 4).Draw(rt, "deleted") == 0 {
					deleted[r.ID] = true
					err := db.LoseRecords(t.Context(), record.Loss{Connection: r.Connection, Records: []uuid.UUID{r.ID}, Before: noon().Add(time.Hour), At: r.SeenAt})
					if err != nil {
						rt.Fatal(err)
					}
				}
				kept, err := db.RecordByID(t.Context(), r.ID)
				if err != nil {
					rt.Fatal(err)
				}
				added = append(added, kept)
			}
			return added
		}
		old := add("old", 30)
		q := anyQuery(rt, kind)
		want := expected(q, old, deleted)
		if count, err := db.CountRecords(t.Context(), q); err != nil || count != len(want) {
			rt.Fatalf("counted %d, want %d, %v", count, len(want), err)
		}
		step := func(q record.Query) []record.Record {
			found, err := db.RecordPage(t.Context(), q)
			if err != nil {
				rt.Fatal(err)
			}
			return found
		}
		there := walk(rt, step, q, func() { add("new", 3) })
		if got := only(there, old); !slices.Equal(got, want) {
			rt.Fatalf("forwards %v, want %v", got, want)
		}
	})
}

// emptied drops all records.
func emptied(t *testing.T, db *DB) {
	t.Helper()
	for _, table := range []string{"record", "record_reach", "record_reference"} {
		if err := db.do(t.Context(), func(tx *tx) error { return tx.exec("DELETE FROM " + table) }); err != nil {
			t.Fatal(err)
		}
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
