package steps

import (
	"context"
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Find looks for each step that may have been taken, marks those that were, and tells whether none
// is left. A step that harms and cannot be looked for leaves the write unknown: to perform the
// rest would repeat it unseen.
func (p Plan) Find(ctx context.Context, w tsp.Write) (tsp.Written, bool, error) {
	r, err := p.run(w)
	if err != nil {
		return tsp.Written{}, false, err
	}
	unmarked := !slices.ContainsFunc(r.Steps, r.marked)
	left := false
	for _, s := range r.Steps {
		if r.adoptDone(s) {
			continue
		}
		// Where nothing at all is marked, that proves nothing.
		if !r.marked(s) && !unmarked {
			left = true
			continue
		}
		found, err := r.find(ctx, s)
		if err != nil {
			return tsp.Written{}, false, err
		}
		left = left || !found
		if !found && s.Find != nil && s.Part == "" {
			// Steps are taken in order, so that none behind this one was.
			break
		}
	}
	if left {
		return tsp.Written{}, false, nil
	}
	return r.out, true, nil
}

func (r *run) marked(s Step) bool {
	_, ok := r.w.Step(s.Key)
	return ok
}

// find looks for one step, and marks and takes over what it finds.
func (r *run) find(ctx context.Context, s Step) (bool, error) {
	if s.Find == nil {
		if s.Harms && (r.marked(s) || !r.marks(s)) {
			return false, &tsp.Error{Class: tsp.Unknown, Message: "the TSP cannot be asked whether it took the step " + s.Key}
		}
		return false, nil
	}
	made, found, err := r.look(ctx, s)
	if err != nil || !found {
		return false, err
	}
	r.adopt(s, made)
	return true, r.markDone(ctx, s, made)
}
