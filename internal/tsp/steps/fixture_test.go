package steps_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/steps"
)

// world is a TSP, what it has taken, and the marks of one operation. It writes down everything
// that happens, in words such as "prepare a", "begun a", "call a", "done a" and "find a".
type world struct {
	log   []string
	taken map[string]int
	marks []tsp.Step
	// ends are the ends of what happens, by its words.
	ends map[string]error
	// meets is told before each thing happens, and about a call once more, as "took a", when it
	// has taken effect; nil is nobody.
	meets func(what string)
}

// happens writes down what happens and returns its end.
func (o *world) happens(what string) error {
	if o.meets != nil {
		o.meets(what)
	}
	o.log = append(o.log, what)
	return o.ends[what]
}

// Steps returns what was marked.
func (o *world) Steps() []tsp.Step { return slices.Clone(o.marks) }

// Mark keeps a step, unless the context has been cut.
func (o *world) Mark(ctx context.Context, s tsp.Step) error {
	what := "begun " + s.Key
	if s.Done {
		what = "done " + s.Key
	}
	if err := errors.Join(o.happens(what), ctx.Err()); err != nil {
		return err
	}
	if i := slices.IndexFunc(o.marks, func(known tsp.Step) bool { return known.Key == s.Key }); i >= 0 {
		o.marks[i] = s
		return nil
	}
	o.marks = append(o.marks, s)
	return nil
}

// idOf is the id that a step makes.
func idOf(key string) resource.SourceID { return resource.SourceID("id-" + key) }

// harmful makes steps that cannot be repeated and can be looked for.
func (o *world) harmful(keys ...string) []steps.Step {
	var all []steps.Step
	for _, key := range keys {
		s := o.harmless(key)
		s.Harms = true
		s.Find = func(context.Context, tsp.Write) (tsp.Written, bool, error) {
			if err := o.happens("find " + key); err != nil {
				return tsp.Written{}, false, err
			}
			return tsp.Written{SourceID: idOf(key), Status: 200}, o.taken[key] > 0, nil
		}
		all = append(all, s)
	}
	return all
}

// harmless makes a step that can be repeated.
func (o *world) harmless(key string) steps.Step {
	return steps.Step{Key: key, Collection: "of " + key, Prepare: func(context.Context, tsp.Write) (steps.Call, error) {
		if err := o.happens("prepare " + key); err != nil {
			return nil, err
		}
		return func(context.Context) (tsp.Written, error) {
			if err := o.happens("call " + key); err != nil {
				return tsp.Written{}, err
			}
			if o.taken == nil {
				o.taken = map[string]int{}
			}
			o.taken[key]++
			if o.meets != nil {
				o.meets("took " + key)
			}
			return tsp.Written{SourceID: idOf(key), Status: 201}, nil
		}, nil
	}}
}

// deliveries are harmful steps of which each is a part.
func (o *world) deliveries(keys ...string) []steps.Step {
	all := o.harmful(keys...)
	for i := range all {
		all[i].Part = "to " + all[i].Key
	}
	return all
}

// unfindable takes from a step that it can be looked for.
func unfindable(s steps.Step) steps.Step {
	s.Find = nil
	return s
}

func plan(all ...steps.Step) steps.Plan { return steps.Plan{Strength: tsp.VerifyFirst, Steps: all} }

// write is a create that keeps its marks in the world.
func (o *world) write() tsp.Write {
	return tsp.Write{Capability: tsp.Capability{Kind: resource.KindUser, Verb: resource.Create}, Progress: o}
}

// wantLog compares what happened, and forgets it.
func (o *world) wantLog(t *testing.T, want string) {
	t.Helper()
	if diff := cmp.Diff(want, strings.Join(o.log, ", ")); diff != "" {
		t.Errorf("what happened differs (-want +got):\n%s", diff)
	}
	o.log = nil
}

// wantClass compares how something ended. An end that succeeded has the class Done.
func wantClass(t *testing.T, err error, want tsp.Class) *tsp.Error {
	t.Helper()
	if err == nil {
		if want != tsp.Done {
			t.Errorf("there is no error, want %s", want)
		}
		return &tsp.Error{Class: tsp.Done}
	}
	e, ok := err.(*tsp.Error)
	if !ok {
		t.Fatalf("the end is %v (%T), want a *tsp.Error", err, err)
	}
	if e.Class != want {
		t.Errorf("the end is %v, want %s", e, want)
	}
	return e
}

// fails is an end of a class, as the TSP answers it.
func fails(class tsp.Class) error { return &tsp.Error{Class: class, Message: "no", Status: 400} }

func begun(key string) tsp.Step { return tsp.Step{Key: key} }

func done(key string) tsp.Step { return tsp.Step{Key: key, Done: true, SourceID: idOf(key)} }
