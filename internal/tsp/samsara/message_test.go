package samsara_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/samsara"
)

func TestAMessageIsSentToTheDriverAndHasNoID(t *testing.T) {
	t.Parallel()
	s, r := session(t, succeed)
	w := message(t, "hello")
	got, err := s.Write(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	if got.SourceID != "" || got.Collection != "messages" || got.Status != 200 || got.Headers.Get("Request-Id") != "req-1" {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff([][]string{{"token", "org", "messages.write"}}, w.Pace.(*pacer).waits); diff != "" {
		t.Errorf("charged to (-want +got):\n%s", diff)
	}
	if len(r.requests) != 1 {
		t.Errorf("%d requests were made", len(r.requests))
	}
}

func TestARecipientThatIsNoNumberIsMissing(t *testing.T) {
	t.Parallel()
	for _, id := range []resource.SourceID{"", "abc", "1.5", "+7", "007", "-0", "99999999999999999999", "waybill:1"} {
		s, r := session(t, succeed)
		w := message(t, "hello")
		w.Refs["recipient_id"] = []resource.SourceID{id}
		_, err := s.Write(t.Context(), w)
		wantClass(t, err, tsp.Missing)
		_, _, err = s.(tsp.Finder).Find(t.Context(), w)
		wantClass(t, err, tsp.Missing)
		if len(r.requests) > 0 {
			t.Errorf("%q was sent", id)
		}
	}
}

func TestAMessageMayHave2500Characters(t *testing.T) {
	t.Parallel()
	action := samsara.New().Spec().Actions[createMessage]
	for name, c := range map[string]struct{ text, code string }{
		"2500 characters of one byte":      {strings.Repeat("x", 2500), ""},
		"2500 characters of several bytes": {strings.Repeat("\U0001F69B", 2500), ""},
		"2501 characters":                  {strings.Repeat("x", 2501), "string_too_long"},
	} {
		w := message(t, c.text)
		wantCode(t, name, action.Apply("Samsara", w.Schema, w.Payload, nil), "message_text", c.code)
	}
	w := message(t, "")
	w.Payload.(*resource.Message).MessageText = resource.Opt[string]{}
	wantCode(t, "no text", action.Apply("Samsara", w.Schema, w.Payload, nil), "message_text", resource.CodeRequired)
	w.Payload.(*resource.Message).MessageText = resource.NullOf[string]()
	wantCode(t, "null", action.Apply("Samsara", w.Schema, w.Payload, nil), "message_text", resource.CodeRequired)
}

// wantCode checks that a policy refuses exactly one field with that code, or none.
func wantCode(t *testing.T, name string, p tsp.Policy, path, code string) {
	t.Helper()
	switch {
	case code == "" && len(p.Problems) > 0:
		t.Errorf("%s: %+v", name, p.Problems)
	case code != "" && (len(p.Problems) != 1 || p.Problems[0].Path != path || p.Problems[0].Code != code):
		t.Errorf("%s: problems %+v, want %s for %s", name, p.Problems, code, path)
	}
}

func TestTheAnswerMustNameTheDriver(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"data":[]}`, `{"data":[{"driverId":1,"text":"hello"}]}`} {
		s, _ := session(t, answer(200, jsonType, body))
		_, err := s.Write(t.Context(), message(t, "hello"))
		wantClass(t, err, tsp.Unknown)
	}
	s, _ := session(t, answer(200, jsonType, `{"data":"sent"}`))
	_, err := s.Write(t.Context(), message(t, "hello"))
	wantClass(t, err, tsp.Broken)
}

func TestAMessageIsFoundByDriverAndText(t *testing.T) {
	t.Parallel()
	entry := `{"driverId":%s,"text":"%s","isRead":false,"sentAtMs":1795521590000,"sender":{"name":"Dispatch","type":"%s"}}`
	for name, c := range map[string]struct {
		sent string
		want bool
	}{
		"it is there":           {fmt.Sprintf(entry, driverID, "hello", "dispatch"), true},
		"it is one of two":      {fmt.Sprintf(entry, "5", "x", "driver") + "," + fmt.Sprintf(entry, driverID, "hello", "dispatch"), true},
		"nothing is there":      {"", false},
		"another driver got it": {fmt.Sprintf(entry, "1654974", "hello", "dispatch"), false},
		"another text was sent": {fmt.Sprintf(entry, driverID, "hello!", "dispatch"), false},
		"the driver wrote it":   {fmt.Sprintf(entry, driverID, "hello", "driver"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := session(t, answer(200, jsonType, `{"data":[`+c.sent+`]}`))
			w := message(t, "hello")
			got, found, err := s.(tsp.Finder).Find(t.Context(), w)
			if err != nil || found != c.want {
				t.Fatalf("found = %v, %v; want %v", found, err, c.want)
			}
			if found && (got.SourceID != "" || got.Collection != "messages" || got.Status != 200 || got.Headers == nil) {
				t.Errorf("%+v", got)
			}
			if diff := cmp.Diff([][]string{{"token", "org", "messages.read"}}, w.Pace.(*pacer).waits); diff != "" {
				t.Errorf("charged to (-want +got):\n%s", diff)
			}
		})
	}
}

func TestALookUpThatCannotBeReadTellsNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		class  tsp.Class
	}{
		"an error":      {500, "oops", tsp.Unavailable},
		"a broken list": {200, `{"data":[`, tsp.Unavailable},
		"no list":       {200, `{"message":"internal error"}`, tsp.Unavailable},
		"another shape": {200, `{"data":{}}`, tsp.Broken},
	} {
		s, _ := session(t, answer(c.status, plain, c.body))
		_, found, err := s.(tsp.Finder).Find(t.Context(), message(t, "hello"))
		wantClass(t, err, c.class)
		if found {
			t.Errorf("%s: found", name)
		}
	}
}

func TestAnUpdateNeedsNoFinding(t *testing.T) {
	t.Parallel()
	s, _ := session(t, succeed)
	_, _, err := s.(tsp.Finder).Find(t.Context(), write(t, updateVehicle, `{"notes":"x"}`))
	wantClass(t, err, tsp.Unsupported)
}
