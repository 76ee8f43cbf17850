// Package steps performs writes that take several calls, for all families of adapters. What was
// begun and done is marked, so that whatever cuts an attempt, the next one goes on where it ended
// and takes no step twice that would do harm.
//
// The marks of a step, in this order:
//
//   - begun, after everything that only reads and before the call, if its repetition could harm.
//     Where that cannot be stored the call is not made: Unavailable.
//   - done, when the call was confirmed, also if the attempt has been cut meanwhile. Where that
//     cannot be stored and a repetition could harm, the end is Unknown.
//
// So a step that is marked as begun and not as done may have been taken. It is looked for before
// it is taken again.
package steps

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Step is one call of a write. The write that its functions are given has the target and the
// collection that the steps before made.
type Step struct {
	// Key names the step within its write and stays the same over attempts.
	Key string
	// Prepare makes the call ready. It may look at the TSP and must not change anything there.
	Prepare func(ctx context.Context, w tsp.Write) (Call, error)
	// Find tells whether an earlier attempt took the step; nil where the TSP cannot be asked.
	Find func(ctx context.Context, w tsp.Write) (tsp.Written, bool, error)
	// Harms tells that a repetition of the call could do harm, as that of most creates.
	Harms bool
	// Collection is where the record is that the step makes, unless its result names another.
	Collection string
	// Part names a step that is one delivery of several: it gets its own entry in the log, and a
	// refusal does not keep those behind it from being taken.
	Part string
}

// Call makes the call of a step. A result without a source id leaves the write at the record that
// it has. Its error should be a *tsp.Error; any other is class Broken.
type Call func(ctx context.Context) (tsp.Written, error)

// Plan is the steps of one write, in their order. They follow from the write alone, so that every
// attempt has the same.
type Plan struct {
	Strength tsp.Strength
	Steps    []Step
}

// run is one write on its way through its steps.
type run struct {
	Plan
	w   tsp.Write
	out tsp.Written
	// done are the keys of the steps that took effect, in this attempt or an earlier one.
	done []string
}

func (p Plan) run(w tsp.Write) (*run, error) {
	if len(p.Steps) == 0 {
		return nil, &tsp.Error{Class: tsp.Broken, Message: "the adapter has no call for this " + w.Capability.String()}
	}
	r := &run{Plan: p, w: w}
	if w.Verb == resource.Update {
		r.out = tsp.Written{SourceID: w.Target, Collection: w.Collection}
	}
	return r, nil
}

// marks tells whether a step is marked. The only step of a write needs none where an operation of
// unknown outcome is looked for as a whole. Where it is repeated unseen instead, or never again, one
// that harms does.
func (r *run) marks(s Step) bool {
	return len(r.Steps) > 1 || s.Harms && r.Strength != tsp.VerifyFirst
}

// adoptDone takes over what an earlier attempt is known to have made, and tells whether it did.
func (r *run) adoptDone(s Step) bool {
	known, ok := r.w.Step(s.Key)
	if !ok || !known.Done {
		return false
	}
	r.adopt(s, tsp.Written{SourceID: known.SourceID})
	return true
}

// adopt takes over what a step made.
func (r *run) adopt(s Step, made tsp.Written) {
	r.done = append(r.done, s.Key)
	if made.SourceID != "" {
		r.out.SourceID, r.w.Target = made.SourceID, made.SourceID
		r.out.Collection = cmp.Or(made.Collection, s.Collection, r.out.Collection)
	} else {
		r.out.Collection = cmp.Or(r.out.Collection, made.Collection, s.Collection)
	}
	r.w.Collection = r.out.Collection
	if made.Status != 0 {
		r.out.Status, r.out.Headers = made.Status, made.Headers
	}
	// A step behind the one whose answer held the record has changed it, but for deliveries.
	if made.Record != nil || s.Part == "" {
		r.out.Record = made.Record
	}
	r.out.Note = strings.Trim(r.out.Note+"; "+made.Note, "; ")
	r.out.Parts = append(r.out.Parts, made.Parts...)
}

// look asks whether a step was taken. That the TSP refuses the question does not mean that it
// refused the step, so that leaves the step unknown. What the adapter itself refuses was never sent.
func (r *run) look(ctx context.Context, s Step) (tsp.Written, bool, error) {
	made, found, err := s.Find(ctx, r.w)
	var e *tsp.Error
	if errors.As(err, &e) && e.Status != 0 && refusal(e) {
		unknown := *e
		unknown.Class = tsp.Unknown
		unknown.Message = "whether an earlier attempt took the step " + s.Key + " could not be asked: " + e.Message
		err = &unknown
	}
	return made, found && err == nil, err
}

// refusal tells whether an end concerns its own call alone.
func refusal(e *tsp.Error) bool {
	return slices.Contains([]tsp.Class{tsp.Rejected, tsp.Missing}, e.Class)
}

// markDone keeps that a step was taken, whatever becomes of the attempt.
func (r *run) markDone(ctx context.Context, s Step, made tsp.Written) error {
	if !r.marks(s) {
		return nil
	}
	return r.w.Mark(context.WithoutCancel(ctx), tsp.Step{Key: s.Key, Done: true, SourceID: made.SourceID})
}
