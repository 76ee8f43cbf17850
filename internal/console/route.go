package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// stop is one of the six of an operation's route.
type stop struct {
	Look  Look
	Label string
	At    time.Time
	Took  string
	Said  string
	// Lines are said word for word.
	Lines  []string
	More   string
	ToCome bool
}

// past and ahead are the marks of stops that are behind, and of those to come.
func past() Look  { return Look{Glyph: "passed", Colour: ink} }
func ahead() Look { return Look{Glyph: "ahead", Colour: idle} }

// route is what has happened to an operation, and what is to come.
func (n *namer) route(op operation.Operation, kept []operation.Kept) []stop {
	stops := []stop{n.asked(op)}
	stops = append(stops, n.sent(op, kept)...)
	switch op.Stage() {
	case operation.StageSucceeded:
		return append(stops, n.took(op), n.lost(op), n.told(op))
	case operation.StageFailed, operation.StageExpired, operation.StageCancelled:
		return append(stops, n.decided(op), n.helps(op), n.told(op))
	case operation.StageUnknown:
		return append(stops, n.looked(op), stop{Look: past(), Label: "Why it cannot be known", Said: n.tsp(op) + " shows no proof",
			More: "Neither that it was taken nor that it was not."}, stop{Look: ahead(), Label: "Settle it", ToCome: true,
			Said: "Resolve it by hand", More: "Look at " + n.tsp(op) + " and say what you found."})
	}
	return append(stops, n.waiting(op)...)
}

// asked is what the caller wanted.
func (n *namer) asked(op operation.Operation) stop {
	s := stop{Look: past(), Label: "Asked", At: op.CreatedAt}
	all := given(op)
	var names []string
	for _, m := range all {
		names = append(names, m.Name)
		if n.open {
			s.Lines = append(s.Lines, m.Name+" = "+shortly(string(m.Value)))
		}
	}
	if !n.open || len(all) > 3 || len(all) == 0 {
		s.Lines = nil
		s.Said = some(count(len(all)), "field", "fields")
		s.More = cut(strings.Join(names, ", "), 160)
	}
	if isUpdate(op) && op.SourceID != "" {
		s.More = strings.TrimPrefix(s.More+"; at "+n.tsp(op)+" "+n.source(op.SourceID), "; ")
	}
	return s
}

// shortly is a value in a few characters: an id by its begin.
func shortly(value string) string {
	if id, err := uuid.Parse(strings.Trim(value, `"`)); err == nil {
		return head(id)
	}
	return cut(value, 80)
}

// sent is what went out last and what came back.
func (n *namer) sent(op operation.Operation, kept []operation.Kept) []stop {
	who := n.tsp(op)
	last := lastSent(op)
	if last == nil {
		return n.kept(op)
	}
	out := stop{Look: past(), Label: "Sent to " + who, At: last.StartedAt, More: times(sentOf(op))}
	switch {
	case untold(*last):
		out.Label, out.More = "Tried", "Whether "+who+" was called is not told by its log."
	case last.Reach == tsp.ReachRead:
		out.Label = "Asked at " + who
	}
	if op.Stage() == operation.StageLooking {
		out.More = fmt.Sprintf("%d tries and look-ups.", sentOf(op))
	}
	back := stop{Look: lookOfAttempt(*last), Label: "Came back", Took: took(last.EndedAt.Sub(last.StartedAt)), Said: answerOf(last.Status),
		More: cut(sentence(n.said(op, *last)), 200)}
	if last.Class == tsp.Done {
		back.Look = past()
	}
	if call := lastCall(*last, kept); call != nil && n.open {
		out.Lines = []string{call.Request.Method + " " + pathOf(call.Request.URL)}
	} else if call != nil {
		out.Said = call.Request.Method + ", to an address that is hidden from you"
	} else {
		out.Said = "The call is not kept"
	}
	return []stop{out, back}
}

// lastSent is the newest entry that tells of an attempt which Waybill did not end itself.
func lastSent(op operation.Operation) *operation.Attempt {
	for i := len(op.Attempts) - 1; i >= 0; i-- {
		if a := &op.Attempts[i]; a.Class != "" && !ours(*a) && (op.Resolution == nil || op.Resolution.Entry != a.N) {
			return a
		}
	}
	return nil
}

// lastCall is the last call of an attempt that writes, and any last one if it has none; nil if none is kept.
func lastCall(a operation.Attempt, kept []operation.Kept) (call *tsp.Exchange) {
	for _, k := range kept {
		if a.N < k.Entry || a.N >= k.Entry+max(k.Entries, 1) {
			continue
		}
		for i := range k.Calls {
			if call == nil || k.Calls[i].Purpose == tsp.ForWrite && !k.Calls[i].Reads || call.Reads {
				call = &k.Calls[i]
			}
		}
	}
	return call
}

// answerOf is a status with its words.
func answerOf(status int) string {
	if status == 0 {
		return "No answer"
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

// pathOf is a URL without its scheme and host.
func pathOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	u.Scheme, u.Host, u.User = "", "", nil
	return cut(u.String(), 120)
}

func times(n int) string {
	if n == 1 {
		return "Once."
	}
	return fmt.Sprintf("%d times.", n)
}

// took is what a write has become.
func (n *namer) took(op operation.Operation) stop {
	s := stop{Look: past(), Label: "Took effect as", At: op.UpdatedAt, Said: n.source(op.SourceID)}
	if s.Said == "" {
		s.Said = n.tsp(op) + " gives it no id"
	}
	if r := op.Resolution; r != nil {
		s.More = "By the word of " + r.By + "."
	}
	return s
}

// lost is what did not reach the TSP, or was read back otherwise.
func (n *namer) lost(op operation.Operation) stop {
	s := stop{Look: past(), Label: "Dropped or added", Said: "Nothing", More: "Every field reached " + n.tsp(op) + "."}
	if dropped := droppedOf(op); dropped != "" {
		s.Said, s.More = dropped, "The table below says why."
	}
	if v := op.Verification; v != nil {
		s.Label, s.Said, s.More = "Read back", capital(words(v.Status)), "The record was read at "+n.tsp(op)+" after the write."
	}
	return s
}

// told is whether events tell of the end.
func (n *namer) told(op operation.Operation) stop {
	if !op.Raises() {
		return stop{Look: past(), Label: "Told", At: op.UpdatedAt, Said: "Its caller alone", More: "It was a sync write: the answer told of its end."}
	}
	name := "resource_operation.failed"
	if op.State == operation.Succeeded {
		name = "resource_operation.succeeded"
	}
	return stop{Look: past(), Label: "Told", At: op.UpdatedAt, Said: name,
		More: "To each subscription of " + n.partner(op.Partner) + " that wants it."}
}

// decided is how an end came that nothing was applied by.
func (n *namer) decided(op operation.Operation) stop {
	s := stop{Look: past(), Label: "Decided", At: op.UpdatedAt, Said: lookOf(op).Word + ": not tried again"}
	if last := lastOf(op); last != nil && ours(*last) {
		s.Said = lookOf(op).Word + " by Waybill itself: not tried again"
		s.More = cut(sentence(n.said(op, *last)), 200)
	} else if last != nil && last.Class != "" {
		s.More = fmt.Sprintf("Class %s, error_type %s.", last.Class, last.Class.ErrorType(last.Status))
	} else if op.Reason != "" {
		s.More = "Reason " + string(op.Reason) + "."
	}
	return s
}

// helps is what one can do after an end without effect.
func (n *namer) helps(op operation.Operation) stop {
	s := stop{Look: past(), Label: "What helps", Said: "Retry it", More: "A retry is a write of its own, linked to this one."}
	switch last := lastOf(op); {
	case op.RetriedBy != uuid.Nil:
		s.Said, s.More = "It was retried", "As operation "+tail(op.RetriedBy)+"."
	case n.over(op) != "":
		s.Said, s.More = "Nothing here", n.over(op)
	case last != nil && last.Class == tsp.Forbidden && ours(*last):
		s.Said = "Have its fleet allow it, then retry it"
	case last != nil && last.Class == tsp.Rejected:
		s.Said = "Edit and retry"
	}
	if why := n.closed(op); why != "" && op.RetriedBy == uuid.Nil && n.over(op) == "" {
		s.More += " Not now: " + why + "."
	}
	return s
}

// looked is how often the outcome was looked for.
func (n *namer) looked(op operation.Operation) stop {
	return stop{Look: past(), Label: "Looked", At: op.UpdatedAt, Said: times(sentOf(op)), More: "Attempts and look-ups together; the tries below tell each."}
}

// waiting are the last three stops of an operation that has not ended.
func (n *namer) waiting(op operation.Operation) []stop {
	w := n.why(op)
	because := stop{Look: lookOf(op), Label: "Waits because", Said: w.Text, ToCome: true}
	if w.Text == "Behind" {
		because.Said = "It is behind " + tail(w.Behind)
	}
	next := stop{Look: ahead(), Label: "Next", At: w.Next, Said: w.NextIs, ToCome: true}
	if w.Next.IsZero() {
		next.Said = "No time is set"
	}
	if p := op.Progress; p != nil {
		next.More = placed(p.Position)
	}
	return []stop{because, next, {Look: ahead(), Label: "At the latest", At: op.EndsBy(), ToCome: true, Said: op.EndsBy().UTC().Format("Mon 2 Jan, 15:04 UTC"),
		More: "Then it ends as failed, and events tell of it."}}
}

// placed says what comes before an operation.
func placed(p operation.Place) string {
	if p.Lane == 0 {
		return "Nothing comes before it."
	}
	least := ""
	if p.AtLeast {
		least = "At least "
	}
	text := least + some(count(p.Lane), "write of its connection comes", "writes of its connection come") + " before it"
	if p.Chain > 0 {
		text += ", " + count(p.Chain) + " of them in its own order: of the same record, or between the same two people"
	}
	return text + "."
}
