package api_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
)

func TestACursorLeadsToItsPlaceInItsList(t *testing.T) {
	t.Parallel()
	h := open(t)
	window := func() page.Window {
		switch asked := h.asked.(type) {
		case record.Request:
			return asked.Window
		case operation.Filter:
			return asked.Window
		}
		t.Fatalf("%T", h.asked)
		return page.Window{}
	}
	for _, path := range []string{operationList, userList, messageList} {
		first := h.get(path + "?fleet_refs=a&fleet_refs=b")
		for cursor, want := range map[string]page.Window{
			first.Next:     {Place: behind, Limit: 5},
			first.Previous: {Place: before, Backwards: true, Limit: 5},
		} {
			a := h.get(path + "?size=5&fleet_refs=b&fleet_refs=a&fleet_refs=a&cursor=" + cursor)
			if diff := cmp.Diff(want, window()); diff != "" || !strings.Contains(a.Text, `"current_page":"`+cursor+`"`) {
				t.Errorf("%s: %s (-want +got):\n%s", path, a.Text, diff)
			}
		}
	}
}

func TestACursorIsRefusedWhereItDoesNotBelong(t *testing.T) {
	t.Parallel()
	h := open(t)
	const broken, list = "is not a cursor that this service gave", "belongs to another list"
	const filters = "with other filters or in another order"
	other := strings.Replace(logList, one, "01987b00-0000-7000-8000-000000000002", 1)
	for _, c := range []struct{ from, to, says string }{
		{connectionList + "?", connectionList + "?tsp_id=" + one, filters},
		{connectionList + "?fleet_refs=a", connectionList + "?", filters},
		{connectionList + "?fleet_refs=a", connectionList + "?fleet_refs=b", filters},
		{connectionList + "?fleet_refs=a", connectionList + "?fleet_ids=" + one, filters},
		{connectionList + "?", fleetList + "?", list},
		{fleetList + "?", agreementList + "?", list},
		{agreementList + "?", agreementList + "?share_agreement_status=paused", filters},
		{logList + "?", other + "?", list},
		{logList + "?status=failed", logList + "?status=success", filters},
		{logList + "?", logList + "?start_date=2026-01-02T00:00:00Z", filters},
		{webhookList + "?", webhookList + "?event_name=vehicle.*", filters},
		{webhookList + "?", tspList + "?", list},
		{userList + "?", "/v2/telematics/vehicles?", list},
		{userList + "?", userList + "?is_driver=false", filters},
		{userList + "?", userList + "?sort_by=source_id", filters},
		{userList + "?sort_order=desc", userList + "?sort_order=asc", filters},
		{messageList + "?", messageList + "?from_datetime=2026-11-24T00:00:00Z", filters},
		{operationList + "?", operationList + "?to_datetime=2026-11-24T00:00:00Z", filters},
	} {
		next := h.get(c.from).Next
		cut := next[:len(next)-1]
		for cursor, says := range map[string]string{next: c.says, next[1:]: broken, cut: broken, next + next: broken} {
			a := h.get(c.to + "&cursor=" + url.QueryEscape(cursor))
			if a.Status != 422 || a.paths() != "cursor" || !strings.Contains(a.Wrong[0].Message, says) || h.asked != nil {
				t.Errorf("of %s at %s: %d %s; want %q", c.from, c.to, a.Status, a.Text, says)
			}
		}
	}
}

func TestACursorKeepsTheRangeAndTheOrderOfItsFirstPage(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, c := range []struct{ path, given, repeated string }{
		{operationList, "", ""},
		{messageList, "", ""},
		{messageList, "sort_by=source_id&sort_order=desc", ""},
		{messageList, "sort_by=source_id&sort_order=desc", "sort_by=source_id&sort_order=desc"},
		{messageList, "", "sort_by=occurred_at&sort_order=asc&include_source_data=false"},
		{operationList, "from_datetime=2026-11-23T12:00:00Z", "from_datetime=2026-11-23T13:00:00%2B01:00"},
	} {
		second := h.get(c.path + "?size=1&" + c.given)
		want := h.asked
		h.now = h.now.Add(time.Hour)
		for range 2 {
			second = h.get(c.path + "?size=1&" + c.repeated + "&cursor=" + second.Next)
			if diff := cmp.Diff(narrowed(want), narrowed(h.asked)); diff != "" {
				t.Errorf("%s %q %q (-want +got):\n%s", c.path, c.given, c.repeated, diff)
			}
		}
	}
}

// narrowed is what was asked for without the place in it.
func narrowed(asked any) any {
	switch asked := asked.(type) {
	case record.Request:
		asked.Window = page.Window{}
		return asked
	case operation.Filter:
		asked.Window = page.Window{}
		return asked
	}
	return asked
}

func TestAPageHasItsMembersWhateverItHolds(t *testing.T) {
	t.Parallel()
	h := open(t)
	const empty = `{"items":[],"current_page":null,"current_page_backwards":null,"previous_page":null,"next_page":null}`
	if a := h.get(tspList); a.Text != empty {
		t.Errorf("an empty page: %s", a.Text)
	}
	if a := h.get(userList); !strings.HasPrefix(a.Text, `{"items":[{}],"total":0,"current_page":null,`) {
		t.Errorf("a page with a total: %s", a.Text)
	}
}

func TestTheListOfTSPsIsPagedByName(t *testing.T) {
	t.Parallel()
	h := open(t, named{name: "samsara"}, named{name: "geotab"}, named{name: "traccar"}, named{name: "motive"},
		named{name: "wialon"})
	slugs := func(a answer) string {
		var all []string
		for part := range strings.SplitSeq(a.Text, `"slug":"`) {
			name, _, _ := strings.Cut(part, `"`)
			all = append(all, name)
		}
		return strings.Join(all[1:], " ")
	}
	first := h.get(tspList + "?size=2")
	second := h.get(tspList + "?size=2&cursor=" + first.Next)
	third := h.get(tspList + "?size=2&cursor=" + second.Next)
	back := h.get(tspList + "?size=2&cursor=" + third.Previous)
	got := []string{slugs(first), slugs(second), slugs(third), slugs(back)}
	if diff := cmp.Diff([]string{"geotab motive", "samsara traccar", "wialon", "samsara traccar"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if first.Previous != "" || third.Next != "" || back.Previous == "" || back.Next == "" {
		t.Errorf("first %+v, third %+v, back %+v", first.Page, third.Page, back.Page)
	}
}
