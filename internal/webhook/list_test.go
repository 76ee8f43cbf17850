package webhook_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func TestASubscriptionOfAnotherPartnerIsNotThere(t *testing.T) {
	t.Parallel()
	s := newService(&memory{})
	id := mustCreate(t, s, created).Subscriptions[0].ID
	_, err := s.Get(t.Context(), other, id)
	checkCode(t, err, problem.NotFound)
	checkCode(t, s.Delete(t.Context(), other, id), problem.NotFound)
	_, err = s.Logs(t.Context(), other, id, webhook.LogsRequest{})
	checkCode(t, err, problem.NotFound)
	page, err := s.List(t.Context(), other, webhook.ListRequest{})
	if err != nil || len(page.Items) != 0 {
		t.Errorf("listed %v, %v", page.Items, err)
	}
}

func TestADeletedSubscriptionIsGoneAndMayBeMadeAnew(t *testing.T) {
	t.Parallel()
	s := newService(&memory{})
	id := mustCreate(t, s, created).Subscriptions[0].ID
	if got, err := s.Get(t.Context(), acme, id); err != nil || got.ID != id {
		t.Fatalf("got %v, %v", got, err)
	}
	if err := s.Delete(t.Context(), acme, id); err != nil {
		t.Fatal(err)
	}
	_, err := s.Get(t.Context(), acme, id)
	checkCode(t, err, problem.NotFound)
	mustCreate(t, s, created)
}

func TestListsAreNarrowed(t *testing.T) {
	t.Parallel()
	s := newService(&memory{})
	mustCreate(t, s, wildcard("resource_operation.*"))
	mustCreate(t, s, wildcard("webhook.staled"))
	tests := []struct {
		name string
		r    webhook.ListRequest
		want []string
	}{
		{"newest first", webhook.ListRequest{}, []string{"webhook.staled", "resource_operation.failed", "resource_operation.succeeded", "resource_operation.created"}},
		{"by name", webhook.ListRequest{EventName: "resource_operation.failed"}, []string{"resource_operation.failed"}},
		{"by wildcard", webhook.ListRequest{EventName: "webhook.*"}, []string{"webhook.staled"}},
		{"by status", webhook.ListRequest{Status: webhook.Stale}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			page, err := s.List(t.Context(), acme, tt.r)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, names(page.Items)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func names(items []webhook.Read) []string {
	var all []string
	for _, item := range items {
		all = append(all, item.EventName)
	}
	return all
}

func TestPagesFollowEachOtherInBothDirections(t *testing.T) {
	t.Parallel()
	s := newService(&memory{})
	mustCreate(t, s, wildcard("invitation.*")) // 8 subscriptions
	whole := list(t, s, nil, 100)
	var seen []webhook.Read
	pages := []webhook.Page[webhook.Read]{list(t, s, nil, 3)}
	for pages[len(pages)-1].NextPage != nil {
		pages = append(pages, list(t, s, pages[len(pages)-1].NextPage, 3))
	}
	for _, p := range pages {
		seen = append(seen, p.Items...)
	}
	if diff := cmp.Diff(whole.Items, seen); diff != "" || len(pages) != 3 {
		t.Errorf("%d pages: %s", len(pages), diff)
	}
	if pages[0].PreviousPage != nil || pages[0].CurrentPage != nil {
		t.Error("the first page has a page before it")
	}
	for i := len(pages) - 1; i > 0; i-- {
		back := list(t, s, pages[i].PreviousPage, 3)
		if diff := cmp.Diff(pages[i-1].Items, back.Items); diff != "" {
			t.Errorf("back to page %d: %s", i-1, diff)
		}
		if (back.PreviousPage == nil) != (i == 1) || back.NextPage == nil {
			t.Errorf("back at page %d: previous %v, next %v", i-1, back.PreviousPage, back.NextPage)
		}
	}
}

func TestAPageStaysPutWhileNewEntriesComeIn(t *testing.T) {
	t.Parallel()
	s := newService(&memory{})
	mustCreate(t, s, wildcard("invitation.*"))
	first := list(t, s, nil, 3)
	want := list(t, s, first.NextPage, 3)
	mustCreate(t, s, created)
	if diff := cmp.Diff(want.Items, list(t, s, first.NextPage, 3).Items); diff != "" {
		t.Error(diff)
	}
}

func list(t *testing.T, s *webhook.Service, cursor *string, size int) webhook.Page[webhook.Read] {
	t.Helper()
	r := webhook.ListRequest{Page: webhook.PageRequest{Size: &size}}
	if cursor != nil {
		r.Page.Cursor = *cursor
	}
	page, err := s.List(t.Context(), acme, r)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func TestWrongListParametersAreToldTogether(t *testing.T) {
	t.Parallel()
	s, size := newService(&memory{}), 1001
	_, err := s.List(t.Context(), acme, webhook.ListRequest{EventName: "x", Status: "on", Page: webhook.PageRequest{Size: &size}})
	if diff := cmp.Diff([]string{"event_name enum", "status enum", "size out_of_range"}, codes(t, err)); diff != "" {
		t.Error(diff)
	}
	_, err = s.Logs(t.Context(), acme, uuid.New(), webhook.LogsRequest{Start: noon, End: noon, Status: "pending"})
	if diff := cmp.Diff([]string{"status enum", "end_date out_of_range"}, codes(t, err)); diff != "" {
		t.Error(diff)
	}
}

func TestAForeignCursorIsABadRequest(t *testing.T) {
	t.Parallel()
	s := newService(&memory{})
	for _, cursor := range []string{"x", "????", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "bwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		_, err := s.List(t.Context(), acme, webhook.ListRequest{Page: webhook.PageRequest{Cursor: cursor}})
		checkCode(t, err, problem.BadRequest)
	}
}

func TestLogsAreNarrowedByTimeAndStatus(t *testing.T) {
	t.Parallel()
	store := &memory{}
	s := newService(store)
	sub := mustCreate(t, s, created).Subscriptions[0]
	for minute, status := range []webhook.LogStatus{webhook.LogFailed, webhook.LogFailed, webhook.LogSuccess} {
		store.logs = append(store.logs, webhook.DeliveryLog{ID: uuid.New(), Subscription: sub.ID,
			Status: status, StatusCode: minute, CreatedAt: noon.Add(time.Duration(minute) * time.Minute)})
	}
	store.logs = append(store.logs, webhook.DeliveryLog{ID: uuid.New(), Subscription: uuid.New(), CreatedAt: noon})
	tests := []struct {
		name string
		r    webhook.LogsRequest
		want []int
	}{
		{"all, newest first", webhook.LogsRequest{}, []int{2, 1, 0}},
		{"failed ones", webhook.LogsRequest{Status: webhook.LogFailed}, []int{1, 0}},
		{"the start belongs to the range", webhook.LogsRequest{Start: noon.Add(time.Minute)}, []int{2, 1}},
		{"the end does not", webhook.LogsRequest{End: noon.Add(time.Minute)}, []int{0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			page, err := s.Logs(t.Context(), acme, sub.ID, tt.r)
			if err != nil {
				t.Fatal(err)
			}
			var got []int
			for _, item := range page.Items {
				got = append(got, item.StatusCode)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
