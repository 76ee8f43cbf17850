package rest

import (
	"context"
	"errors"
	"net/url"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/steps"
)

// over binds a step to a session's way to the TSP.
func (s Step) over(send Send) steps.Step {
	out := steps.Step{Key: s.Key, Harms: s.Harms, Collection: s.Collection, Part: s.Part}
	out.Prepare = func(ctx context.Context, w tsp.Write) (steps.Call, error) {
		if held, err := s.held(ctx, send, w); held != nil || err != nil {
			return held, err
		}
		call, err := callTo(s.Method, s.Path, w.Target)
		if err != nil {
			return nil, err
		}
		call.Body, err = s.body(ctx, send, w)
		if awaited, previewed := tsp.Awaited("what-follows", err); previewed {
			call.Body, err = unknownBody(call.Body, awaited), nil
		}
		if err != nil {
			return nil, ours("encoding "+w.Capability.String(), err)
		}
		return func(ctx context.Context) (tsp.Written, error) { return s.perform(ctx, send, call, w) }, nil
	}
	if s.Find != nil {
		out.Find = func(ctx context.Context, w tsp.Write) (tsp.Written, bool, error) { return s.Find(ctx, send, w) }
	}
	return out
}

// held is a call that need not be made; nil if it has to be. A preview shows it, as nobody knows yet.
func (s Step) held(ctx context.Context, send Send, w tsp.Write) (steps.Call, error) {
	if s.Holds == nil {
		return nil, nil
	}
	made, holds, err := s.Holds(ctx, send, w)
	if _, previewed := tsp.Awaited("", err); previewed {
		return nil, nil
	}
	if err != nil {
		return nil, ours("looking whether "+w.Capability.String()+" is needed", err)
	}
	if !holds {
		return nil, nil
	}
	return func(context.Context) (tsp.Written, error) { return made, nil }, nil
}

// unknownBody stands in a preview for a body that follows from an answer. What is composed beside the error tells its form.
func unknownBody(composed any, awaited string) any {
	if _, isForm := composed.(url.Values); isForm {
		return unknownForm(awaited)
	}
	return awaited
}

func (s Step) body(ctx context.Context, send Send, w tsp.Write) (any, error) {
	switch {
	case s.Compose != nil:
		return s.Compose(ctx, send, w)
	case s.Encode != nil:
		return s.Encode(w)
	}
	return nil, nil
}

func (s Step) perform(ctx context.Context, send Send, call Call, w tsp.Write) (tsp.Written, error) {
	answer, err := send(ctx, call)
	if err != nil && s.Again != nil && s.Again(w) {
		answer, err = again(ctx, send, call, err)
	}
	if err != nil {
		return tsp.Written{}, err
	}
	made, err := s.Decode(w, answer)
	made.Status, made.Headers = answer.Status, answer.Headers
	if err == nil && s.Show != nil {
		if shown, wrong := s.Show(ctx, w, answer); wrong == nil {
			made.Record = &shown
		}
	}
	return made, err
}

// again repeats a call whose end is unknown. What the repetition is refused for may be that the
// first one was taken, so that leaves the end unknown.
func again(ctx context.Context, send Send, call Call, first error) (Answer, error) {
	var e *tsp.Error
	if !errors.As(first, &e) || e.Class != tsp.Unknown {
		return Answer{}, first
	}
	answer, err := send(ctx, call)
	if err != nil && errors.As(err, &e) {
		out := *e
		out.Class, out.Message = tsp.Unknown, "after a call without an answer, its repetition ended: "+e.Message
		return answer, &out
	}
	return answer, err
}
