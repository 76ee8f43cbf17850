package geotab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// The methods that write.
const (
	add = "Add"
	set = "Set"
)

// mainStep is the key of the step that makes or changes the record itself.
const mainStep = "record"

// write is one capability: what is declared of it, and the calls that it takes.
type write struct {
	tsp.Action
	steps func(w tsp.Write) ([]step, error)
}

// finding looks for what an earlier attempt made.
type finding func(ctx context.Context, c *call, w tsp.Write) (resource.SourceID, bool, error)

// step is one call.
type step struct {
	key            string
	method, entity string
	collection     string
	// body makes the entity; of is the id that the step before made, or the target.
	body func(ctx context.Context, c *call, of resource.SourceID) (any, error)
	// find is nil where repeating the call changes nothing more.
	find finding
	// duplicate tells that Geotab refuses an exact repetition, which find then identifies.
	duplicate bool
	// second tells that the record is made by the step before.
	second bool
	// part names the step in the operation's log if it is one delivery of several.
	part string
}

// typed makes the steps of a payload of one type.
func typed[P resource.Payload](steps func(p P, w tsp.Write) ([]step, error)) func(tsp.Write) ([]step, error) {
	return func(w tsp.Write) ([]step, error) {
		p, ok := w.Payload.(P)
		if !ok {
			return nil, &tsp.Error{Class: tsp.Broken, Message: fmt.Sprintf("the payload of %s is a %T", w.Capability, w.Payload)}
		}
		return steps(p, w)
	}
}

// checked types a check.
func checked[P resource.Payload](check func(P, tsp.Settings) []resource.Problem) func(resource.Payload, tsp.Settings) []resource.Problem {
	return func(payload resource.Payload, s tsp.Settings) []resource.Problem {
		if p, ok := payload.(P); ok {
			return check(p, s)
		}
		return nil
	}
}

// perform makes the calls that earlier attempts have not made. A delivery of several that is
// refused does not keep the others from being made; any other end stops.
func (c *call) perform(ctx context.Context, w tsp.Write, steps []step) (tsp.Written, error) {
	out := tsp.Written{SourceID: w.Target, Collection: w.Collection}
	var refused *tsp.Error
	for _, s := range steps {
		known, marked := w.Step(s.key)
		if marked && known.Done {
			adopt(&out, s, known.SourceID)
			continue
		}
		id, err := c.make(ctx, w, s, out.SourceID, kept(s, steps))
		var e *tsp.Error
		if err != nil && !errors.As(err, &e) {
			e = &tsp.Error{Class: tsp.Broken, Message: "making the call " + s.key, Err: err}
		}
		if s.part != "" {
			out.Parts = append(out.Parts, part(s, e, c.status))
		}
		switch {
		case e == nil:
			adopt(&out, s, id)
		case s.part != "" && e.Class == tsp.Rejected, s.part != "" && e.Class == tsp.Missing:
			refused = e
		default:
			return out, c.ended(e, out.Parts)
		}
	}
	out.Status, out.Headers = c.status, c.headers
	if refused != nil {
		return out, c.ended(refused, out.Parts)
	}
	return out, nil
}

// kept tells whether the end of a step is remembered: that of one among several, and that of
// one which adds to a record, because repeating the write would add to it twice.
func kept(s step, steps []step) bool { return len(steps) > 1 || s.second }

// adopt takes a step's id for the write's, unless it only adds to the record.
func adopt(out *tsp.Written, s step, id resource.SourceID) {
	if s.second || id == "" {
		return
	}
	out.SourceID, out.Collection = id, s.collection
}

func (c *call) ended(e *tsp.Error, parts []tsp.Part) error {
	with := *e
	with.Parts = parts
	return &with
}

func part(s step, e *tsp.Error, status int) tsp.Part {
	if e == nil {
		return tsp.Part{Name: s.part, Class: tsp.Done, Status: status}
	}
	return tsp.Part{Name: s.part, Class: e.Class, Status: e.Status, Headers: e.Headers, Message: e.Message}
}

// make makes one call. Of those to be kept, one whose repetition could harm is marked before and
// after, and one that an earlier attempt began without an end is looked for first.
func (c *call) make(ctx context.Context, w tsp.Write, s step, of resource.SourceID, keep bool) (resource.SourceID, error) {
	body, err := s.body(ctx, c, of)
	if err != nil {
		return "", err
	}
	id, found := resource.SourceID(""), false
	if keep && s.find != nil {
		if _, begun := w.Step(s.key); begun {
			id, found, err = s.find(ctx, c, w)
		} else {
			err = w.Mark(ctx, tsp.Step{Key: s.key})
		}
		if err != nil {
			return "", err
		}
	}
	if !found {
		if id, err = c.send(ctx, w, s, body); err != nil {
			return "", err
		}
	}
	if !keep {
		return id, nil
	}
	err = w.Mark(ctx, tsp.Step{Key: s.key, Done: true, SourceID: id})
	var e *tsp.Error
	if errors.As(err, &e) && s.find != nil {
		// The call was made, so it is to be looked for and not simply made again.
		unknown := *e
		unknown.Class = tsp.Unknown
		return "", &unknown
	}
	return id, err
}

func (c *call) send(ctx context.Context, w tsp.Write, s step, body any) (resource.SourceID, error) {
	result, err := c.call(ctx, s.method, s.entity, map[string]any{"typeName": s.entity, "entity": body})
	if err != nil && s.duplicate && strings.HasPrefix(c.kind, "Duplicate") {
		id, found, finding := s.find(ctx, c, w)
		if finding != nil {
			// It may be what an earlier attempt made, so nobody can say yet that it was refused.
			return "", finding
		}
		if found {
			return id, nil
		}
		return "", err
	}
	if err != nil {
		return "", err
	}
	if s.method == set {
		return w.Target, nil
	}
	id, err := idOf(result)
	if err != nil {
		return "", &tsp.Error{Class: tsp.Unknown, Message: "Geotab's answer holds no id", Status: http.StatusOK, Err: err}
	}
	return id, nil
}

// idOf reads the result of Add.
func idOf(result jsontext.Value) (resource.SourceID, error) {
	var id resource.SourceID
	if err := unmarshal(result, &id); err != nil {
		return "", err
	}
	if id == "" {
		return "", errors.New("the result is empty")
	}
	return id, nil
}

// find looks for each call that may have been made, and tells whether nothing is left to do.
func (c *call) findSteps(ctx context.Context, w tsp.Write, steps []step) (tsp.Written, bool, error) {
	out, all := tsp.Written{SourceID: w.Target, Collection: w.Collection}, true
	for _, s := range steps {
		known, marked := w.Step(s.key)
		switch {
		case marked && known.Done:
			adopt(&out, s, known.SourceID)
			continue
		case s.find == nil, kept(s, steps) && !marked:
			all = false
			continue
		}
		id, found, err := s.find(ctx, c, w)
		if err != nil {
			return out, false, err
		}
		if !found {
			all = false
			continue
		}
		adopt(&out, s, id)
		if kept(s, steps) {
			if err := w.Mark(ctx, tsp.Step{Key: s.key, Done: true, SourceID: id}); err != nil {
				return out, false, err
			}
		}
	}
	out.Status, out.Headers = c.status, c.headers
	return out, all, nil
}
