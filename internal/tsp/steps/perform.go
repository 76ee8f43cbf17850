package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Perform takes the steps that earlier attempts have not taken. A delivery of several that is
// refused does not keep the others from being made; any other end stops. Its error is a *tsp.Error
// that also tells what was done.
func (p Plan) Perform(ctx context.Context, w tsp.Write) (tsp.Written, error) {
	r, err := p.run(w)
	if err != nil {
		return tsp.Written{}, err
	}
	var refused *tsp.Error
	for i, s := range r.Steps {
		if r.adoptDone(s) {
			continue
		}
		made, err := r.take(ctx, s)
		var e *tsp.Error
		if err != nil && !errors.As(err, &e) {
			e = &tsp.Error{Class: tsp.Broken, Message: "making the call " + s.Key, Err: err}
		}
		if s.Part != "" {
			r.out.Parts = append(r.out.Parts, part(s, made, e))
		}
		switch {
		case e == nil:
			r.adopt(s, made)
		case s.Part != "" && refusal(e):
			refused = e
		default:
			// In front of what stopped it: readers look for that in the last entry of the log.
			at := len(r.out.Parts)
			if s.Part != "" {
				at--
			}
			r.out.Parts = slices.Insert(r.out.Parts, at, r.untried(r.Steps[i+1:])...)
			return r.out, r.ended(e)
		}
	}
	if refused != nil {
		return r.out, r.ended(refused)
	}
	return r.out, nil
}

// take takes a step, unless an earlier attempt that began it is found to have taken it.
func (r *run) take(ctx context.Context, s Step) (tsp.Written, error) {
	if err := ctx.Err(); err != nil {
		return tsp.Written{}, &tsp.Error{Class: tsp.Unavailable, Err: err,
			Message: "the attempt ended before the step " + s.Key}
	}
	if _, begun := r.w.Step(s.Key); begun && s.Find != nil {
		made, found, err := r.look(ctx, s)
		if err != nil {
			return tsp.Written{}, err
		}
		if found {
			return made, r.taken(ctx, s, made)
		}
	}
	call, err := s.Prepare(ctx, r.w)
	if err != nil {
		return tsp.Written{}, err
	}
	if s.Harms && r.marks(s) {
		if err := r.w.Mark(ctx, tsp.Step{Key: s.Key}); err != nil {
			return tsp.Written{}, err
		}
	}
	made, err := call(ctx)
	if id, previewed := tsp.Awaited("id", err); previewed {
		return r.foreseen(resource.SourceID(id)), nil
	}
	if err != nil {
		return tsp.Written{}, takenBefore(r.w.Operation, err)
	}
	return made, r.taken(ctx, s, made)
}

// taken marks a step as done. Where that fails, one that harms is Unknown, so that it is looked
// for before it is taken again, or never is.
func (r *run) taken(ctx context.Context, s Step, made tsp.Written) error {
	err := r.markDone(ctx, s, made)
	var e *tsp.Error
	if errors.As(err, &e) && s.Harms {
		unknown := *e
		unknown.Class = tsp.Unknown
		return &unknown
	}
	return err
}

// foreseen is what a step that was taken down for a preview counts as having made: the record, if there is none yet.
func (r *run) foreseen(id resource.SourceID) tsp.Written {
	if r.w.Target != "" {
		id = ""
	}
	return tsp.Written{SourceID: id}
}

// ended tells beside what went wrong what was done before it.
func (r *run) ended(e *tsp.Error) error {
	with := *e
	with.Parts = slices.Concat(r.out.Parts, e.Parts)
	if len(r.done) == 0 || len(with.Parts) > 0 {
		return &with
	}
	with.Message += " (done before that: " + strings.Join(r.done, ", ")
	if r.out.SourceID != "" {
		with.Message += fmt.Sprintf(", id %s", r.out.SourceID)
	}
	with.Message += ")"
	return &with
}

// maxNamed bounds the deliveries that are named as not tried.
const maxNamed = 20

// untried is one part for all deliveries behind the one that stopped the attempt: nobody knows from
// the others' parts that these were never made.
func (r *run) untried(rest []Step) []tsp.Part {
	var names []string
	for _, s := range rest {
		if known, _ := r.w.Step(s.Key); s.Part != "" && !known.Done {
			names = append(names, s.Part)
		}
	}
	if len(names) == 0 {
		return nil
	}
	name := strings.Join(names[:min(len(names), maxNamed)], ", ")
	if more := len(names) - maxNamed; more > 0 {
		name += fmt.Sprintf(" and %d more", more)
	}
	return []tsp.Part{{Name: name, Class: tsp.Unavailable, Message: "not tried, because the attempt ended before"}}
}

func part(s Step, made tsp.Written, e *tsp.Error) tsp.Part {
	if e == nil {
		return tsp.Part{Name: s.Part, Class: tsp.Done, Status: made.Status, Headers: made.Headers}
	}
	return tsp.Part{Name: s.Part, Class: e.Class, Status: e.Status, Headers: e.Headers, Message: e.Message}
}
