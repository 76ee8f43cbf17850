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

// Step returns what is known of a step.
func (w Write) Step(key string) (Step, bool) {
	if w.Progress == nil {
		return Step{}, false
	}
	steps := w.Progress.Steps()
	i := slices.IndexFunc(steps, func(s Step) bool { return s.Key == key })
	if i < 0 {
		return Step{}, false
	}
	return steps[i], true
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
