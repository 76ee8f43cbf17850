package samsara_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/samsara"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

const otherDriver = "1654974"

// rival is another write that sent a text to drivers, some seconds before noon, and was answered.
func rival(text string, seconds int, drivers ...resource.SourceID) tsp.Rival {
	at := noon.Add(-time.Duration(seconds) * time.Second)
	r := tsp.Rival{Capability: createMessage, SentAt: at, EndedAt: at.Add(time.Second), Certain: true}
	if len(drivers) == 1 {
		r.Payload, r.Refs = &resource.Message{MessageText: resource.Of(text)}, resource.Refs{"recipient_id": drivers}
		return r
	}
	r.Capability = createGroup
	r.Payload, r.Refs = &resource.GroupMessage{MessageText: resource.Of(text)}, resource.Refs{"recipient_ids": drivers}
	return r
}

// lost is a rival without an answer.
func lost(r tsp.Rival) tsp.Rival {
	r.Certain, r.EndedAt = false, noon
	return r
}

func rivals(all ...tsp.Rival) tsp.Rivals {
	return func(context.Context, time.Time) ([]tsp.Rival, error) { return all, nil }
}

// sentTo lists a message of dispatch's to each driver, in Samsara's form.
func sentTo(text string, drivers ...string) string {
	var all []string
	for _, id := range drivers {
		all = append(all, fmt.Sprintf(`{"driverId":%s,"text":%q,"sender":{"type":"dispatch"}}`, id, text))
	}
	return strings.Join(all, ",")
}

// TestAMessageIsOneThatNoOtherOperationAccountsFor looks for a message that was sent two minutes ago.
func TestAMessageIsOneThatNoOtherOperationAccountsFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		listed string
		rivals []tsp.Rival
		// want is "found", "missed" or the class of the end.
		want string
	}{
		"an equal one was answered":                     {sentTo("hello", driverID), []tsp.Rival{rival("hello", 121, driverID)}, "missed"},
		"two are there":                                 {sentTo("hello", driverID, driverID), []tsp.Rival{rival("hello", 121, driverID)}, "found"},
		"an equal one went to several":                  {sentTo("hello", driverID, otherDriver), []tsp.Rival{rival("hello", 121, driverID, otherDriver)}, "missed"},
		"one to several and one more":                   {sentTo("hello", driverID, otherDriver, driverID), []tsp.Rival{rival("hello", 121, otherDriver, driverID)}, "found"},
		"one that TSPs keep as equal was answered":      {sentTo("hello", driverID), []tsp.Rival{rival(" hello\r\n", 121, driverID)}, "missed"},
		"another text was answered":                     {sentTo("hello", driverID), []tsp.Rival{rival("hello!", 121, driverID)}, "found"},
		"another driver got an equal one":               {sentTo("hello", driverID), []tsp.Rival{rival("hello", 121, otherDriver)}, "found"},
		"an equal one has no answer either":             {sentTo("hello", driverID), []tsp.Rival{lost(rival("hello", 121, driverID))}, string(tsp.Unknown)},
		"both are there":                                {sentTo("hello", driverID, driverID), []tsp.Rival{lost(rival("hello", 121, driverID))}, "found"},
		"an equal one was answered just now":            {sentTo("hello", driverID), []tsp.Rival{rival("hello", 3, driverID)}, string(tsp.Unknown)},
		"the text is kept trimmed and with other lines": {sentTo("hello", driverID), nil, "found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := session(t, answer(200, jsonType, `{"data":[`+c.listed+`]}`))
			w := message(t, " hello ")
			w.SentAt, w.Rivals = noon.Add(-2*time.Minute), rivals(c.rivals...)
			_, found, err := s.(tsp.Finder).Find(t.Context(), w)
			switch {
			case c.want == string(tsp.Unknown):
				if e := wantClass(t, err, tsp.Unknown); !strings.Contains(e.Message, "nothing tells them apart") {
					t.Errorf("the end is %v", e)
				}
			case err != nil || found != (c.want == "found"):
				t.Errorf("found = %v, %v; want %s", found, err, c.want)
			}
		})
	}
}

// TestAGroupMessageIsToldApartForEachDriver looks for one to two drivers.
func TestAGroupMessageIsToldApartForEachDriver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		listed string
		rivals []tsp.Rival
		found  bool
		end    tsp.Class
		// marked are the drivers that are known to have it.
		marked string
	}{
		"both have it":                        {sentTo("hello", driverID, otherDriver), nil, true, tsp.Done, ""},
		"one has it":                          {sentTo("hello", otherDriver), nil, false, tsp.Done, "driver " + otherDriver},
		"what both have is another's":         {sentTo("hello", driverID, otherDriver), []tsp.Rival{rival("hello", 121, driverID, otherDriver)}, false, tsp.Done, ""},
		"what one has is a single message":    {sentTo("hello", driverID, otherDriver), []tsp.Rival{rival("hello", 121, driverID)}, false, tsp.Done, "driver " + otherDriver},
		"of what one has nobody knows":        {sentTo("hello", driverID, otherDriver), []tsp.Rival{lost(rival("hello", 121, driverID))}, false, tsp.Unknown, "driver " + otherDriver},
		"each has one of both":                {sentTo("hello", driverID, otherDriver, driverID, otherDriver), []tsp.Rival{rival("hello", 121, driverID, otherDriver)}, true, tsp.Done, ""},
		"another one to one of them and more": {sentTo("hello", driverID, driverID), []tsp.Rival{rival("hello", 121, driverID, "5")}, false, tsp.Done, "driver " + driverID},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := session(t, answer(200, jsonType, `{"data":[`+c.listed+`]}`))
			w := write(t, createGroup, `{"sender_id":`+ourDriver+`,"recipient_ids":[`+ourDriver+`,`+ourVehicle+`,`+ourTrailer+`],"message_text":"hello"}`)
			memory := new(tsptest.Memory)
			w.SentAt, w.Rivals, w.Progress = noon.Add(-2*time.Minute), rivals(c.rivals...), memory
			_, found, err := s.(tsp.Finder).Find(t.Context(), w)
			if c.end != tsp.Done {
				wantClass(t, err, c.end)
			} else if err != nil {
				t.Error(err)
			}
			var marked []string
			for _, step := range memory.Steps() {
				marked = append(marked, step.Key)
			}
			if found != c.found || strings.Join(marked, ", ") != c.marked {
				t.Errorf("found = %v and %v are marked, want %v and %s", found, marked, c.found, c.marked)
			}
		})
	}
}

// TestAListThatCameTooLateIsAskedForAgain waits for a minute of its limits before the first list,
// whose window has moved by then.
func TestAListThatCameTooLateIsAskedForAgain(t *testing.T) {
	t.Parallel()
	for waits, want := range map[int][]string{1: {"70000", "140000"}, 9: {"70000", "140000", "210000"}} {
		now, asked := noon, []string{}
		server := func(w http.ResponseWriter, r *http.Request) {
			if asked = append(asked, r.URL.Query().Get("durationMs")); len(asked) <= waits {
				now = now.Add(70 * time.Second)
			}
			_, _ = io.WriteString(w, `{"data":[`+sentTo("hello", driverID)+`]}`)
		}
		s := sessionAt(t, func() time.Time { return now }, server)
		_, found, err := s.(tsp.Finder).Find(t.Context(), message(t, "hello"))
		if waits > 3 {
			wantClass(t, err, tsp.Unavailable)
		} else if err != nil || !found {
			t.Errorf("%d waits: found = %v, %v", waits, found, err)
		}
		if diff := cmp.Diff(want, asked); diff != "" {
			t.Errorf("%d waits: the windows differ (-want +got):\n%s", waits, diff)
		}
	}
}

// sessionAt is session by another clock.
func sessionAt(t *testing.T, now func() time.Time, handler http.HandlerFunc) tsp.Session {
	t.Helper()
	adapter := samsara.NewAt(now)
	return connect(t, adapter, serve(t, handler), tsp.Access{Credentials: adapter.Spec().SampleCredentials})
}
