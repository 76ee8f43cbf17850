package record

import (
	"testing"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/resource"
)

// log is a log of some fields.
func log(kind resource.Kind, fields string) Record {
	return Record{Kind: kind, Collection: "c", SourceID: "1", Fields: []byte(fields), Source: []byte(`{"id":1}`),
		Extras: []byte("{}")}.Identify()
}

// read is a log as an import brings it, an hour after noon.
func read(kind resource.Kind, fields string) Record {
	r := log(kind, fields)
	r.Imported, r.SeenAt = true, noon().Add(time.Hour)
	return r
}

func told(t *testing.T, r Record, name string) any {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal(r.Fields, &all); err != nil {
		t.Fatal(err)
	}
	return all[name]
}

func TestAnImportOfAWrittenLogKeepsWhatOnlyTheWriteTells(t *testing.T) {
	t.Parallel()
	known := Known{Record: log(resource.KindDvirLog, `{"inspected_by":"Ann","certify_comment":"old"}`)}
	known.SeenAt, known.Extras = noon(), []byte(`{"as_written":{"priority":"high"}}`)
	m := read(resource.KindDvirLog, `{"certify_comment":"new"}`).Onto(known)
	if told(t, m.Record, "inspected_by") != "Ann" || told(t, m.Record, "certify_comment") != "new" ||
		string(m.Record.Extras) != string(known.Extras) {
		t.Errorf("%s, extras %s", m.Record.Fields, m.Record.Extras)
	}
	// The next import of the same is no news.
	known.Record = m.Record
	known.SeenAt = noon()
	if again := read(resource.KindDvirLog, `{"certify_comment":"new"}`).Onto(known); again.News {
		t.Errorf("the same import is news: %s", again.Record.Fields)
	}
	// What was only imported is what the list holds.
	known.SeenAt = time.Time{}
	if m := read(resource.KindDvirLog, `{}`).Onto(known); told(t, m.Record, "inspected_by") != nil {
		t.Errorf("%s", m.Record.Fields)
	}
}

func TestWhomTheTSPNamesInsteadIsNotCalledByTheNameOfAnother(t *testing.T) {
	t.Parallel()
	known := Known{Record: log(resource.KindMessage, `{"sender_id":"a","source_sender_id":"1","sender_name":"Ann","sent_by_driver":false,
		"recipient_id":"b","source_recipient_id":"2","recipient_name":"Bob"}`)}
	known.SeenAt = noon()
	m := read(resource.KindMessage, `{"source_sender_id":"9","source_recipient_id":"2"}`).Onto(known)
	for member, want := range map[string]any{"sender_id": nil, "source_sender_id": "9", "sender_name": nil, "sent_by_driver": nil,
		"recipient_id": "b", "recipient_name": "Bob"} {
		if got := told(t, m.Record, member); got != want {
			t.Errorf("%s is %v, want %v", member, got, want)
		}
	}
}

func TestTheStatusOfAMessageNeverGoesBack(t *testing.T) {
	t.Parallel()
	order := []string{"pending", "sent", "delivered", "read"}
	for is, known := range order {
		for comes, next := range order {
			k := Known{Record: log(resource.KindMessage, `{"status":"`+known+`","read_at":"2026-01-02T03:04:05Z"}`)}
			m := read(resource.KindMessage, `{"status":"`+next+`"}`).Onto(k)
			if got := told(t, m.Record, "status"); got != order[max(is, comes)] {
				t.Errorf("a list that calls a %s message %s makes it %s", known, next, got)
			}
			if at := told(t, m.Record, "read_at"); (at != nil) != (is > comes) {
				t.Errorf("%s, then %s: read at %v", known, next, at)
			}
		}
	}
	if m := read(resource.KindMessage, `{}`).Onto(Known{Record: log(resource.KindMessage, `{"status":"sent"}`)}); told(t, m.Record, "status") != "sent" {
		t.Errorf("a list that tells no status: %s", m.Record.Fields)
	}
}

func TestAWriteThatIsSettledBehindAnImportDoesNotUndoWhatItTold(t *testing.T) {
	t.Parallel()
	known := Known{Record: read(resource.KindMessage, `{"status":"delivered"}`)}
	known.SeenAt = time.Time{}
	r := log(resource.KindMessage, `{"status":"sent","thread_id":"t"}`)
	r.SeenAt = noon().Add(2 * time.Hour)
	if m := r.Onto(known); told(t, m.Record, "status") != "delivered" || told(t, m.Record, "thread_id") != "t" {
		t.Errorf("%s", m.Record.Fields)
	}
}
