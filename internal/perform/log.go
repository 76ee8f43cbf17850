package perform

import (
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// entries appends what the end of an attempt leaves in an operation's log: one entry, or one for
// each part of a write that is made of several. Throttles in a row share one entry, which is
// updated, and so do look-ups that found nothing. It returns the entries that are new or changed.
// op gets them as well, because the events that tell of its end show the whole log.
func entries(op *operation.Operation, a dispatch.Attempt[*task]) []operation.Attempt {
	t, next := a.Item.Value, 1
	var last *operation.Attempt
	if n := len(op.Attempts); n > 0 {
		last = &op.Attempts[n-1]
		next = last.N + 1
	}
	e := operation.Attempt{N: next, Reach: t.reach(), StartedAt: a.End.StartedAt, EndedAt: a.End.EndedAt}
	reason := why(a.Verdict.Reason, a.Item)
	// It ended without an attempt, for a reason that people must find somewhere.
	if a.End.Class == "" {
		if t.stops != "" {
			e.Class, e.Details, e.Own = t.unsent(last)
			return enter(op, e)
		}
		e.Class, e.Details, e.Own = t.failsOf(last), reason, len(reason)
		if a.Verdict.Reason == dispatch.Late {
			e.Details, e.Own = t.keptBy(reason, last)
		}
		// The status belongs to the class: it tells whether a network or the TSP was at fault.
		if last != nil && e.Class == last.Class {
			e.Status = last.Status
		}
		return enter(op, e)
	}
	e, parts := t.answer.entry(e)
	if t.answer.sent && e.Class == tsp.Broken && !strings.Contains(e.Details, operation.OutcomeUnknown) {
		e.Details = join(operation.OutcomeUnknown, e.Details)
	}
	e.Own = t.answer.ownOf(e.Details)
	e.Details, e.Own = because(reason, e.Details, e.Own)
	// A TSP that throttles for a day would otherwise fill the log with hundreds of equal entries.
	if last != nil && len(parts) == 0 && (e.Class == tsp.Throttled && last.Class == tsp.Throttled ||
		t.answer.missed && strings.HasPrefix(last.Details, lookedFor)) {
		e.ID, e.N, e.StartedAt, e.Reach = last.ID, last.N, last.StartedAt, further(last.Reach, e.Reach)
		*last = e
		return []operation.Attempt{e}
	}
	if len(parts) == 0 {
		return enter(op, e)
	}
	// Readers see the parts alone. The reason is that of those which ended as the whole did.
	for i := range parts {
		if parts[i].Class == e.Class {
			parts[i].Details, parts[i].Own = because(reason, parts[i].Details, 0)
		}
	}
	return enter(op, parts...)
}

// entry completes the entry of an attempt by its answer, and returns those of its parts. Parts
// have the time of the whole: adapters do not tell theirs.
func (r answer) entry(e operation.Attempt) (operation.Attempt, []operation.Attempt) {
	of := r.written.Parts
	if r.err != nil {
		of = r.err.Parts
		e.Class, e.Status, e.Details = r.err.Class, r.err.Status, r.err.Message
		e.Headers = operation.SafeHeaders(r.err.Headers)
	} else {
		e.Class, e.Status, e.Details = tsp.Done, r.written.Status, r.written.Note
		e.Headers = operation.SafeHeaders(r.written.Headers)
	}
	if r.found {
		e.Details = "found at the TSP: an earlier attempt without an answer had taken effect"
	}
	var parts []operation.Attempt
	for i, p := range of {
		parts = append(parts, operation.Attempt{N: e.N + i, Class: p.Class, Status: p.Status, Reach: e.Reach,
			Headers: operation.SafeHeaders(p.Headers), Details: strings.TrimSuffix(p.Name+": "+p.Message, ": "),
			StartedAt: e.StartedAt, EndedAt: e.EndedAt})
	}
	return e, parts
}

// enter appends new entries to the log. The new ones are returned with their ids, in the order of
// their numbers.
func enter(op *operation.Operation, made ...operation.Attempt) []operation.Attempt {
	for i := range made {
		made[i].ID = uuid.Must(uuid.NewV7()) // fails only without a source of randomness
	}
	op.Attempts = append(op.Attempts, made...)
	return made
}

// failsOf is the class of an operation that ends without another attempt: that of what refuses it,
// of its last attempt, or of what it has waited for.
func (t *task) failsOf(last *operation.Attempt) tsp.Class {
	switch {
	case t.refused != "":
		return t.refused
	case last != nil:
		return last.Class
	case t.conn.Status != connection.Active:
		return tsp.Unauthorized
	}
	// An active connection without an attempt: its limits were used up for as long as it lived.
	return tsp.Throttled
}

// keptBy puts behind a reason what kept an operation from being done in time, and tells how much of that is Waybill's own
// words.
func (t *task) keptBy(reason string, last *operation.Attempt) (text string, own int) {
	switch {
	case t.conn.Status != connection.Active:
		text = reason + "; its connection is " + string(t.conn.Status)
	case last == nil:
		text = reason + "; it waited for its turn: for the TSP's limits or the time that the TSP asked for, for earlier " +
			"writes of the same record, or for its connection's credentials to be checked"
		if t.conn.Rate.Events > 0 {
			text += "; and the operator of this Waybill keeps the connection to " + t.conn.Rate.String()
		}
	default:
		text = reason + "; its last attempt ended with: " + last.Details
		if _, quotes := last.Said(); quotes {
			return text, len(reason)
		}
	}
	return text, len(text)
}

// because puts a reason of ours before a detail of which the begin is, and tells how much of both is.
func because(reason, detail string, own int) (string, int) {
	text := join(reason, detail)
	switch {
	case reason == "":
		return text, own
	case own == len(detail):
		return text, len(text)
	}
	return text, len(reason)
}

// ownOf is how much of the begin of what an entry says is Waybill's own words. Of adapters, which quote, it is what is
// ours in front of that.
func (r answer) ownOf(details string) int {
	if r.own || r.found {
		return len(details)
	}
	for _, ours := range []string{lookedFor, operation.OutcomeUnknown} {
		if strings.HasPrefix(details, ours) {
			return len(ours)
		}
	}
	return 0
}

// reach is how far an attempt came, none if there was none. What others' calls have told, such as a sign-in that several
// attempts share, tells nothing of how far it came itself.
func (t *task) reach() tsp.Reach {
	if t.reaching == nil {
		return tsp.ReachNone
	}
	of, err := t.reaching.Reach(), t.answer.err
	if of == tsp.ReachNone && err != nil && (err.Status != 0 || err.Class == tsp.Unauthorized) {
		return ""
	}
	return of
}

// further is how far attempts came that share an entry.
func further(one, other tsp.Reach) tsp.Reach {
	for _, r := range []tsp.Reach{tsp.ReachSent, "", tsp.ReachRead} {
		if one == r || other == r {
			return r
		}
	}
	return tsp.ReachNone
}

// join puts a detail in brackets behind a reason.
func join(reason, detail string) string {
	switch {
	case reason == "":
		return detail
	case detail == "":
		return reason
	}
	return reason + " (" + detail + ")"
}
