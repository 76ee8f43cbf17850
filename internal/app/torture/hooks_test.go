//go:build unix

package torture_test

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// toldAll waits until the receiver has all events of a history, and looks at their order.
func (w *torture) toldAll(h history) {
	w.t.Helper()
	w.receiver.mu.Lock()
	w.receiver.calm = true
	w.receiver.mu.Unlock()
	began := time.Now()
	missing := func() string { return missingIn(h, w.receiver.all()) }
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(2 * time.Minute); missing() != "" && time.Now().Before(deadline); {
		<-tick.C
	}
	if what := missing(); what != "" {
		w.t.Errorf("events are missing: %s", what)
	}
	took, begun, early := w.receiver.all(), map[string]bool{}, 0
	for _, d := range took {
		of := d.Data[0].ID
		if d.EventName == "resource_operation.created" {
			begun[of] = true
		} else if !begun[of] {
			early++
		}
	}
	w.t.Logf("%d deliveries, %d ends told before their beginning; the last came %v later", len(took), early,
		time.Since(began).Round(time.Millisecond))
	if early > 0 {
		w.t.Errorf("the ends of %d operations were told before their beginning", early)
	}
}

// missingIn tells of events that a history has and nobody took. Sync writes have none.
func missingIn(h history, took []delivered) string {
	begun, ended := map[string]bool{}, map[string]bool{}
	for _, d := range took {
		if d.EventName == "resource_operation.created" {
			begun[d.Data[0].ID] = true
		} else {
			ended[d.Data[0].ID] = true
		}
	}
	if twice := endedTwice(took); twice != "" {
		return twice
	}
	var missing []string
	for _, w := range h.writes {
		if !h.accepted(w) {
			continue
		}
		if !begun[w.id] {
			missing = append(missing, fmt.Sprintf("the beginning of %s", w))
		}
		if !w.live && !ended[w.id] {
			missing = append(missing, fmt.Sprintf("the end of %s", w))
		}
	}
	if len(missing) > 0 {
		return fmt.Sprintf("%d events, as %s and %s", len(missing), missing[0], missing[len(missing)-1])
	}
	return gapIn(took)
}

// accepted tells whether a caller was told that a write is accepted. Sync writes are not.
func (h history) accepted(w wrote) bool {
	return slices.ContainsFunc(h.told[w.id], func(r reply) bool { return r.status == http.StatusAccepted })
}

// endedTwice tells of an operation of whose end a subscription was told by two events.
func endedTwice(took []delivered) string {
	type end struct{ webhook, operation string }
	by := map[end]string{}
	for _, d := range took {
		of := end{d.WebhookID, d.Data[0].ID}
		if d.EventName == "resource_operation.created" {
			continue
		}
		if other := by[of]; other != "" && other != d.ID {
			return fmt.Sprintf("operation %s ended by both %s and %s", of.operation, other, d.ID)
		}
		by[of] = d.ID
	}
	return ""
}
