package perform

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// What became of a write without an answer is found out here. A TSP may work on after the line is
// cut, and its lists lag. So "not found" proves nothing until its settling time is over, and until
// then nothing is sent that could take effect twice (decision 10).

// settledAt is when an unknown attempt can have no effect any more.
func (w *Writes) settledAt(t *task) time.Time {
	return t.op.CutAt.Add(w.c.Settling.of(t.spec, t.capability()))
}

// onlyLooks decides whether the attempt that begins may look and not send.
func (w *Writes) onlyLooks(t *task) bool {
	t.looks = t.course().unknown && w.c.Now().Before(w.settledAt(t))
	return t.looks
}

// resolve finds out what became of an attempt without an answer, and sends the write again once
// that can do no harm.
func (w *Writes) resolve(ctx context.Context, t *task, write tsp.Write) answer {
	if !t.course().asks {
		return w.repeat(ctx, t, write)
	}
	w.looking.begin(t.op.ID)
	defer w.looking.end(t.op.ID)
	found := w.find(ctx, t, write)
	switch {
	// What cannot be told yet may be once the TSP is done and its lists are complete.
	case found.err != nil && found.err.Class == tsp.Unknown:
		return w.doubted(ctx, t, found)
	case found.err != nil || found.found:
		return found
	case t.looks:
		return w.early(t)
	case t.op.IsExpired(w.c.Now()):
		return notAgain(t.op, write.Progress.Steps())
	}
	sent := w.send(ctx, t, write)
	if sent.err == nil || !refusal(sent.err.Class) {
		return sent
	}
	// It may be refused because the earlier one was taken after all. That counts only if it is not
	// there.
	if found = w.find(ctx, t, write); found.err != nil || found.found {
		return found
	}
	return sent
}

// repeat sends again what can be repeated. Its steps that cannot wait like any other write. What an
// earlier attempt did stays unknown unless this one succeeds.
func (w *Writes) repeat(ctx context.Context, t *task, write tsp.Write) answer {
	if t.looks && slices.ContainsFunc(write.Progress.Steps(), func(s tsp.Step) bool { return !s.Done }) {
		return w.early(t)
	}
	if t.op.IsExpired(w.c.Now()) {
		return notRepeated(t.op)
	}
	sent := w.send(ctx, t, write)
	switch {
	case sent.err == nil:
	case refusal(sent.err.Class), sent.err.Class == tsp.Broken:
		refused := *sent.err
		refused.Message += alsoUnknown
		sent.err = &refused
	default:
		sent.open = true
	}
	return sent
}

// early is the end of a look-up that found nothing before the settling time was over.
func (w *Writes) early(t *task) answer {
	return w.missed(t, w.settledAt(t), "the TSP may be at work on it")
}

// missed is the end of a look-up that proves nothing yet, and why. The next one comes after as long
// again as has passed since the cut, soon at any rate, and the last one at a time.
func (w *Writes) missed(t *task, until time.Time, why string) answer {
	now := w.c.Now()
	again := max(min(max(now.Sub(t.op.CutAt), time.Second), longestLook, until.Sub(now)), time.Millisecond)
	return answer{missed: true, open: true, again: again, err: &tsp.Error{Class: tsp.Unknown,
		Message: fmt.Sprintf("%s: %s; it is looked for again until %s", lookedFor, why,
			until.UTC().Format(time.RFC3339))}}
}

// longestLook bounds the pause between looks.
const longestLook = 10 * time.Second

// lookedFor begins the entry of look-ups that proved nothing; those in a row share it.
const lookedFor = "looked for at the TSP, without a result yet"

// doubted is the end of a look-up that cannot tell the write from others. What they come to may tell
// it, for as long again as the TSP needs, also where Waybill was away until then; asking more often than that helps
// nobody, and the write's chain waits for it.
func (w *Writes) doubted(ctx context.Context, t *task, found answer) answer {
	now, until := w.c.Now(), w.settledAt(t)
	if !t.looks {
		settles := until.Sub(t.op.CutAt)
		if until = until.Add(settles); !now.Before(until) {
			first, err := w.firstMissed(ctx, t)
			if err != nil {
				return answer{open: true, own: true, err: &tsp.Error{Class: tsp.Unavailable, Err: err,
					Message: "since when the write is looked for could not be read"}}
			}
			until = first.Add(settles)
		}
	}
	if now.Before(until) {
		return w.missed(t, until, found.err.Message)
	}
	given := *found.err
	given.Message = operation.OutcomeUnknown + ": " + given.Message
	return answer{err: &given, givenUp: true}
}

// firstMissed is when a write was first looked for in vain since its newest attempt was cut off: now if it was not.
func (w *Writes) firstMissed(ctx context.Context, t *task) (time.Time, error) {
	all, err := w.c.Progress.Attempts(ctx, t.op.ID)
	if err != nil {
		return time.Time{}, err
	}
	for _, a := range all {
		if strings.HasPrefix(a.Details, lookedFor) && !a.StartedAt.Before(t.op.CutAt) {
			return a.StartedAt, nil
		}
	}
	return w.c.Now(), nil
}

// find asks for an earlier attempt. Not knowing is no leave to send: whatever keeps it from being
// told leaves the operation unknown.
func (w *Writes) find(ctx context.Context, t *task, write tsp.Write) answer {
	written, found, err := w.c.TSPs.Find(ctx, w.c.Links.Target(t.conn), write)
	if err == nil && found {
		err = w.adoptable(ctx, t, written)
	}
	if err != nil {
		return answer{err: err, open: true}
	}
	return answer{written: written, found: found}
}

// adoptable refuses what another operation has made, or is about to adopt: one source id is never
// adopted by two. Adapters see to the former by themselves; this keeps one that does not from telling
// a lost write as done.
func (w *Writes) adoptable(ctx context.Context, t *task, written tsp.Written) *tsp.Error {
	if written.SourceID == "" || !rivalling(t.op.Kind) {
		return nil
	}
	// Whose it is may be another partner's matter.
	others := &tsp.Error{Class: tsp.Unknown,
		Message: fmt.Sprintf("what was found at the TSP, %s, is another operation's", written.SourceID)}
	// Before the store is asked: whoever held it has been stored when it is free again.
	mine, err := w.claims.take(ctx, claim{t.op.TSP, t.conn.Account, written.Collection, written.SourceID}, t.op.ID)
	if err != nil {
		return &tsp.Error{Class: tsp.Unknown, Err: err, Message: fmt.Sprintf("whether what was found at the TSP, %s, is "+
			"another operation's could not be asked of other replicas", written.SourceID)}
	}
	if !mine {
		return others
	}
	rivals, err := w.c.Progress.Rivals(ctx, t.op.Connection, t.op.SentAt.Add(-adoptedWithin))
	if err != nil {
		return &tsp.Error{Class: tsp.Unavailable, Message: "whose the found write is could not be looked up", Err: err}
	}
	for _, r := range rivals {
		if r.ID != t.op.ID && r.SourceID == written.SourceID && r.Collection == written.Collection {
			return others
		}
	}
	return nil
}

// adoptedWithin is how far behind an attempt the write of another operation can lie that a look-up
// still comes upon: more than the clocks of a TSP and ours differ.
const adoptedWithin = time.Hour

// refusal tells whether a class says that a write was understood and not taken.
func refusal(c tsp.Class) bool {
	return c == tsp.Rejected || c == tsp.Missing || c == tsp.Unsupported || c == tsp.Forbidden
}
