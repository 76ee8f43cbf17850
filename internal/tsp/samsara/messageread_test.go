package samsara_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// inbox serves messages as Samsara does: those of a span of time, both of its ends included, newest first.
func inbox(clock func() time.Time, sent ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		end, span := clock().UnixMilli(), (24 * time.Hour).Milliseconds()
		if given := r.URL.Query().Get("endMs"); given != "" {
			end, _ = strconv.ParseInt(given, 10, 64)
		}
		if given := r.URL.Query().Get("durationMs"); given != "" {
			span, _ = strconv.ParseInt(given, 10, 64)
		}
		var found []string
		for _, one := range sent {
			_, rest, _ := strings.Cut(one, `"sentAtMs":`)
			at, _ := strconv.ParseInt(rest[:13], 10, 64)
			if at >= end-span && at <= end {
				found = append(found, one)
			}
		}
		_, _ = fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(found, ","))
	}
}

func sentBy(kind, text string, at time.Time, read bool) string {
	return fmt.Sprintf(`{"driverId":1654973,"isRead":%v,"sentAtMs":%d,"sender":{"name":"Ann Lee","type":%q},"text":%q}`, read, at.UnixMilli(), kind, text)
}

// since reads all messages since a time.
func since(t *testing.T, s tsp.Session, from time.Time) []tsp.Record {
	t.Helper()
	var found []tsp.Record
	for cursor := ""; ; {
		page, err := s.List(t.Context(), tsp.List{Kind: resource.KindMessage, Cursor: cursor, Since: from, Pace: &pacer{}})
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, page.Records...)
		if cursor = page.Next; cursor == "" {
			return found
		}
	}
}

func TestWhatDriversWroteIsReadOnceWhateverTheDay(t *testing.T) {
	t.Parallel()
	from := noon.Add(-72 * time.Hour)
	s, r := session(t, inbox(atNoon, sentBy("driver", "now", noon, false), sentBy("driver", "edge", from.Add(24*time.Hour), false),
		sentBy("driver", "first", from, true), sentBy("driver", "too old", from.Add(-time.Millisecond), false),
		sentBy("dispatch", "ours or another's", noon.Add(-time.Hour), false), sentBy("driver", "edge 2", from.Add(48*time.Hour), false)))
	var texts []string
	for _, one := range since(t, s, from) {
		_, text, _ := strings.Cut(string(one.Source), `"text":`)
		texts = append(texts, text)
	}
	if diff := cmp.Diff([]string{`"first"}`, `"edge"}`, `"now"}`, `"edge 2"}`}, texts); diff != "" {
		t.Errorf("the messages differ (-want +got):\n%s", diff)
	}
	if len(r.requests) != 3 {
		t.Errorf("%d requests for three days", len(r.requests))
	}
}

func TestMessagesBecomeUnified(t *testing.T) {
	t.Parallel()
	source := sentBy("driver", "At the dock", noon.Add(-time.Hour), false)
	listed := func(source string) tsp.Record {
		s, _ := session(t, inbox(atNoon, source))
		return since(t, s, noon.Add(-2*time.Hour))[0]
	}
	r := listed(source)
	want := tsp.Record{Collection: "messages", SourceID: r.SourceID, Source: []byte(source), OccurredAt: noon.Add(-time.Hour),
		Fields: []byte(`{"message_text":"At the dock","status":"sent","sent_by_driver":true,"sender_name":"Ann Lee"}`),
		Names:  map[string][]tsp.Named{"sender_id": {{Collection: "drivers", SourceID: "1654973"}}}}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("the record differs (-want +got):\n%s", diff)
	}
	read := listed(strings.ReplaceAll(sentBy("driver", "At the dock", noon.Add(-time.Hour), true), "Ann Lee", "Ann Ngo"))
	if read.SourceID != r.SourceID || !strings.Contains(string(read.Fields), `"status":"read"`) {
		t.Errorf("read, by a driver of another name, it is %s %s, was %s", read.SourceID, read.Fields, r.SourceID)
	}
	for _, other := range []string{sentBy("driver", "At the gate", noon.Add(-time.Hour), false), sentBy("driver", "At the dock", noon.Add(-time.Hour+time.Millisecond), false)} {
		if again := listed(other); again.SourceID == r.SourceID {
			t.Errorf("%s has the id of %s", other, source)
		}
	}
}

func TestAListOfMessagesThatCannotBeTrustedIsRefused(t *testing.T) {
	t.Parallel()
	for body, class := range map[string]tsp.Class{`{}`: tsp.Broken, `{"data":["x"]}`: tsp.Broken, `{"data":[{"driverId":"7"}]}`: tsp.Broken, `{"data":[`: tsp.Unavailable} {
		s, _ := session(t, answer(http.StatusOK, jsonType, body))
		_, err := s.List(t.Context(), tsp.List{Kind: resource.KindMessage, Pace: &pacer{}})
		wantClass(t, err, class)
	}
	s, _ := session(t, succeed)
	_, err := s.List(t.Context(), tsp.List{Kind: resource.KindMessage, Cursor: "x", Pace: &pacer{}})
	wantClass(t, err, tsp.Rejected)
}
