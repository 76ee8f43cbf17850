package perform

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// How long somebody waits who has a TSP asked, and when they may ask again if it could not be.
const (
	askTime  = 20 * time.Second
	askAgain = 5 * time.Second
)

// adopt looks at the TSP for what a write has left, and claims it for the operation.
func (w *Writes) adopt(ctx context.Context, t *task, r *operation.Resolution) error {
	places := t.places(r.SourceID)
	if err := w.seen(ctx, t, r, places); err != nil {
		return err
	}
	if t.op.Verb == resource.Update {
		// That the record is there does not tell who has changed it.
		r.SourceID, r.Checked = t.op.SourceID, false
		if r.Unchecked == "" {
			r.Unchecked = "the TSP shows what the record holds, and not which write has left that"
		}
		return nil
	}
	if made := &t.answer.written; made.Collection == "" {
		made.SourceID, made.Collection = r.SourceID, places[0].Collection
	}
	switch {
	case r.SourceID == "":
		return nil
	case !r.Checked && len(places) > 1:
		return unplaced(t, *r, places)
	}
	return w.owned(ctx, t)
}

// unplaced refuses to guess in which of its collections a TSP has a record: the same id may be another's in each.
func unplaced(t *task, r operation.Resolution, places []tsp.Single) error {
	var names []string
	for _, p := range places {
		names = append(names, p.Collection)
	}
	return problem.New(problem.Conflict, "operation %s cannot be resolved as applied: %s, and %s keeps each %s in one of several places "+
		"(%s), by which its record is known; the outcome stays unknown; an import over a connection that works brings the record",
		t.op.ID, r.Unchecked, t.spec.DisplayName, t.op.Kind, strings.Join(names, ", "))
}

// places are those at the TSP where the record of a write may be.
func (t *task) places(id resource.SourceID) []tsp.Single {
	if t.op.Verb == resource.Update {
		return []tsp.Single{{Kind: t.op.Kind, Collection: t.op.Collection, SourceID: t.op.SourceID}}
	}
	collections := []string{t.action.Makes}
	for _, i := range t.spec.Imports {
		if i.Kind == t.op.Kind && len(i.Collections) > 0 {
			collections = i.Collections
		}
	}
	var all []tsp.Single
	for _, c := range collections {
		all = append(all, tsp.Single{Kind: t.op.Kind, Collection: c, SourceID: id})
	}
	return all
}

// seen reads the record that a write is said to have left, at the first place where it is. Where the TSP cannot be asked
// for it the resolution says so.
func (w *Writes) seen(ctx context.Context, t *task, r *operation.Resolution, places []tsp.Single) error {
	switch {
	case t.conn.Status.Ended():
		r.Unchecked = "the connection is " + string(t.conn.Status) + ", so that the TSP cannot be asked"
		return nil
	case places[0].SourceID == "":
		r.Unchecked = "without its id at the TSP nothing can be looked for"
		return nil
	case !slices.Contains(t.spec.Importable(), t.op.Kind):
		r.Unchecked = notShown(t)
		return nil
	case w.c.Links.Shut(t.conn):
		return unasked(t, "the credentials of the connection are being checked")
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	for _, one := range places {
		one.Pace = w.c.Limits.together(t.spec, t.conn, t.share())
		l := w.readOne(ctx, t, one, askTime)
		switch end := l.end; {
		case end == nil:
			r.Checked = true
			t.answer.written = tsp.Written{SourceID: one.SourceID, Collection: one.Collection, Record: &l.read}
			return nil
		case end.Class == tsp.Unsupported:
			r.Unchecked = notShown(t)
			return nil
		// An id in a form that the TSP does not have is that of nothing.
		case end.Class == tsp.Rejected && t.op.Verb == resource.Create:
		case end.Class == tsp.Forbidden:
			return problem.New(problem.Conflict, "operation %s was not resolved: the credentials of the connection may not read the "+
				"record at %s (%s); let them, and ask again", t.op.ID, t.spec.DisplayName, end.Message)
		case end.Class != tsp.Missing:
			return unasked(t, end.Message)
		}
	}
	if t.op.Verb == resource.Update {
		return problem.New(problem.Conflict, "operation %s cannot be resolved as applied: %s has no %s %s any more; resolve it as "+
			"not_applied", t.op.ID, t.spec.DisplayName, t.op.Kind, t.op.SourceID)
	}
	return foreign(places[0].SourceID, "is not there: "+t.spec.DisplayName+" has no such "+string(t.op.Kind))
}

func notShown(t *task) string {
	return fmt.Sprintf("%s cannot be asked for one %s", t.spec.DisplayName, t.op.Kind)
}

// unasked tells that the TSP cannot be asked at this time.
func unasked(t *task, why string) error {
	return &problem.Error{Code: problem.Unavailable, RetryAfter: askAgain, Detail: fmt.Sprintf("operation %s was not resolved: "+
		"%s could not be asked for the record (%s); ask again", t.op.ID, t.spec.DisplayName, why)}
}

// foreign refuses to adopt a record.
func foreign(id resource.SourceID, why string) error {
	return problem.InvalidBody(problem.Detail{Path: "source_id", Input: resource.Excerpt(string(id)), Code: resource.CodeReference,
		Message: why + "; give the id of what this operation has made, or resolve it as not_applied"})
}

// owned claims for an operation what it is said to have made, unless it is known as anything else. What is claimed cannot
// be adopted by a look-up for another operation until the resolution is stored.
func (w *Writes) owned(ctx context.Context, t *task) error {
	made := t.answer.written
	known, err := w.c.Records.KnownRecords(ctx, []uuid.UUID{t.recordOf().ID})
	if err != nil {
		return fmt.Errorf("looking up the record that an operation is said to have made: %w", err)
	}
	for _, k := range known {
		switch {
		case k.Kind != t.op.Kind:
			return foreign(made.SourceID, "is a "+string(k.Kind))
		case k.MadeBy != uuid.Nil && k.MadeBy != t.op.ID:
			return foreign(made.SourceID, "is the result of another operation")
		// An import says when it began, and its last page comes later.
		case k.CreatedAt.Before(t.op.SentAt.Add(-adoptedWithin)):
			return foreign(made.SourceID, "was known before the write was sent")
		case !k.SeenAt.IsZero() && k.SeenAt.Before(t.op.SentAt):
			return foreign(made.SourceID, "was written before the write was sent")
		}
	}
	mine, err := w.claims.take(ctx, claim{t.op.TSP, t.conn.Account, made.Collection, made.SourceID}, t.op.ID)
	if err != nil || !mine {
		return &problem.Error{Code: problem.Conflict, RetryAfter: askAgain, Err: err, Detail: fmt.Sprintf("operation %s was not "+
			"resolved: another operation may be adopting %s at this moment; ask again", t.op.ID, made.SourceID)}
	}
	return nil
}
