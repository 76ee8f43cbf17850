package record_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// driver is a user of the account as it is known.
func driver(source, fields string) record.Record {
	return record.Record{Kind: resource.KindUser, Fleet: north, TSP: "acme", Account: "a", Collection: "users",
		SourceID: resource.SourceID(source), Fields: []byte(fields), Source: []byte(`{}`)}.Identify()
}

// said is a message as a TSP lists it.
func said(fields, from, to string) tsp.Record {
	return tsp.Record{Collection: "messages", SourceID: "m1", Fields: []byte(fields), Source: []byte(`{"id":"m1"}`),
		OccurredAt: time.Date(2026, 3, 1, 2, 3, 4, 5999, time.FixedZone("west", -3600)),
		Names: map[string][]tsp.Named{"sender_id": {{Collection: "users", SourceID: resource.SourceID(from)}},
			"recipient_id": {{Collection: "users", SourceID: resource.SourceID(to)}}}}
}

// shown has a write of a known record told by a TSP.
func shown(t *testing.T, r record.Record, w record.Write, peers ...record.Record) record.Record {
	t.Helper()
	w.At, w.Peers = settledAt(), record.Peers{}
	for _, p := range peers {
		w.Peers[p.ID] = p
	}
	r, err := r.Written(w)
	if err != nil {
		t.Fatal(err)
	}
	return r.Identify()
}

func TestARecordThatTheTSPShowsIsReadAsAnImportWouldReadIt(t *testing.T) {
	t.Parallel()
	r := fresh(resource.KindVehicle)
	r.Fields = []byte(`{"vehicle_name":"old","status":"active","is_active":true,"oem":"Ford"}`)
	got := shown(t, r, record.Write{Payload: []byte(`{"vehicle_name":"new ","is_active":false,"notes":"n","weight":7}`),
		Record: &tsp.Record{Fields: []byte(`{"vehicle_name":"new","status":"inactive","is_active":false}`), Source: []byte(`{"id":7}`)}})
	l := list(t)
	l.shows = []tsp.Record{{Collection: "c", SourceID: "7", Fields: []byte(`{"vehicle_name":"new","status":"inactive","is_active":false}`),
		Source: []byte(`{"id":7}`)}}
	if err := l.run(t, l.NewSweep(resource.KindVehicle, time.Time{})); err != nil {
		t.Fatal(err)
	}
	want := l.saved[0]
	if diff := cmp.Diff(members(t, want.Fields), members(t, got.Fields)); diff != "" || got.Hash != want.Hash {
		t.Errorf("hashes %s and %s (-imported +written):\n%s", want.Hash, got.Hash, diff)
	}
	if string(got.Source) != `{"id":7}` || string(got.Extras) != `{"as_written":{"notes":"n","weight":7}}` {
		t.Errorf("source %s, extras %s", got.Source, got.Extras)
	}
}

func TestWhatFollowsFromAWrittenMemberIsUnknownUntilTheTSPShowsIt(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string][2]any{
		`{"is_active":false}`:                      {false, nil},
		`{"is_active":true}`:                       {true, "active"},
		`{"status":"retired"}`:                     {nil, "retired"},
		`{"is_active":false,"status":"in repair"}`: {false, "in repair"},
		`{"notes":"n"}`:                            {true, "active"},
	} {
		r := fresh(resource.KindVehicle)
		r.Fields = []byte(`{"status":"active","is_active":true}`)
		got := read(t, write(t, r, payload))
		if got["is_active"] != want[0] || got["status"] != want[1] {
			t.Errorf("after %s it is_active %v and has status %v", payload, got["is_active"], got["status"])
		}
	}
}

func TestAnImportedMessageIsToldByOurRecordsOfItsParties(t *testing.T) {
	t.Parallel()
	l := list(t)
	ann, desk := driver("9", `{"first_name":"Ann","last_name":"Lee","is_driver":true}`), driver("1", `{"username":"desk"}`)
	l.known, l.shows = []record.Record{ann, desk}, []tsp.Record{said(`{"message_text":"hi","status":"read"}`, "9", "1")}
	if err := l.run(t, l.NewSweep(resource.KindMessage, onDisk())); err != nil {
		t.Fatal(err)
	}
	got, back := read(t, l.saved[0]), shown(t, fresh(resource.KindMessage), record.Write{
		Payload: []byte(`{"sender_id":"` + desk.ID.String() + `","recipient_id":"` + ann.ID.String() + `","message_text":"hi"}`)}, ann, desk)
	for member, want := range map[string]any{"sender_id": ann.ID.String(), "source_sender_id": "9", "recipient_id": desk.ID.String(),
		"source_recipient_id": "1", "sender_name": "Ann Lee", "recipient_name": "desk", "sent_by_driver": true, "status": "read",
		"occurred_at": "2026-03-01T03:03:04.000005Z", "message_hash": read(t, back)["message_hash"], "thread_id": read(t, back)["thread_id"]} {
		if got[member] != want || want == nil {
			t.Errorf("%s is %v, want %v", member, got[member], want)
		}
	}
	if l.asked != 1 {
		t.Errorf("known records were looked up %d times", l.asked)
	}
	if answer := read(t, back); answer["sender_name"] != "desk" || answer["recipient_name"] != "Ann Lee" || answer["sent_by_driver"] != nil {
		t.Errorf("the written one: %v", answer)
	}
}

func TestAMessageThatIsToNoPersonIsNotInTheThreadOfItsSender(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		fields, to string
		known      []record.Record
		threaded   bool
	}{
		"from the office to a vehicle":     {`{"sent_by_driver":false}`, "", nil, false},
		"from whoever it may be":           {`{}`, "", nil, false},
		"from a driver, as the TSP tells":  {`{"sent_by_driver":true}`, "", nil, true},
		"from a driver, as is known":       {`{}`, "", []record.Record{driver("9", `{"is_driver":true}`)}, true},
		"from somebody to the same person": {`{}`, "9", nil, true},
	} {
		l := list(t)
		l.known, l.shows = c.known, []tsp.Record{said(c.fields, "9", c.to)}
		if c.to == "" {
			delete(l.shows[0].Names, "recipient_id")
		}
		if err := l.run(t, l.NewSweep(resource.KindMessage, onDisk())); err != nil {
			t.Fatal(err)
		}
		if thread := read(t, l.saved[0])["thread_id"]; (thread != nil) != c.threaded {
			t.Errorf("%s: the thread is %v", says, thread)
		}
	}
}

func TestWhomNobodyKnowsIsNamedByTheTSPsIDAlone(t *testing.T) {
	t.Parallel()
	l := list(t)
	l.shows = []tsp.Record{said(`{"message_text":"hi"}`, "9", "1")}
	group := said(`{}`, "9", "1")
	group.SourceID = "m2"
	if err := l.run(t, l.NewSweep(resource.KindMessage, onDisk())); err != nil {
		t.Fatal(err)
	}
	if got := read(t, l.saved[0]); got["sender_id"] != nil || got["source_sender_id"] != "9" || got["sender_name"] != nil ||
		got["thread_id"] == nil || got["status"] != nil {
		t.Errorf("%v", got)
	}
	l.known = []record.Record{driver("1", `{}`)}
	l.shows = []tsp.Record{{Collection: "messages", SourceID: "g", Fields: []byte(`{}`), Source: []byte(`{}`), Names: map[string][]tsp.Named{
		"recipient_ids": {{Collection: "users", SourceID: "1"}, {Collection: "users", SourceID: "2"}}}}}
	if err := l.run(t, l.NewSweep(resource.KindGroupMessage, onDisk())); err != nil {
		t.Fatal(err)
	}
	got := read(t, l.saved[1])
	if diff := cmp.Diff([]any{"1", "2"}, got["source_recipient_ids"]); diff != "" || got["recipient_ids"] != nil {
		t.Errorf("half of the recipients is another message: %v", got)
	}
}

func TestAnAnswerNamesAQuestionOfTheSamePage(t *testing.T) {
	t.Parallel()
	l := list(t)
	question, answer := said(`{"message_text":"where?"}`, "1", "9"), said(`{"message_text":"here"}`, "9", "1")
	answer.SourceID = "m2"
	answer.Names["reply_to_message_id"] = []tsp.Named{{Collection: "messages", SourceID: "m1"}}
	l.shows = []tsp.Record{answer, question}
	if err := l.run(t, l.NewSweep(resource.KindMessage, onDisk())); err != nil {
		t.Fatal(err)
	}
	got := read(t, l.saved[0])
	if got["reply_to_message_id"] != l.saved[1].ID.String() || got["source_reply_to_message_id"] != "m1" || got["thread_id"] != read(t, l.saved[1])["thread_id"] {
		t.Errorf("%v", got)
	}
}

func TestEventsAreAskedForSinceATimeAndNeverLost(t *testing.T) {
	t.Parallel()
	l := list(t, []string{"1"})
	l.reached = []string{"1", "2"}
	since := onDisk().Add(-time.Hour)
	s := l.NewSweep(resource.KindMessage, since)
	if err := l.run(t, s); err != nil || s.Lost != 0 || len(l.losses) != 0 || len(l.cursors) != 1 {
		t.Errorf("%v, lost %d, read %d times", err, s.Lost, len(l.cursors))
	}
	if err := l.run(t, l.NewSweep(resource.KindVehicle, since)); err != nil || !l.sinces[0].Equal(since) || !l.sinces[1].IsZero() {
		t.Errorf("%v, asked since %v", err, l.sinces)
	}
}

func TestWhomRecordsNameMustBeLookedUp(t *testing.T) {
	t.Parallel()
	l := list(t)
	l.shows, l.fails["KnownRecords"] = []tsp.Record{said(`{}`, "9", "1")}, errors.New("the disk is gone")
	if err := l.run(t, l.NewSweep(resource.KindMessage, onDisk())); !errors.Is(err, l.fails["KnownRecords"]) || len(l.saved) != 0 {
		t.Errorf("%v, saved %v", err, l.saved)
	}
}

func TestAListOfWhatCannotBeReadBreaksOff(t *testing.T) {
	t.Parallel()
	l := list(t)
	l.shows = []tsp.Record{said(`[]`, "9", "1")}
	var end *tsp.Error
	if err := l.run(t, l.NewSweep(resource.KindMessage, onDisk())); !errors.As(err, &end) || end.Class != tsp.Broken {
		t.Errorf("%v", err)
	}
}

func TestAWrittenLogIsReadAsAnImportWouldReadIt(t *testing.T) {
	t.Parallel()
	ann := driver("9", `{"first_name":"Ann","is_driver":true}`)
	for kind, c := range map[resource.Kind]struct {
		payload    string
		shows      tsp.Record
		unwritable string
	}{
		resource.KindMessage: {`{"sender_id":"` + alice + `","recipient_id":"` + bob + `","message_text":"hi ","priority":"high","source_sender_id":"9"}`,
			said(`{"message_text":"hi","status":"pending"}`, "9", "1"), `{"priority":"high","recipient_id":"` + bob + `"}`},
		resource.KindFuelTransaction: {`{"fuel_type":"ELECTRICITY","fuel_volume":10,"fuel_volume_unit":"US_GALLON","latitude":30.25,"longitude":-97.75,
			"total_cost":0,"fuel_vendor":"V","transaction_time":"2026-01-02T03:04:05Z"}`, said(`{"fuel_volume":37.9,"fuel_vendor":"V"}`, "9", "1"),
			`{"fuel_type":"ELECTRICITY","fuel_volume":10,"fuel_volume_unit":"US_GALLON","latitude":30.25,"longitude":-97.75,"total_cost":0}`},
	} {
		r := fresh(kind)
		r.Fleet, r.TSP, r.Account, r.Collection, r.SourceID = north, "acme", "a", c.shows.Collection, c.shows.SourceID
		got := shown(t, r, record.Write{Payload: []byte(c.payload), Record: &c.shows}, ann)
		l := list(t)
		l.known, l.shows = []record.Record{ann}, []tsp.Record{c.shows}
		if err := l.run(t, l.NewSweep(kind, onDisk())); err != nil {
			t.Fatal(err)
		}
		want := l.saved[0]
		if diff := cmp.Diff(members(t, want.Fields), members(t, got.Fields)); diff != "" || got.Hash != want.Hash || !got.OccurredAt.Equal(want.OccurredAt) {
			t.Errorf("%s: hashes %s and %s (-imported +written):\n%s", kind, want.Hash, got.Hash, diff)
		}
		if string(got.Extras) != `{"as_written":`+c.unwritable+`}` {
			t.Errorf("%s: extras %s", kind, got.Extras)
		}
	}
}

func TestAWriteThatNothingShowsLeavesAnEventAsItIsListed(t *testing.T) {
	t.Parallel()
	r := fresh(resource.KindFuelTransaction)
	r.Fields, r.Source = []byte(`{"fuel_vendor":"v"}`), []byte(`{"id":7}`)
	got := write(t, r, `{"fuel_vendor":"V","fuel_type":"ELECTRICITY"}`)
	if string(got.Fields) != string(r.Fields) || string(got.Extras) != `{"as_written":{"fuel_type":"ELECTRICITY"}}` {
		t.Errorf("%s, extras %s", got.Fields, got.Extras)
	}
}

func TestAMessageThatTheTSPTookIsSentWhereItTellsNoStatus(t *testing.T) {
	t.Parallel()
	shows := said(`{"message_text":"hi"}`, "9", "1")
	got := shown(t, fresh(resource.KindMessage), record.Write{Payload: []byte(`{"message_text":"hi"}`), Record: &shows})
	if status := read(t, got)["status"]; status != "sent" {
		t.Errorf("its status is %v", status)
	}
}

func TestWhatAnEarlierWriteLeftUnshownIsNotToldAfterAnother(t *testing.T) {
	t.Parallel()
	first := write(t, fresh(resource.KindUser), `{"hos_compliance_type":"non_exempt"}`)
	if got := write(t, first, `{"notes":"n"}`); string(got.Extras) != "{}" {
		t.Errorf("extras %s", got.Extras)
	}
}

func TestATSPThatShowsTheStatusAloneLeavesTheRestAsItWas(t *testing.T) {
	t.Parallel()
	r := fresh(resource.KindMessage)
	got := shown(t, r, record.Write{Payload: []byte(`{"message_text":"hi"}`), Record: &tsp.Record{Fields: []byte(`{"status":"pending"}`)}})
	if is := read(t, got); is["status"] != "pending" || string(got.Source) != "{}" || !got.OccurredAt.Equal(settledAt()) {
		t.Errorf("%v of %q at %v", is, got.Source, got.OccurredAt)
	}
}

func TestAWriteMustKnowTheParties(t *testing.T) {
	t.Parallel()
	payload := []byte(`{"sender_id":"` + alice + `","recipient_id":"` + bob + `","reply_to_message_id":"` + bob + `"}`)
	told := tsp.Record{Names: map[string][]tsp.Named{"driver_id": {{Collection: "users", SourceID: "9"}}}}
	r := fresh(resource.KindMessage)
	if got := r.Named(record.Write{Payload: payload, Dropped: []string{"sender_id"}}); len(got) != 1 || got[0] != uuid.MustParse(bob) {
		t.Errorf("of the message: %v", got)
	}
	if got := r.Named(record.Write{Payload: payload}); len(got) != 2 {
		t.Errorf("of the message: %v", got)
	}
	r.Kind = resource.KindDvirLog
	if got := r.Named(record.Write{Payload: payload, Record: &told}); len(got) != 1 {
		t.Errorf("of the inspection: %v", got)
	}
	if got := r.Named(record.Write{Payload: payload}); len(got) != 0 {
		t.Errorf("of the inspection that nothing shows: %v", got)
	}
}
