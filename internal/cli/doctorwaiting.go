package cli

import (
	"net/url"
	"time"

	"github.com/waybill-dev/waybill/internal/cli/remote"
)

// long is for how long a write may wait without being remarkable.
const long = 15 * time.Minute

// newest bounds how many operations are looked at.
const newest = 1000

// waiting looks for writes that wait for long, and for those that failed today.
func (e *examination) waiting() {
	now := time.Now()
	var oldest operation
	count := 0
	for item, err := range e.client.List(e.s.Context, allOperations, url.Values{"status": {pending}}, newest) {
		if err == nil {
			oldest, err = readOperation(item)
		}
		if err != nil {
			e.add("operations", wrong, "%s", err)
			return
		}
		count++
	}
	more := ""
	if count == newest {
		more = " or more"
	}
	at, err := time.Parse(time.RFC3339, oldest.CreatedAt)
	switch {
	case count == 0:
		e.add("operations", fine, "none waits")
	case err == nil && now.Sub(at) > long:
		e.add("operations", warns, "%d%s wait, one since %s (waybill op explain %s)", count, more, span(now.Sub(at)), oldest.ID)
	default:
		e.add("operations", fine, "%d%s wait, none for longer than %s", count, more, long)
	}
	failures, unknown := 0, 0
	for item, err := range e.client.List(e.s.Context, allOperations, url.Values{"status": {failed}}, newest) {
		var op operation
		if err == nil {
			op, err = readOperation(item)
		}
		if err != nil {
			e.add("failures", wrong, "%s", err)
			return
		}
		if op.RetriedBy != "" {
			continue
		}
		failures++
		if op.unknown() {
			unknown++
		}
	}
	switch {
	case unknown > 0:
		e.add("failures", warns, "of %d that failed within a day nobody knows what became of %d (waybill op list --status failed)", failures, unknown)
	case failures > 0:
		e.add("failures", warns, "%d failed within a day and were not retried (waybill op list --status failed)", failures)
	default:
		e.add("failures", fine, "none within a day")
	}
}

// hooks looks for subscriptions that do not reach their receivers.
func (e *examination) hooks() {
	total, stale := 0, 0
	for item, err := range e.client.List(e.s.Context, allHooks, nil, 0) {
		var sub subscription
		if err == nil {
			err = remote.Decode(item, &sub)
		}
		if err != nil {
			e.add("webhooks", wrong, "%s", err)
			return
		}
		total++
		if sub.Status == "stale" {
			stale++
			e.add("webhooks", wrong, "%s does not answer, and %s waits (waybill hook deliveries %s --status failed)", sub.URL, sub.Event, sub.ID)
		} else if sub.Refused > 0 {
			e.add("webhooks", warns, "%s has refused %d of %s (waybill hook deliveries %s)", sub.URL, sub.Refused, sub.Event, sub.ID)
		}
	}
	if stale == 0 {
		e.add("webhooks", fine, "%d subscriptions, none stale", total)
	}
}
