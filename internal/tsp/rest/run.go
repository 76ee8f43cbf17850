package rest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// run is one write on its way through its steps.
type run struct {
	line  *line
	send  Send
	w     tsp.Write
	steps []Step
	out   tsp.Written
	// done are the keys of the steps that took effect, in this attempt or an earlier one.
	done []string
}

// perform makes the calls that earlier attempts have not made. A delivery of several that is
// refused does not keep the others from being made; any other end stops.
func (r *run) perform(ctx context.Context) (tsp.Written, error) {
	var refused error
	for _, s := range r.steps {
		if known, ok := r.w.Step(s.Key); ok && known.Done {
			r.adopt(s, tsp.Written{SourceID: known.SourceID})
			continue
		}
		made, err := r.step(ctx, s)
		var e *tsp.Error
		if err != nil && !errors.As(err, &e) {
			e = &tsp.Error{Class: tsp.Broken, Message: "making the call " + s.Key, Err: err}
		}
		if s.Part != "" {
			r.out.Parts = append(r.out.Parts, part(s, e, made))
		}
		switch {
		case e == nil:
			r.adopt(s, made)
		case s.Part != "" && (e.Class == tsp.Rejected || e.Class == tsp.Missing):
			refused = e
		default:
			return r.out, r.ended(e)
		}
	}
	if refused != nil {
		return r.out, r.ended(refused)
	}
	return r.out, nil
}

func (r *run) several() bool { return len(r.steps) > 1 }

// step makes one call. Of several, one that harms is marked before and each after.
func (r *run) step(ctx context.Context, s Step) (tsp.Written, error) {
	call, err := callTo(s.Method, s.Path, r.w.Target)
	if err != nil {
		return tsp.Written{}, err
	}
	if call.Body, err = r.body(ctx, s); err != nil {
		return tsp.Written{}, ours("encoding "+r.w.Capability.String(), err)
	}
	if r.several() && s.Harms {
		if err := r.w.Mark(ctx, tsp.Step{Key: s.Key}); err != nil {
			return tsp.Written{}, err
		}
	}
	answer, err := r.send(ctx, call)
	if err != nil && s.Again != nil && s.Again(r.w) {
		answer, err = r.again(ctx, call, err)
	}
	if err != nil {
		return tsp.Written{}, err
	}
	made, err := s.Decode(r.w, answer)
	made.Status, made.Headers = answer.Status, answer.Headers
	if err == nil && r.several() {
		err = r.markDone(ctx, s, made)
	}
	return made, err
}

// markDone keeps that a step was taken, whatever becomes of the caller. Where that cannot be
// stored and a repetition could do harm, the end is Unknown, so that the step is looked up before
// it is taken again, or never is.
func (r *run) markDone(ctx context.Context, s Step, made tsp.Written) error {
	err := r.w.Mark(context.WithoutCancel(ctx), tsp.Step{Key: s.Key, Done: true, SourceID: made.SourceID})
	var e *tsp.Error
	if errors.As(err, &e) && s.Harms {
		unsure := *e
		unsure.Class = tsp.Unknown
		return &unsure
	}
	return err
}

func (r *run) body(ctx context.Context, s Step) (any, error) {
	switch {
	case s.Compose != nil:
		return s.Compose(ctx, r.send, r.w)
	case s.Encode != nil:
		return s.Encode(r.w)
	}
	return nil, nil
}

// again repeats a call whose end is unknown. What the repetition is refused for may be that the
// first one was taken, so that leaves the end unknown.
func (r *run) again(ctx context.Context, call Call, first error) (Answer, error) {
	var e *tsp.Error
	if !errors.As(first, &e) || e.Class != tsp.Unknown {
		return Answer{}, first
	}
	answer, err := r.send(ctx, call)
	if err != nil && errors.As(err, &e) {
		out := *e
		out.Class, out.Message = tsp.Unknown, "after a call without an answer, its repetition ended: "+e.Message
		return answer, &out
	}
	return answer, err
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
	r.out.Note = strings.TrimPrefix(r.out.Note+"; "+made.Note, "; ")
	r.out.Note = strings.TrimSuffix(r.out.Note, "; ")
	r.out.Parts = append(r.out.Parts, made.Parts...)
}

// ended tells beside what went wrong what was done before it.
func (r *run) ended(err error) error {
	var e *tsp.Error
	if !errors.As(err, &e) {
		return err
	}
	with := *e
	with.Parts = append(r.out.Parts, e.Parts...)
	if len(r.done) > 0 && len(with.Parts) == 0 {
		with.Message += fmt.Sprintf(" (done before that: %s%s)", strings.Join(r.done, ", "), idNote(r.out.SourceID))
	}
	return &with
}

func idNote(id resource.SourceID) string {
	if id == "" {
		return ""
	}
	return ", id " + string(id)
}

func part(s Step, e *tsp.Error, made tsp.Written) tsp.Part {
	if e == nil {
		return tsp.Part{Name: s.Part, Class: tsp.Done, Status: made.Status, Headers: made.Headers}
	}
	return tsp.Part{Name: s.Part, Class: e.Class, Status: e.Status, Headers: e.Headers, Message: e.Message}
}

// find looks for each step that may have been taken, and tells whether none is left.
func (r *run) find(ctx context.Context) (tsp.Written, bool, error) {
	all := true
	for _, s := range r.steps {
		if known, ok := r.w.Step(s.Key); ok && known.Done {
			r.adopt(s, tsp.Written{SourceID: known.SourceID})
			continue
		}
		if s.Find == nil || !r.mayHaveBegun(s) {
			all = false
			continue
		}
		made, found, err := s.Find(ctx, r.send, r.w)
		if err != nil {
			return tsp.Written{}, false, err
		}
		if !found {
			all = false
			continue
		}
		r.adopt(s, made)
		if !r.several() {
			continue
		}
		if err := r.w.Mark(ctx, tsp.Step{Key: s.Key, Done: true, SourceID: made.SourceID}); err != nil {
			return tsp.Written{}, false, err
		}
	}
	if !all {
		return tsp.Written{}, false, nil
	}
	return r.out, true, nil
}

// mayHaveBegun tells whether an earlier attempt can have come to a step. A write of one step marks
// none, and where no step of several was marked at all, the marks prove nothing.
func (r *run) mayHaveBegun(s Step) bool {
	others := false
	for _, one := range r.steps {
		_, begun := r.w.Step(one.Key)
		if begun && one.Key == s.Key {
			return true
		}
		others = others || begun
	}
	return !others
}
