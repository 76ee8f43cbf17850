package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// waitsFor makes a message that the TSP does not take, and returns its id once its next attempt is so far away.
func (h *house) waitsFor(text string, apart time.Duration) string {
	h.t.Helper()
	id := h.do("POST", messages, h.message(text)).field("id")
	h.becomes("the next attempt is far away", func() bool { return time.Until(h.next(id)) > apart })
	return id
}

// next is when the next attempt of an operation may begin; zero where no time is set.
func (h *house) next(id string) time.Time {
	h.t.Helper()
	text, _ := h.progress(id)["next_attempt_at"].(string)
	at, _ := time.Parse(time.RFC3339, text)
	return at
}

// down has the TSP take no message, or lets it take them again.
func (h *house) down(is bool) {
	h.t.Helper()
	h.simulated("DELETE", "/_sim/faults", "")
	if is {
		h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST"},"fault":"status","status":503}`)
	}
}

func TestAWriteThatWaitsInBackOffIsTriedOnceItIsAskedFor(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.down(true)
	id := h.waitsFor("at once", 3*time.Second)
	due := h.next(id)
	h.down(false)
	a := h.do("POST", h.on(id, "try"), "")
	if a.status != http.StatusOK || time.Until(h.next(id)) > time.Second {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if end := h.ended(id); end.field("status") != "success" || time.Now().After(due) {
		t.Errorf("it ended as %s, and would have been tried by itself at %v", end.text, due)
	}
	if n := h.sent("at once"); n != 1 {
		t.Errorf("the TSP has it %d times", n)
	}
	if a := h.do("POST", h.on(id, "try"), ""); a.status != http.StatusConflict || !strings.Contains(a.text, "with the status success") {
		t.Errorf("one that has ended: %d %s", a.status, a.text)
	}
}

func TestAWriteOfUnknownOutcomeIsLookedUpOnceItIsAskedForAndNotSentAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST"},"fault":"apply_then_drop","times":1}`)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"GET"},"fault":"status","status":503}`)
	id := h.waitsFor("taken", 3*time.Second)
	due := h.next(id)
	if p := h.progress(id); p["code"] != "looking_up" || p["state"] != "unknown" {
		t.Fatalf("it waits for %v", p)
	}
	h.simulated("DELETE", "/_sim/faults", "")
	if a := h.do("POST", h.on(id, "try"), ""); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if end := h.ended(id); end.field("status") != "success" || time.Now().After(due) || h.sent("taken") != 1 {
		t.Errorf("it is at the TSP %d times, would have been looked up by itself at %v, and ended as %s", h.sent("taken"), due, end.text)
	}
}

func TestAWriteThatWaitsForAnythingElseIsNotTriedAndToldForWhat(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.down(true)
	first := h.waitsFor("the first", time.Second)
	second := h.do("POST", messages, h.message("the second")).field("id")
	refused := func(name, id, says string) {
		before := h.tells(id)
		if a := h.do("POST", h.on(id, "try"), ""); a.status != http.StatusConflict || !strings.Contains(a.text, says) {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
		if after := h.tells(id); strings.Split(after, `"progress"`)[0] != strings.Split(before, `"progress"`)[0] {
			t.Errorf("%s was %s and is %s", name, before, after)
		}
	}
	refused("behind another", second, "that is operation "+first)
	becomes := func(status string) {
		h.do("PATCH", connections+"/"+h.ids.Connection.String(), `{"status":"`+status+`"}`)
	}
	becomes("paused")
	refused("of a paused connection", first, "its connection is paused")
	becomes("active")
	if a := h.do("POST", h.on(strings.Replace(first, "0", "1", 1), "try"), ""); a.status != http.StatusNotFound {
		t.Errorf("one that there is not: %d %s", a.status, a.text)
	}
	h.simulated("DELETE", "/_sim/faults", "")
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST"},"fault":"status","status":503,"retry_after":"60"}`)
	h.becomes("the TSP has asked for a minute", func() bool { return time.Until(h.next(first)) > 30*time.Second })
	if code := h.progress(first)["code"]; code != "retry_after" {
		t.Errorf("it waits for %v", code)
	}
	refused("for a time that the TSP has set", first, "asked to be left alone until then; that is 2")
}

// TestReplicasNeverSendTwiceAtOnceWhatTheyAreAskedToTryOverPostgreSQL asks two replicas, in one of which the lane runs, again and again.
func TestReplicasNeverSendTwiceAtOnceWhatTheyAreAskedToTryOverPostgreSQL(t *testing.T) {
	t.Parallel()
	h := open(t)
	replicas := []*house{h, h.second()}
	h.simulated("POST", "/_sim/reset", "")
	h.down(true)
	for i, asked := range replicas {
		text := fmt.Sprint("tried by replica ", i)
		id := h.waitsFor(text, 3*time.Second)
		h.down(false)
		if a := asked.do("POST", h.on(id, "try"), ""); a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.text)
		}
		began := time.Now()
		if end := h.ended(id); end.field("status") != "success" || time.Since(began) > 2500*time.Millisecond || h.sent(text) != 1 {
			t.Errorf("asked of replica %d it ended after %v as %s", i, time.Since(began), end.text)
		}
		h.down(true)
	}
	id, over, askers := h.waitsFor("asked for all the time", time.Second), make(chan struct{}), sync.WaitGroup{}
	for i := range 6 {
		askers.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
				}
				if a := replicas[i%2].do("POST", h.on(id, "try"), ""); a.status != http.StatusOK && a.status != http.StatusConflict {
					t.Errorf("%d %s", a.status, a.text)
					return
				}
			}
		})
	}
	before := h.progress(id)["attempts"].(float64)
	h.becomes("it was tried some times more", func() bool { return h.progress(id)["attempts"].(float64) >= before+4 })
	h.down(false)
	end := h.ended(id)
	close(over)
	askers.Wait()
	calls := strings.Count(h.simulated("GET", "/_sim/requests", ""), "asked for all the time")
	if tries := strings.Count(end.text, `"reach":"sent"`); end.field("status") != "success" || calls != tries || h.sent("asked for all the time") != 1 {
		t.Errorf("%d attempts made %d calls, and it ended as %s", tries, calls, end.text)
	}
}
