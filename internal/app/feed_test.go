package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"
)

const events = "/v2/notifications/events"

// feed reads a part of the partner's feed.
func (h *house) feed(query ...string) (items []map[string]any, cursor string) {
	h.t.Helper()
	q := url.Values{}
	for i := 0; i < len(query); i += 2 {
		q.Add(query[i], query[i+1])
	}
	a := h.do("GET", events+"?"+q.Encode(), "")
	if a.status != http.StatusOK {
		h.t.Fatalf("%d %s", a.status, a.text)
	}
	for _, item := range a.value("items").([]any) {
		items = append(items, item.(map[string]any))
	}
	return items, a.field("cursor")
}

// subscribeFeed subscribes to what happens to operations.
func (h *house) subscribeFeed() {
	h.t.Helper()
	a := h.do("POST", "/v2/notifications/webhooks", `{"url":"waybill:feed","event_name":"resource_operation.*"}`)
	// Over a store that fails it may have been made before it is asked for once more.
	if a.status != http.StatusOK && (h.faults == nil || a.status != http.StatusConflict) {
		h.t.Fatalf("%d %s", a.status, a.text)
	}
}

func TestEventsAreReadAsTheyAreReceived(t *testing.T) {
	t.Parallel()
	h := open(t)
	if a := h.do("GET", events, ""); a.status != http.StatusNotFound {
		t.Fatalf("before there is a feed: %d %s", a.status, a.text)
	}
	h.subscribeFeed()
	items, cursor := h.feed()
	if len(items) != 0 {
		t.Fatalf("%d events before anything happened", len(items))
	}
	var ids []string
	for n := range 5 {
		ids = append(ids, h.do("POST", messages, h.message(fmt.Sprint("read ", n))).field("id"))
	}
	for len(items) < 10 {
		part, next := h.feed("cursor", cursor, "wait", "20", "size", "3")
		if len(part) == 0 {
			t.Fatalf("after %d nothing comes", len(items))
		}
		items, cursor = append(items, part...), next
	}
	told := map[string][]string{}
	for _, item := range items {
		of := item["data"].([]any)[0].(map[string]any)["id"].(string)
		told[of] = append(told[of], item["event_name"].(string))
	}
	for _, id := range ids {
		if !slices.Equal(told[id], []string{"resource_operation.created", "resource_operation.succeeded"}) {
			t.Errorf("of %s is told %v", id, told[id])
		}
	}
	received := map[string]bool{}
	h.events(10)
	for _, d := range h.hooks.got {
		received[d.header.Get("Webhook-Id")] = true
	}
	for _, item := range items {
		if !received[item["id"].(string)] {
			t.Errorf("%v was read and not received", item["id"])
		}
	}
	ends, _ := h.feed("event_name", "resource_operation.succeeded", "size", "100")
	if len(ends) != 5 {
		t.Errorf("%d ends are read", len(ends))
	}
	if again, _ := h.feed("size", "4"); len(again) != 4 || again[0]["id"] != items[0]["id"] {
		t.Errorf("from the beginning %v comes", again)
	}
}

func TestAReadingThatWaitsEndsWithTheProgramAtOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.subscribeFeed()
	_, cursor := h.feed()
	done := make(chan int, 1)
	go func() {
		items, _ := h.feed("cursor", cursor, "wait", "30")
		done <- len(items)
	}()
	select {
	case <-done:
		t.Fatal("it did not wait")
	case <-time.After(300 * time.Millisecond):
	}
	begun := time.Now()
	h.stop()
	if n := <-done; n != 0 || time.Since(begun) > 5*time.Second {
		t.Errorf("%d events, and the stop took %v", n, time.Since(begun))
	}
}

func TestWhatCannotBeReadIsToldWithItsPlace(t *testing.T) {
	t.Parallel()
	h := open(t)
	for query, status := range map[string]int{"?wait=31": 422, "?size=0": 422, "?cursor=x": 422,
		"?event_name=vehicle": 422, "?fleet_ids=1": 422} {
		if a := h.do("GET", events+query, ""); a.status != status {
			t.Errorf("%s: %d %s", query, a.status, a.text)
		}
	}
	a := h.do("POST", "/v2/notifications/webhooks",
		`{"url":"waybill:feed","event_name":"resource_operation.*","secret":"a long enough secret"}`)
	if a.status != http.StatusUnprocessableEntity {
		t.Errorf("a secret: %d %s", a.status, a.text)
	}
}
