package motive_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

// inboxes is a Motive whose users sent what their rows say.
func inboxes(t *testing.T, users string, rows map[string]string, asked *[]string) tsp.Session {
	return desk(t, 0, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/users" {
			says(`{"users":[`+users+`]}`)(w, r)
			return
		}
		*asked = append(*asked, r.Header.Get("X-User-Id")+" "+r.URL.Query().Get("min_updated_at"))
		says(`{"messages":[`+rows[r.Header.Get("X-User-Id")]+`]}`)(w, r)
	})
}

func sentRow(id string, to int, sent string) string {
	return fmt.Sprintf(`{"message":{"id":%q,"sender_id":1,"recipient_id":%d,"body":"At the dock","status":"read","sent_at":%q,"updated_at":"2026-11-24T11:00:00Z"}}`, id, to, sent)
}

func TestMessagesAreReadSenderBySender(t *testing.T) {
	t.Parallel()
	var asked []string
	since := noon.Add(-24 * time.Hour)
	s := inboxes(t, `{"user":{"id":1,"status":"active"}},{"user":{"id":2,"status":"deactivated","updated_at":"2026-11-23T11:59:59Z"}},{"user":{"id":3,"status":"pending"}},
		{"user":{"id":4,"status":"deactivated","updated_at":"2026-11-23T12:00:01Z"}},{"user":{"id":5,"status":"deactivated"}}`,
		map[string]string{"1": strings.Join([]string{sentRow("a", 8, "2026-11-24T10:00:00Z"), sentRow("b", 8, "2026-11-24T09:00:00Z"), sentRow("b", 9, "2026-11-24T09:00:00Z"),
			sentRow("b", 9, "2026-11-24T09:00:00Z"), sentRow("old", 8, "2026-11-22T09:00:00Z")}, ",")}, &asked)
	const fields = `{"message_text":"At the dock","status":"read"}`
	var source string
	for _, c := range []struct {
		kind resource.Kind
		want []string
	}{
		{resource.KindMessage, []string{"messages a 10:00 map[recipient_id:[{users 8}] sender_id:[{users 1}]]" + fields}},
		{resource.KindGroupMessage, []string{"group_messages b 09:00 map[recipient_ids:[{users 8} {users 9}] sender_id:[{users 1}]]" + fields}},
	} {
		page, err := s.List(t.Context(), tsp.List{Kind: c.kind, Since: since, Pace: tsptest.Free{}})
		if err != nil || page.Next != "" {
			t.Fatalf("%+v, %v", page, err)
		}
		var told []string
		for _, r := range page.Records {
			told = append(told, fmt.Sprint(r.Collection, " ", r.SourceID, r.OccurredAt.Format(" 15:04 "), r.Names, string(r.Fields)))
			source = string(r.Source)
		}
		if diff := cmp.Diff(c.want, told); diff != "" {
			t.Error(diff)
		}
	}
	if diff := cmp.Diff([]string{"1 2026-11-23T12:00:00Z", "3 2026-11-23T12:00:00Z", "4 2026-11-23T12:00:00Z"}, asked); diff != "" {
		t.Errorf("for both kinds there was asked: %s", diff)
	}
	if !strings.Contains(source, `"recipient_ids":[8,9]`) || strings.Contains(source, "recipient_id\"") {
		t.Errorf("source: %s", source)
	}
}

func TestAReadingServesEachKindOnce(t *testing.T) {
	t.Parallel()
	var asked []string
	s := inboxes(t, `{"user":{"id":1,"status":"active"}}`, nil, &asked)
	for i, c := range []struct {
		kind   resource.Kind
		before time.Duration
		calls  int
	}{
		{resource.KindMessage, time.Hour, 1}, {resource.KindMessage, time.Hour, 2}, {resource.KindGroupMessage, time.Hour, 2},
		{resource.KindGroupMessage, time.Hour, 3}, {resource.KindMessage, 2 * time.Hour, 4},
	} {
		_, err := s.List(t.Context(), tsp.List{Kind: c.kind, Since: noon.Add(-c.before), Pace: tsptest.Free{}})
		if err != nil || len(asked) != c.calls {
			t.Errorf("list %d: %d calls, %v; want %d", i, len(asked), err, c.calls)
		}
	}
}

func TestMessagesWithoutATimeHappenedWhenTheyChanged(t *testing.T) {
	t.Parallel()
	var asked []string
	s := inboxes(t, `{"user":{"id":1,"status":"active"}}`, map[string]string{"1": `{"message":{"id":"a","sender_id":1,"recipient_id":8,"body":"x","updated_at":"2026-11-24T11:00:00Z"}}`}, &asked)
	page, err := s.List(t.Context(), tsp.List{Kind: resource.KindMessage, Since: noon.Add(-time.Hour * 2), Pace: tsptest.Free{}})
	if err != nil || len(page.Records) != 1 || !page.Records[0].OccurredAt.Equal(noon.Add(-time.Hour)) {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestNoImportAsksForMoreUsersThanTheirMessagesAreWorth(t *testing.T) {
	t.Parallel()
	var users, asked []string
	for i := range 70 {
		users = append(users, fmt.Sprintf(`{"user":{"id":%d,"status":"active"}}`, i+1))
	}
	s := inboxes(t, strings.Join(users, ","), nil, &asked)
	imported := func() (pages int) {
		for cursor := ""; pages == 0 || cursor != ""; pages++ {
			before := len(asked)
			page, err := s.List(t.Context(), tsp.List{Kind: resource.KindMessage, Cursor: cursor, Since: noon, Pace: tsptest.Free{}})
			if err != nil || len(asked) != before+10 {
				t.Fatalf("%d users, %v", len(asked)-before, err)
			}
			cursor = page.Next
		}
		return pages
	}
	for i, want := range []int{7, 5, 5} {
		asked = nil
		if got := imported(); got != want {
			t.Errorf("import %d has %d pages, want %d", i+1, got, want)
		}
	}
	if first, _, _ := strings.Cut(asked[0], " "); first != "51" {
		t.Errorf("the third import begins with the user %s", first)
	}
	_, err := s.List(t.Context(), tsp.List{Kind: resource.KindMessage, Cursor: "x", Pace: tsptest.Free{}})
	if classOf(err) != tsp.Rejected {
		t.Error(err)
	}
}
