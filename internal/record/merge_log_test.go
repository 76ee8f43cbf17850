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

func TestAnImportOfAWrittenLogIsWhatTheListHolds(t *testing.T) {
	t.Parallel()
	known := Known{Record: log(resource.KindFuelTransaction, `{"fuel_type":"ELECTRICITY","total_cost":"120.5","fuel_vendor":"old"}`)}
	known.SeenAt = noon()
	m := read(resource.KindFuelTransaction, `{"fuel_vendor":"new"}`).Onto(known)
	if !m.News || string(m.Record.Fields) != `{"fuel_vendor":"new"}` {
		t.Errorf("news is %t: %s", m.News, m.Record.Fields)
	}
}

func TestWhatIsNotShownIsToldAsLongAsTheRecordIsAsItsWriteLeftIt(t *testing.T) {
	t.Parallel()
	const written, gone = `{"as_written":{"hos_compliance_type":"non_exempt"}}`, `{}`
	for _, kind := range []resource.Kind{resource.KindUser, resource.KindDvirLog} {
		left := log(kind, `{"notes":"n"}`)
		left.Extras = []byte(written)
		unshown := left
		unshown.Source = []byte(`{}`)
		for says, c := range map[string]struct {
			left    Record
			changes func(*Record)
			want    string
		}{
			"as it was left": {left, func(*Record) {}, written},
			"another field":  {left, func(r *Record) { r.Fields = []byte(`{"notes":"m"}`) }, gone},
			"another source": {left, func(r *Record) { r.Source = []byte(`{"id":1,"exempt":true}`) }, gone},
			"what comes first after a write of a new one": {unshown.Identify(), func(*Record) {}, written},
		} {
			known := Known{Record: c.left}
			known.SeenAt = noon()
			r := read(kind, `{"notes":"n"}`)
			c.changes(&r)
			m := r.Identify().Onto(known)
			if string(m.Record.Extras) != c.want || !m.News {
				t.Errorf("%s, %s: %s", kind, says, m.Record.Extras)
			}
			known.Record, known.SeenAt = m.Record, noon()
			other := read(kind, `{"notes":"o"}`)
			if m := other.Onto(known); string(m.Record.Extras) != gone {
				t.Errorf("%s, %s, then changed: %s", kind, says, m.Record.Extras)
			}
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
