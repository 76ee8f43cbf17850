package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// row is an operation in a list.
type row struct {
	ID         uuid.UUID
	Look       Look
	Does, What string
	// Under is the second line: what it writes, or how it ended.
	Under string
	Link  link
	Why   why
	Tries int
	Asked time.Time
	// Tick tells that it can be ticked.
	Tick bool
	// Gone tells that a list which was open shows it though it no longer asks for it.
	Gone bool
}

// why is what keeps an operation, or ended it, and what comes next.
type why struct {
	Text string
	// Behind is the operation that must end first; zero for none.
	Behind uuid.UUID
	// Next is when something happens, and NextIs what.
	Next   time.Time
	NextIs string
}

// row is how an operation stands in a list.
func (n *namer) row(op operation.Operation) row {
	r := row{ID: op.ID, Look: lookOf(op), Link: n.link(op), Why: n.why(op), Tries: sentOf(op), Asked: op.CreatedAt}
	r.Does, r.What = n.title(op)
	r.Under = n.under(op)
	return r
}

// under is the second line of a row.
func (n *namer) under(op operation.Operation) string {
	last := lastOf(op)
	switch op.Stage() {
	case operation.StageSucceeded:
		return "settled in " + took(op.UpdatedAt.Sub(op.CreatedAt))
	case operation.StageCancelled, operation.StageExpired:
		return "nothing was applied"
	case operation.StageFailed, operation.StageUnknown:
		switch {
		case op.Resolution != nil:
			return "resolved by hand"
		case last == nil || last.Class == "" && sentOf(op) == 0:
			return "nothing was sent"
		case last.Class == "":
			return "nothing was applied"
		case ours(*last):
			return last.Class.ErrorType(0) + " · not sent"
		case untold(*last):
			return last.Class.ErrorType(0)
		}
		if last.Status == 0 {
			return last.Class.ErrorType(last.Status) + " · no answer"
		}
		return fmt.Sprintf("%s · %d", last.Class.ErrorType(last.Status), last.Status)
	}
	all := given(op)
	if text := named(all, "message_text"); text != "" {
		if !n.open {
			return "its text is hidden from you"
		}
		return "“" + cut(text, 60) + "”"
	}
	var names []string
	for _, m := range all {
		names = append(names, m.Name)
	}
	return cut(strings.Join(names, ", "), 90)
}

// sentOf is how many tries there were, without the entries that tell of an end by other means.
func sentOf(op operation.Operation) int {
	tries := op.Tries
	for _, a := range op.Attempts {
		if a.Class == "" || ours(a) && a.Reach == tsp.ReachNone {
			tries--
		}
	}
	return max(tries, 0)
}

// lastOf is the newest entry of an operation's log; nil if it has none.
func lastOf(op operation.Operation) *operation.Attempt {
	if len(op.Attempts) == 0 {
		return nil
	}
	return &op.Attempts[len(op.Attempts)-1]
}

// longestWhy bounds what a list says of a reason, in characters.
const longestWhy = 160

// why says what keeps an operation, or how it ended.
func (n *namer) why(op operation.Operation) why {
	last := lastOf(op)
	switch op.Stage() {
	case operation.StageSucceeded:
		return why{Text: droppedOf(op)}
	case operation.StageUnknown:
		return why{Text: n.tsp(op) + " may have taken it. Look there, and resolve it by hand"}
	case operation.StageCancelled:
		if sentOf(op) > 0 {
			return why{Text: "Cancelled after tries that applied nothing"}
		}
		return why{Text: "Cancelled before it was sent"}
	case operation.StageExpired:
		if sentOf(op) > 0 {
			return why{Text: "No try had applied it before " + clock(op.ExpiresAt) + ", as its caller wanted"}
		}
		return why{Text: "It was not sent before " + clock(op.ExpiresAt) + ", as its caller wanted"}
	case operation.StageFailed:
		if last == nil {
			return why{Text: "Its log is empty"}
		}
		return why{Text: cut(sentence(n.said(op, *last)), longestWhy)}
	}
	p := op.Progress
	if p == nil {
		return why{}
	}
	return n.waits(op, *p, last)
}

// waits says why one waits that has not ended.
func (n *namer) waits(op operation.Operation, p operation.ProgressRead, last *operation.Attempt) why {
	w := why{Text: sentence(p.Reason), NextIs: "Its turn"}
	if p.EarliestTurn != nil {
		w.Next = time.Time(*p.EarliestTurn)
	}
	if p.NextAttemptAt != nil {
		w.Next, w.NextIs = time.Time(*p.NextAttemptAt), "Next try"
	}
	switch p.Code {
	case operation.BackOff:
		if last != nil {
			w.Text = cut(sentence(n.said(op, *last)), longestWhy)
		}
	case operation.RetryAfter:
		w.Text, w.NextIs = n.tsp(op)+" asked to be left alone.", "It goes on"
	case operation.LookingUp:
		w.Text, w.NextIs = n.tsp(op)+" gave no trustworthy answer; what became of it is found out.", "Next look"
	case operation.RateLimited:
		w.Text = "The limit " + p.Limit + " is used up."
	case operation.ConnectionPaused, operation.ConnectionStale:
		// A time would promise what only a person or the TSP can do.
		w.Next = time.Time{}
	case operation.Behind:
		switch {
		case p.NextAttemptAt != nil:
			w.NextIs = "It goes on"
			if p.Behind != nil {
				w.Text, w.Behind = "Until then an earlier write without an answer may take effect", *p.Behind
			}
		case p.Behind != nil:
			w.Text, w.Behind = "Behind", *p.Behind
		}
	}
	return w
}

// droppedOf says which fields did not reach the TSP.
func droppedOf(op operation.Operation) string {
	var names []string
	for _, w := range op.Warnings {
		names = append(names, w.Path)
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return "A warning on " + names[0]
	}
	return cut(fmt.Sprintf("%d warnings: %s", len(names), strings.Join(names, ", ")), longestWhy)
}

// capabilityOf is what an operation needs of its TSP.
func capabilityOf(op operation.Operation) tsp.Capability {
	return tsp.Capability{Kind: op.Kind, Verb: op.Verb}
}

// isUpdate tells whether an operation changes a record that is there.
func isUpdate(op operation.Operation) bool { return op.Verb == resource.Update }
