package tsp

import (
	"context"
	"slices"

	"github.com/waybill-dev/waybill/internal/resource"
)

// Step is one call of a write that makes several, such as creating a driver and then
// deactivating it. A step is marked before a call whose repetition could harm, and again when
// it is done, so that a later attempt goes on behind it.
type Step struct {
	// Key names the step within its write.
	Key  string `json:"key"`
	Done bool   `json:"done"`
	// SourceID is the id that the step made; it may be "".
	SourceID resource.SourceID `json:"source_id,omitzero"`
}

// Progress keeps the steps of one operation over its attempts.
type Progress interface {
	// Steps returns what was marked, in the order in which it was marked first.
	Steps() []Step
	// Mark keeps a step; it is on disk when Mark returns. A later mark of the same key replaces it.
	Mark(ctx context.Context, s Step) error
}

// EveryStep is the key of a mark that stands for each step which has none of its own: the marks were lost with the end
// of a database that was put back, so that any step may have been begun.
const EveryStep = "*"

// Step returns what is known of a step.
func (w Write) Step(key string) (Step, bool) {
	if w.Progress == nil {
		return Step{}, false
	}
	steps := w.Progress.Steps()
	marked := func(key string) int { return slices.IndexFunc(steps, func(s Step) bool { return s.Key == key }) }
	if i := marked(key); i >= 0 {
		return steps[i], true
	}
	if marked(EveryStep) >= 0 {
		return Step{Key: key}, true
	}
	return Step{}, false
}

// Mark keeps a step. Its error is an *Error of class Unavailable: without the mark the call
// must not be made.
func (w Write) Mark(ctx context.Context, s Step) error {
	if w.Progress == nil {
		return nil
	}
	if err := w.Progress.Mark(ctx, s); err != nil {
		return &Error{Class: Unavailable, Message: "the progress of the write could not be stored", Err: err}
	}
	return nil
}
