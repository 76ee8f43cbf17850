package geotab

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/steps"
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

// standing is what Geotab holds of what a step would make.
type standing struct {
	// there tells that the call is not needed, and id is what an earlier one made; "" for a step that only adds to a record.
	there bool
	id    resource.SourceID
	// record is what the record holds otherwise than it was sent, whether or not the call is made, and note what the caller
	// is told of that.
	record *tsp.Record
	note   string
}

// holding looks for what Geotab holds.
type holding func(ctx context.Context, c *call, w tsp.Write) (standing, error)

// encoding makes an entity, and may look at Geotab for it; of is the id that the step before made,
// or the target.
type encoding func(ctx context.Context, c *call, of resource.SourceID) (any, error)

// plain is the encoding of what follows from the write alone.
func plain(entity any) encoding {
	return func(context.Context, *call, resource.SourceID) (any, error) { return entity, nil }
}

// step is one call.
type step struct {
	key            string
	method, entity string
	// collection is where the record is that the step makes; "" for a step that only adds to one.
	collection string
	body       encoding
	// holds is asked before the call for what Geotab holds of what the step would make, whoever made it; it may be nil.
	holds holding
	// find is nil where repeating the call changes nothing more.
	find finding
	// duplicate tells that Geotab refuses an exact repetition, which find then identifies.
	duplicate bool
	// part names the step in the operation's log if it is one delivery of several.
	part string
}

// over binds a step to the calls of one write.
func (s step) over(c *call) steps.Step {
	out := steps.Step{Key: s.key, Harms: s.find != nil && !s.duplicate, Part: s.part, Collection: s.collection}
	out.Prepare = func(ctx context.Context, w tsp.Write) (steps.Call, error) {
		var has standing
		if s.holds != nil {
			var err error
			has, err = s.holds(ctx, c, w)
			if _, previewed := tsp.Awaited("", err); err != nil && !previewed {
				return nil, err
			}
		}
		if has.there {
			out := has.over(s.written(c, has.id))
			return func(context.Context) (tsp.Written, error) { return out, nil }, nil
		}
		body, err := s.body(ctx, c, w.Target)
		if awaited, previewed := tsp.Awaited("what-follows", err); previewed {
			body, err = awaited, nil
		}
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context) (tsp.Written, error) {
			id, err := s.send(ctx, c, w, body)
			return has.over(s.written(c, id)), err
		}, nil
	}
	if s.find != nil {
		out.Find = func(ctx context.Context, w tsp.Write) (tsp.Written, bool, error) {
			id, found, err := s.find(ctx, c, w)
			return s.written(c, id), found, err
		}
	}
	return out
}

// over adds to the result of a step what Geotab holds otherwise.
func (h standing) over(out tsp.Written) tsp.Written {
	out.Record, out.Note = h.record, h.note
	return out
}

// written is the result of a step.
func (s step) written(c *call, id resource.SourceID) tsp.Written {
	out := tsp.Written{Status: c.status, Headers: c.headers}
	if s.collection != "" {
		out.SourceID = id
	}
	return out
}

func (s step) send(ctx context.Context, c *call, w tsp.Write, body any) (resource.SourceID, error) {
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
