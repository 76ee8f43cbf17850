package webhook_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// whole is a window on all of a list.
var whole = page.Window{Limit: 100}

func TestASubscriptionOfAnotherPartnerIsNotThere(t *testing.T) {
	t.Parallel()
	s := newService(&memory{})
	id := mustCreate(t, s, created).Subscriptions[0].ID
	_, err := s.Get(t.Context(), other, id)
	checkCode(t, err, problem.NotFound)
	_, err = s.Move(t.Context(), other, id, webhook.Delete)
	checkCode(t, err, problem.NotFound)
	_, err = s.Logs(t.Context(), other, id, webhook.LogsRequest{})
	checkCode(t, err, problem.NotFound)
	found, err := s.List(t.Context(), other, webhook.ListRequest{Window: whole})
	if err != nil || len(found.Items) != 0 {
		t.Errorf("listed %v, %v", found.Items, err)
	}
}

func TestADeletedSubscriptionIsGoneAndMayBeMadeAnew(t *testing.T) {
	t.Parallel()
	s := newService(&memory{})
	id := mustCreate(t, s, created).Subscriptions[0].ID
	if got, err := s.Get(t.Context(), acme, id); err != nil || got.ID != id {
		t.Fatalf("got %v, %v", got, err)
	}
	if _, err := s.Move(t.Context(), acme, id, webhook.Delete); err != nil {
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
			tt.r.Window = whole
			found, err := s.List(t.Context(), acme, tt.r)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, names(found.Items)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func names(items []webhook.Subscription) []string {
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
	first := list(t, s, page.Window{Limit: 3})
	second := list(t, s, page.Window{Place: first.Next, Limit: 3})
	third := list(t, s, page.Window{Place: second.Next, Limit: 3})
	want := names(list(t, s, whole).Items)
	seen := slices.Concat(names(first.Items), names(second.Items), names(third.Items))
	if diff := cmp.Diff(want, seen); diff != "" || !third.Next.IsZero() || !first.Previous.IsZero() {
		t.Errorf("next %v, previous %v (-want +got):\n%s", third.Next, first.Previous, diff)
	}
	back := list(t, s, page.Window{Place: third.Previous, Backwards: true, Limit: 3})
	if diff := cmp.Diff(second, back); diff != "" {
		t.Errorf("back (-want +got):\n%s", diff)
	}
}

func TestAPageStaysPutWhileNewEntriesComeIn(t *testing.T) {
	t.Parallel()
	s := newService(&memory{})
	mustCreate(t, s, wildcard("invitation.*"))
	behind := page.Window{Place: list(t, s, page.Window{Limit: 3}).Next, Limit: 3}
	want := list(t, s, behind)
	mustCreate(t, s, created)
	if diff := cmp.Diff(want, list(t, s, behind)); diff != "" {
		t.Error(diff)
	}
}

func list(t *testing.T, s *webhook.Service, w page.Window) page.Page[webhook.Subscription] {
	t.Helper()
	found, err := s.List(t.Context(), acme, webhook.ListRequest{Window: w})
	if err != nil {
		t.Fatal(err)
	}
	return found
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
			tt.r.Window = whole
			found, err := s.Logs(t.Context(), acme, sub.ID, tt.r)
			if err != nil {
				t.Fatal(err)
			}
			var got []int
			for _, item := range found.Items {
				got = append(got, item.StatusCode)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
