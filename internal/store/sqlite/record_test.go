package sqlite

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

func noon() time.Time { return time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC) }

// seen is a vehicle as an import at a minute past noon met it.
func seen(minute int, source, fields string) record.Record {
	at := noon().Add(time.Duration(minute) * time.Minute)
	return record.Record{Kind: resource.KindVehicle, Fleet: uuid.UUID{3}, TSP: "samsara", Account: "a", Collection: "vehicles",
		SourceID: resource.SourceID(source), Imported: true, Connection: uuid.UUID{2}, Fields: []byte(fields), Source: []byte(`{"id":1}`),
		SeenAt: at, UpdatedAt: at.Add(time.Second)}.Identify()
}

// settled is a vehicle as a write at a minute past noon left it.
func settledRecord(minute int, source, fields string) record.Record {
	r := seen(minute, source, fields)
	r.Imported, r.UpdatedAt = false, r.SeenAt
	return r.Identify()
}

func save(t *testing.T, db *DB, records ...record.Record) {
	t.Helper()
	if err := db.SaveRecords(t.Context(), records); err != nil {
		t.Fatal(err)
	}
}

func stored(t *testing.T, db *DB, id uuid.UUID) record.Record {
	t.Helper()
	r, err := db.RecordByID(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAnImportNeverUndoesAWriteThatEndedAfterItsPageWasAskedFor(t *testing.T) {
	t.Parallel()
	db := testDB(t, nil)
	before := seen(1, "1", `{"vehicle_name":"old"}`)
	save(t, db, before)
	save(t, db, settledRecord(5, "1", `{"vehicle_name":"written"}`))
	save(t, db, seen(4, "1", `{"vehicle_name":"old"}`))
	if got := stored(t, db, before.ID); string(got.Fields) != `{"vehicle_name":"written"}` || !got.Imported {
		t.Errorf("after an older page it is %s", got.Fields)
	}
	save(t, db, seen(6, "1", `{"vehicle_name":"newer"}`))
	if got := stored(t, db, before.ID); string(got.Fields) != `{"vehicle_name":"newer"}` {
		t.Errorf("after a newer page it is %s", got.Fields)
	}
	save(t, db, settledRecord(3, "1", `{"vehicle_name":"older write"}`))
	if got := stored(t, db, before.ID); string(got.Fields) != `{"vehicle_name":"newer"}` {
		t.Errorf("after an older write it is %s", got.Fields)
	}
}

func TestAnImportThatBringsNothingNewLeavesTheRecordAlone(t *testing.T) {
	t.Parallel()
	db := testDB(t, nil)
	first := seen(1, "1", `{"vehicle_name":"x"}`)
	save(t, db, first)
	was := stored(t, db, first.ID)
	save(t, db, seen(9, "1", `{"vehicle_name":"x"}`))
	if diff := cmp.Diff(was, stored(t, db, first.ID)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	save(t, db, seen(10, "1", `{"vehicle_name":"y"}`))
	got := stored(t, db, first.ID)
	if !got.CreatedAt.Equal(was.CreatedAt) || !got.UpdatedAt.Equal(noon().Add(10*time.Minute+time.Second)) {
		t.Errorf("created %v, updated %v", got.CreatedAt, got.UpdatedAt)
	}
}

func TestARecordThatNobodySeesAnyMoreIsDeletedAndASightingBringsItBack(t *testing.T) {
	t.Parallel()
	db := testDB(t, nil)
	gone, kept := seen(1, "1", `{}`), seen(8, "2", `{}`)
	save(t, db, gone, kept)
	reached, err := db.ReachedSince(t.Context(), gone.Connection, resource.KindVehicle, noon().Add(5*time.Minute))
	if err != nil || len(reached) != 1 || reached[0] != gone.ID {
		t.Fatalf("reached before: %v %v", reached, err)
	}
	at := noon().Add(6 * time.Minute)
	lose(t, db, gone.Connection, at, gone.ID, kept.ID)
	if got := stored(t, db, gone.ID); !got.DeletedAt.Equal(at) || !got.UpdatedAt.Equal(at) {
		t.Errorf("deleted at %v, updated at %v", got.DeletedAt, got.UpdatedAt)
	}
	if got := stored(t, db, kept.ID); !got.DeletedAt.IsZero() {
		t.Error("one that was seen after the sweep began is deleted")
	}
	if got, err := db.Record(t.Context(), gone.Connection, gone.ID); err != nil || got.DeletedAt.IsZero() {
		t.Errorf("a write finds it undeleted: %v", err)
	}
	if of, err := db.RecordsOf(t.Context(), gone.Connection, resource.KindVehicle); err != nil || len(of) != 1 {
		t.Errorf("%d records, %v", len(of), err)
	}
	save(t, db, seen(9, "1", `{}`))
	if got := stored(t, db, gone.ID); !got.DeletedAt.IsZero() {
		t.Error("it is still deleted although it was seen again")
	}
}

// lose takes records out of a connection's reach that it did not see since five past noon.
func lose(t *testing.T, db *DB, connection uuid.UUID, at time.Time, ids ...uuid.UUID) {
	t.Helper()
	err := db.LoseRecords(t.Context(), record.Loss{Connection: connection, Records: ids, Before: noon().Add(5 * time.Minute), At: at})
	if err != nil {
		t.Fatal(err)
	}
}

// link makes a connection of the fleet.
func link(t *testing.T, db *DB, n byte, status connection.Status) uuid.UUID {
	t.Helper()
	if err := db.do(t.Context(), func(tx *tx) error {
		return tx.exec(`INSERT OR IGNORE INTO fleet (id, name) VALUES (?1, 'f')`, append([]byte{3}, make([]byte, 15)...))
	}); err != nil {
		t.Fatal(err)
	}
	c := connection.Connection{ID: uuid.UUID{n}, Fleet: uuid.UUID{3}, TSP: "samsara", Account: "a", Status: status, Sealed: []byte{}}
	if err := db.InsertConnection(t.Context(), c, nil, nil); err != nil {
		t.Fatal(err)
	}
	return c.ID
}

func TestARecordThatAnotherConnectionSeesIsNotDeleted(t *testing.T) {
	t.Parallel()
	db := testDB(t, nil)
	one, other := link(t, db, 2, connection.Active), link(t, db, 4, connection.Active)
	mine := seen(1, "1", `{}`)
	theirs := mine
	theirs.Connection = other
	save(t, db, mine, theirs)
	lose(t, db, one, noon().Add(6*time.Minute), mine.ID)
	if got := stored(t, db, mine.ID); !got.DeletedAt.IsZero() {
		t.Error("it is deleted for all")
	}
	if got, err := db.Record(t.Context(), one, mine.ID); err != nil || got.DeletedAt.IsZero() {
		t.Errorf("the connection that lost it still writes to it: %v", err)
	}
	lose(t, db, other, noon().Add(7*time.Minute), mine.ID)
	if got := stored(t, db, mine.ID); got.DeletedAt.IsZero() {
		t.Error("nobody sees it and it is not deleted")
	}
}

func TestARecordMovesToTheConnectionThatReplacesADeletedOne(t *testing.T) {
	t.Parallel()
	db := testDB(t, nil)
	link(t, db, 2, connection.Deleted)
	second := link(t, db, 4, connection.Active)
	r := seen(1, "1", `{}`)
	save(t, db, r)
	r.Connection = second
	save(t, db, r)
	if got := stored(t, db, r.ID); got.Connection != second {
		t.Errorf("it belongs to %s", got.Connection)
	}
}

func TestAWrittenRecordIsFoundByItsReferencesAfterTheyChange(t *testing.T) {
	t.Parallel()
	db := testDB(t, nil)
	driver := func(n int) string { return fmt.Sprintf("0b7c1f9e-5f7c-4d0e-9a51-6a8c0b4a1f%02d", n) }
	r := settledRecord(1, "1", `{"driver_id":"`+driver(1)+`"}`)
	r.Kind, r.OccurredAt = resource.KindDvirLog, noon()
	save(t, db, r)
	r.Fields, r.SeenAt, r.OccurredAt = []byte(`{"driver_id":"`+driver(2)+`"}`), r.SeenAt.Add(time.Minute), noon().Add(time.Hour)
	save(t, db, r)
	for n, want := range map[int]int{1: 0, 2: 1} {
		q := record.Query{Kind: resource.KindDvirLog, Fleets: []uuid.UUID{{3}}, Sort: record.ByOccurred, Window: page.Window{Limit: 10},
			References: []record.Reference{{Member: "driver_id", Values: []string{driver(n)}}}}
		found, err := db.RecordPage(t.Context(), q)
		count, err2 := db.CountRecords(t.Context(), q)
		if err := errors.Join(err, err2); err != nil || len(found) != want || count != want {
			t.Errorf("driver %d: %d records, counted %d, %v", n, len(found), count, err)
		}
	}
}

func TestSchedulesAreDueParkedAndSettled(t *testing.T) {
	t.Parallel()
	db := testDB(t, nil)
	conn := uuid.UUID{2}
	due := func(minute int) int {
		t.Helper()
		ids, err := db.DueImports(t.Context(), noon().Add(time.Duration(minute)*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		return len(ids)
	}
	one := func() record.Schedule {
		t.Helper()
		all, err := db.SchedulesOf(t.Context(), []uuid.UUID{conn})
		if err != nil || len(all) != 1 {
			t.Fatalf("%v %v", all, err)
		}
		return all[0]
	}
	schedule := func() {
		t.Helper()
		if err := db.ScheduleImports(t.Context(), conn, []resource.Kind{resource.KindUser}, noon()); err != nil {
			t.Fatal(err)
		}
	}
	schedule()
	if due(0) != 1 || due(-1) != 0 {
		t.Error("it is not due just when it should be")
	}
	read := one()
	next := read
	next.NextAt, next.LastSuccessAt = noon().Add(10*time.Minute), noon()
	if err := db.SettleImport(t.Context(), read, next); err != nil {
		t.Fatal(err)
	}
	if due(9) != 0 || due(10) != 1 || !one().LastSuccessAt.Equal(noon()) {
		t.Errorf("after its import: %+v", one())
	}
	schedule()
	if err := db.SettleImport(t.Context(), next, record.Schedule{NextAt: noon().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if due(0) != 1 {
		t.Error("a wish that came while the import ran is lost")
	}
	if err := db.ParkImports(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	if err := db.SettleImport(t.Context(), one(), next); err != nil {
		t.Fatal(err)
	}
	if due(1000) != 0 || !one().NextAt.IsZero() {
		t.Error("a parked schedule is due")
	}
}
