package record_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

func TestARecordStandsWhereItsOrderPutsIt(t *testing.T) {
	t.Parallel()
	created, updated, occurred := settledAt(), settledAt().Add(time.Hour), settledAt().Add(-time.Hour)
	r := record.Record{Seq: 7, SourceID: "v-1", CreatedAt: created, UpdatedAt: updated, OccurredAt: occurred}
	for sort, want := range map[record.Sort]page.Position{
		record.ByOccurred: {Seq: 7, At: occurred},
		record.ByCreated:  {Seq: 7, At: created},
		record.ByUpdated:  {Seq: 7, At: updated},
		record.BySource:   {Seq: 7, Text: "v-1"},
	} {
		if got := r.PositionBy(sort); got != want {
			t.Errorf("by %s it stands at %+v", sort, got)
		}
	}
	r.OccurredAt = time.Time{}
	if got := r.PositionBy(record.ByOccurred); !got.At.Equal(created) {
		t.Errorf("without a time of its own it stands at %v", got.At)
	}
}

// A query finds a record of its kind exactly if the record's shelf is one of the query's.
func TestShelvesKeepApartWhatListsTellApart(t *testing.T) {
	t.Parallel()
	drives, walks := true, false
	user := func(fields string) record.Record {
		return record.Record{Kind: resource.KindUser, Fields: []byte(fields)}
	}
	driver, clerk, unknown := user(`{"is_driver":true}`), user(`{"is_driver":false}`), user(`{"is_driver":null}`)
	truck := record.Record{Kind: resource.KindVehicle, Fields: []byte(`{"is_driver":true}`)}
	for says, c := range map[string]struct {
		q    record.Query
		want []record.Record
		not  []record.Record
	}{
		"all users": {record.Query{Kind: resource.KindUser}, []record.Record{driver, clerk, unknown, user(""),
			user("[")}, nil},
		"drivers": {record.Query{Kind: resource.KindUser, Driver: &drives}, []record.Record{driver},
			[]record.Record{clerk, unknown}},
		"other users": {record.Query{Kind: resource.KindUser, Driver: &walks}, []record.Record{clerk},
			[]record.Record{driver, unknown}},
		"vehicles": {record.Query{Kind: resource.KindVehicle}, []record.Record{truck}, nil},
	} {
		live := c.q.Shelves()
		c.q.Deleted = true
		all := c.q.Shelves()
		for _, r := range c.want {
			gone := r.Shelf() | record.ShelfDeleted
			if !slices.Contains(live, r.Shelf()) || slices.Contains(live, gone) ||
				!slices.Contains(all, r.Shelf()) || !slices.Contains(all, gone) {
				t.Errorf("%s: %s stands on %d, found are %v and %v", says, r.Fields, r.Shelf(), live, all)
			}
		}
		for _, r := range c.not {
			if slices.Contains(all, r.Shelf()) || slices.Contains(all, r.Shelf()|record.ShelfDeleted) {
				t.Errorf("%s: %s stands on %d, which is one of %v", says, r.Fields, r.Shelf(), all)
			}
		}
	}
}

func TestAFirstReadingIsStoredWhole(t *testing.T) {
	t.Parallel()
	seen := settledAt()
	for says, c := range map[string]struct {
		r       record.Record
		updated time.Time
		wrote   time.Time
		extras  string
	}{
		"a write": {record.Record{SeenAt: seen, Extras: []byte(`{"a":1}`)}, seen, seen, `{"a":1}`},
		"an import": {record.Record{SeenAt: seen, UpdatedAt: seen.Add(1), Imported: true}, seen.Add(1),
			time.Time{}, "{}"},
		"one of a sighting": {record.Record{SeenAt: seen, Seq: 9, CreatedAt: seen.Add(-1), DeletedAt: seen}, seen,
			seen, "{}"},
	} {
		m := c.r.New()
		want := c.r
		want.Seq, want.DeletedAt, want.CreatedAt, want.UpdatedAt, want.Extras = 0, time.Time{}, c.updated, c.updated,
			[]byte(c.extras)
		if diff := cmp.Diff(record.Merge{Record: want, WrittenAt: c.wrote, News: true, Change: record.Added}, m); diff != "" {
			t.Errorf("%s (-want +got):\n%s", says, diff)
		}
	}
}

func TestAReadingKeepsThePlaceOfWhatIsKnown(t *testing.T) {
	t.Parallel()
	known := record.Known{Record: record.Record{Seq: 7, CreatedAt: settledAt(), SeenAt: settledAt(),
		DeletedAt:  settledAt(),
		OccurredAt: settledAt(), Synthetic: true, Extras: []byte(`{"a":1}`), Imported: true, Connection: uuid.UUID{1}}}
	told := settledAt().Add(-time.Hour)
	later := record.Record{SeenAt: settledAt().Add(time.Hour), OccurredAt: told, Connection: uuid.UUID{2}, Hash: "new"}
	for _, imported := range []bool{true, false} {
		later.Imported = imported
		got := later.Onto(known).Record
		want := later
		want.Seq, want.CreatedAt, want.UpdatedAt, want.Imported = 7, settledAt(), later.SeenAt, true
		want.Extras = []byte("{}")
		if imported {
			// The TSP tells itself when the event happened; the rest only a write tells.
			want.Extras, want.Synthetic = known.Extras, true
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("imported %t (-want +got):\n%s", imported, diff)
		}
	}
}
