package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// imported is a vehicle as an import at a minute past noon met it.
func imported(minute int, source, fields string) record.Record {
	return record.Record{Kind: resource.KindVehicle, Fleet: uuid.UUID{3}, TSP: "samsara", Account: "a",
		Collection: "vehicles", SourceID: resource.SourceID(source), Imported: true, Connection: uuid.UUID{2},
		Fields: []byte(fields), Source: []byte(`{"id":1}`), SeenAt: at(minute),
		UpdatedAt: at(minute).Add(time.Second)}.Identify()
}

// written is a vehicle as a write at a minute past noon left it.
func written(minute int, source, fields string) record.Record {
	r := imported(minute, source, fields)
	r.Imported, r.UpdatedAt, r.Extras = false, r.SeenAt, []byte(`{"as_written":{"x":1}}`)
	return r.Identify()
}

func (s *stand) save(records ...record.Record) {
	s.t.Helper()
	_, err := s.SaveRecords(s.t.Context(), records)
	s.must(err)
}

// record returns a record as it is stored.
func (s *stand) record(id uuid.UUID) record.Record {
	s.t.Helper()
	return got[record.Record](s)(s.RecordByID(s.t.Context(), id))
}

func records() []rule {
	return []rule{
		{"a record that is saved survives a crash, and SeenAt tells when it was written last", recordIsKept},
		{"a record is found by those connections alone that reach it", recordIsReached},
		{"records are saved all or none", recordsAllOrNone},
		{"those of some records that are there are found whoever reaches them, deleted ones too", recordsAreKnown},
		{"the TSP's ids of records are told of those alone that are as described", sourceIDs},
		{"the records of a kind that a connection reaches are told by collection and source id", recordsOfAKind},
		{"an import never undoes a write that ended after its page was asked for", importBesideWrite},
		{"an event that was written and is listed is one record, as the list has it", eventIsOne},
		{"an event that is written again is the same record, as the last write has it", eventIsWrittenAgain},
		{"an import that brings nothing new leaves the record alone", importWithoutNews},
		{"a record never changes its kind, but for an object that its TSP sorts anew", kindStays},
		{"a record belongs to the connection that sees it once its own is deleted", recordIsAdopted},
	}
}

func recordIsKept(t *testing.T, s *stand) {
	for _, r := range []record.Record{written(1, "1", `{"vehicle_name":"x"}`), imported(1, "2", `{}`)} {
		r.OccurredAt, r.Synthetic = at(-3), true
		s.save(r)
		s := s.crashed()
		read := s.record(r.ID)
		r.Seq, r.CreatedAt = read.Seq, r.UpdatedAt
		if r.Imported {
			r.SeenAt, r.Extras = time.Time{}, []byte("{}")
		}
		same(t, "read", read, r)
	}
}

func recordIsReached(t *testing.T, s *stand) {
	r := imported(1, "1", `{}`)
	s.save(r)
	read := got[record.Record](s)(s.Record(t.Context(), r.Connection, r.ID))
	is(t, "the connection", read.Connection, r.Connection)
	_, foreign := s.Record(t.Context(), uuid.New(), r.ID)
	_, none := s.RecordByID(t.Context(), uuid.New())
	if !errors.Is(foreign, record.ErrNotFound) || !errors.Is(none, record.ErrNotFound) {
		t.Errorf("%v, %v", foreign, none)
	}
}

func recordsAllOrNone(t *testing.T, s *stand) {
	good, bad := imported(1, "1", `{}`), imported(1, "2", `{}`)
	bad.Kind, bad.Fields = resource.KindMessage, []byte(`no JSON`)
	if _, err := s.SaveRecords(t.Context(), []record.Record{good, bad}); err == nil {
		t.Fatal("a record that cannot be read was saved")
	}
	if _, err := s.RecordByID(t.Context(), good.ID); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("the other one: %v", err)
	}
}

func recordsAreKnown(t *testing.T, s *stand) {
	one, gone := imported(1, "1", `{"vehicle_name":"x"}`), imported(1, "2", `{}`)
	s.save(one, gone, imported(1, "3", `{}`))
	s.lose(gone.Connection, 6, gone.ID)
	found := map[uuid.UUID]string{}
	for _, r := range got[[]record.Record](s)(s.KnownRecords(t.Context(), []uuid.UUID{one.ID, uuid.New(), gone.ID})) {
		found[r.ID] = string(r.Fields) + string(r.Source)
	}
	same(t, "known", found, map[uuid.UUID]string{one.ID: `{"vehicle_name":"x"}{}`, gone.ID: `{}{}`})
	is(t, "of none", len(got[[]record.Record](s)(s.KnownRecords(t.Context(), nil))), 0)
}

func sourceIDs(t *testing.T, s *stand) {
	one, gone := imported(1, "1", `{}`), imported(1, "2", `{}`)
	s.save(one, gone)
	s.lose(gone.Connection, 6, gone.ID)
	whole := connection.Named{Fleet: one.Fleet, TSP: one.TSP, Kind: one.Kind, Account: one.Account, Collection: one.Collection}
	for says, c := range map[string]struct {
		change func(*connection.Named)
		found  int
	}{
		"all of it":          {func(*connection.Named) {}, 1},
		"any account":        {func(n *connection.Named) { n.Account = "" }, 1},
		"any collection":     {func(n *connection.Named) { n.Collection = "" }, 1},
		"another fleet":      {func(n *connection.Named) { n.Fleet = uuid.New() }, 0},
		"another TSP":        {func(n *connection.Named) { n.TSP = "motive" }, 0},
		"another account":    {func(n *connection.Named) { n.Account = "b" }, 0},
		"another kind":       {func(n *connection.Named) { n.Kind = resource.KindUser }, 0},
		"another collection": {func(n *connection.Named) { n.Collection = "trailers" }, 0},
	} {
		as := whole
		c.change(&as)
		found := got[map[uuid.UUID]resource.SourceID](s)(s.SourceIDs(t.Context(), as, []uuid.UUID{one.ID, gone.ID, uuid.New()}))
		is(t, says, len(found), c.found)
		if c.found > 0 {
			is(t, says, found[one.ID], one.SourceID)
		}
	}
}

func recordsOfAKind(t *testing.T, s *stand) {
	user := imported(1, "4", `{}`)
	user.Kind = resource.KindUser
	foreign := imported(1, "5", `{}`)
	foreign.Connection = uuid.New()
	first := imported(1, "9", `{}`)
	first.Collection = "a"
	first = first.Identify()
	s.save(imported(1, "3", `{}`), imported(1, "1", `{}`), user.Identify(), foreign, first)
	var sources []string
	for _, r := range got[[]record.Record](s)(s.RecordsOf(t.Context(), uuid.UUID{2}, resource.KindVehicle)) {
		sources = append(sources, string(r.SourceID))
	}
	same(t, "told", sources, []string{"9", "1", "3"})
}

func importBesideWrite(t *testing.T, s *stand) {
	before := imported(1, "1", `{"vehicle_name":"old"}`)
	for _, step := range []struct {
		r    record.Record
		want string
	}{
		{before, "old"},
		{written(5, "1", `{"vehicle_name":"written"}`), "written"},
		{imported(4, "1", `{"vehicle_name":"old"}`), "written"},
		{imported(6, "1", `{"vehicle_name":"newer"}`), "newer"},
		{written(3, "1", `{"vehicle_name":"older write"}`), "newer"},
	} {
		s.save(step.r)
		read := s.record(before.ID)
		is(t, "name", string(read.Fields), `{"vehicle_name":"`+step.want+`"}`)
		is(t, "imported once", read.Imported, true)
	}
	is(t, "what only the older write told", string(s.record(before.ID).Extras), `{}`)
	is(t, "written last", s.record(before.ID).SeenAt, at(5))
}

func eventIsOne(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	wrote := said(c, 1, "m")
	wrote.Fields = []byte(`{"message_text":"hi","sender_id":"` + uuid.Nil.String() + `","status":"delivered"}`)
	s.save(wrote.Identify())
	sender := `"sender_id":"` + uuid.Nil.String() + `",`
	list := func(minute int, status string) record.Record {
		r := said(c, minute, "m")
		r.Imported, r.Extras, r.Fields = true, nil, []byte(`{"message_text":"hi",`+sender+`"status":"`+status+`"}`)
		return r.Identify()
	}
	for _, step := range []struct {
		minute       int
		status, want string
		news         bool
	}{{3, "sent", "delivered", true}, {4, "sent", "delivered", false}, {5, "read", "read", true}, {6, "sent", "read", false}} {
		was := s.record(wrote.ID)
		s.save(list(step.minute, step.status))
		is := s.record(wrote.ID)
		same(t, "fields", string(is.Fields), `{"message_text":"hi",`+sender+`"status":"`+step.want+`"}`)
		same(t, "extras", string(is.Extras), map[bool]string{true: `{}`, false: `{"as_written":{"x":1}}`}[step.status == "read" || step.minute > 5])
		if news := !is.UpdatedAt.Equal(was.UpdatedAt); news != step.news {
			t.Errorf("a list at %d with %s is news: %t", step.minute, step.status, news)
		}
	}
	q := record.Query{Kind: resource.KindMessage, Fleets: []uuid.UUID{c.Fleet}, References: []record.Reference{{Member: "sender_id", Values: []string{uuid.Nil.String()}}}}
	same(t, "found by its sender", got[int](s)(s.CountRecords(t.Context(), q)), 1)
}

func kindStays(t *testing.T, s *stand) {
	// reading is the record as a reading of another kind has it.
	reading := func(r record.Record, kind resource.Kind) []record.Record {
		r.Kind, r.Fields, r.SeenAt = kind, []byte(`{"status":"read"}`), r.SeenAt.Add(time.Hour)
		return []record.Record{r.Identify()}
	}
	c := s.connect(connected(s.fleet()))
	group := said(c, 1, "m")
	group.Kind = resource.KindGroupMessage
	truck := of(c, imported(1, "1", `{}`))
	s.save(group, truck)
	for kind, r := range map[resource.Kind]record.Record{resource.KindMessage: group, resource.KindTrailer: truck} {
		was := s.record(r.ID)
		foreign := got[[]uuid.UUID](s)(s.SaveRecords(t.Context(), reading(r, kind)))
		same(t, "told", foreign, []uuid.UUID{r.ID})
		same(t, "kept", s.record(r.ID), was)
		same(t, "reached", len(got[[]record.Record](s)(s.RecordsOf(t.Context(), c.ID, r.Kind))), 1)
	}
	s.lose(c.ID, 6, truck.ID, group.ID)
	same(t, "told of the truck", len(got[[]uuid.UUID](s)(s.SaveRecords(t.Context(), reading(truck, resource.KindTrailer)))), 0)
	is(t, "the truck that was lost", s.record(truck.ID).Kind, resource.KindTrailer)
	s.save(reading(group, resource.KindMessage)...)
	is(t, "the event that was lost", s.record(group.ID).Kind, resource.KindGroupMessage)
}

func importWithoutNews(t *testing.T, s *stand) {
	first := imported(1, "1", `{"vehicle_name":"x"}`)
	s.save(first)
	was := s.record(first.ID)
	s.save(imported(9, "1", `{"vehicle_name":"x"}`))
	same(t, "after", s.record(first.ID), was)
	s.save(imported(10, "1", `{"vehicle_name":"y"}`))
	is(t, "created", s.record(first.ID).CreatedAt, was.CreatedAt)
	is(t, "updated", s.record(first.ID).UpdatedAt, at(10).Add(time.Second))
}

func recordIsAdopted(t *testing.T, s *stand) {
	fleet := s.fleet()
	first, second := s.connect(connected(fleet)), s.connect(connected(fleet))
	r := imported(1, "1", `{}`)
	r.Connection = first.ID
	s.save(r)
	r.Connection = second.ID
	s.save(r)
	is(t, "while both are there", s.record(r.ID).Connection, first.ID)
	s.must(s.ChangeConnection(t.Context(), change(first, connection.Deleted)))
	s.save(r)
	is(t, "afterwards", s.record(r.ID).Connection, second.ID)
}

// lose takes records out of a connection's reach that it did not see since five past noon.
func (s *stand) lose(conn uuid.UUID, minute int, ids ...uuid.UUID) {
	s.t.Helper()
	s.must(s.LoseRecords(s.t.Context(), record.Loss{Connection: conn, Records: ids, Before: at(5), At: at(minute)}))
}
