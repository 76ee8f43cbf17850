package rest

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Write is one capability. Method, Path, Encode or Compose, Decode and Find are its first call,
// which most writes leave it at; Steps are further ones. A write whose calls depend on settings
// or payload leaves Method empty and has steps only, each with its When.
type Write struct {
	Capability tsp.Capability
	Strength   tsp.Strength
	Uses       tsp.Uses
	Needs      []tsp.Need
	// Check and Warn are the action's own; they may be nil.
	Check func(resource.Payload, tsp.Settings) []resource.Problem
	Warn  func(resource.Payload, tsp.Settings) []tsp.Warning
	// Settles, Unknowable and Makes are the action's own.
	Settles    time.Duration
	Unknowable string
	Makes      string

	Method  string
	Path    string
	Encode  Encode
	Compose Compose
	Decode  Decoder
	Show    Show
	Find    Find

	Steps []Step
	// Each returns steps that follow from the write, such as one for each recipient; it may be
	// nil. They come last. Of strength VerifyFirst, those that harm have a Find.
	Each func(w tsp.Write) ([]Step, error)
	// Hides returns texts of a write that no error may show, such as a password; it may be nil.
	Hides func(w tsp.Write) []string
}

// Step is one call of a write. Where a write makes several, a step is marked when it is done,
// and before it begins too if it harms, so that a later attempt goes on behind it.
type Step struct {
	// Key names the step within its write and stays the same over attempts.
	Key string
	// When tells whether the write takes the step, always by the same facts; nil is always.
	When   func(w tsp.Write) bool
	Method string
	// Path is below the base URL, with a query if need be. {target} stands for the record to
	// update or, behind a step that made one, for that, and {setting:key} for a setting.
	Path string
	// Encode or Compose makes the body; a call without either has none.
	Encode  Encode
	Compose Compose
	Decode  Decoder
	// Show makes the record where Decode alone cannot; nil leaves it to Decode.
	Show Show
	// Find tells whether an earlier attempt took the step. Strength VerifyFirst needs it in each
	// step that harms.
	Find Find
	// Holds is asked before the call whether the TSP holds already what the step would make, whoever made it. Then the
	// call is not made. It is for what is a state and no record; nil makes the call.
	Holds Find
	// Harms tells that a repetition of the call could do harm, as that of most creates.
	Harms bool
	// Again allows one repetition, with the same body, of a call whose end is unknown; nil is never.
	Again func(w tsp.Write) bool
	// Collection is where the record is that the step makes; Decode may name another.
	Collection string
	// Part names a step that is one delivery of several: it gets its own entry in the log, and a
	// refusal does not keep the others from being made.
	Part string
}

// Encode returns the value that is sent as JSON, or as a form if it is url.Values. Its error may be
// a *tsp.Error; any other is class Broken.
type Encode func(w tsp.Write) (any, error)

// Compose is an Encode that may look at the TSP first. It must not change anything there.
type Compose func(ctx context.Context, send Send, w tsp.Write) (any, error)

// Decoder reads an answer of 2xx. Status and headers of the result are filled in. An error
// should come from Decode or Unconfirmed.
type Decoder func(w tsp.Write, a Answer) (tsp.Written, error)

// Show makes the written record of an answer that holds it, in the form of a List, with what the session
// remembers of the TSP. Its error leaves the record to be read.
type Show func(ctx context.Context, w tsp.Write, a Answer) (tsp.Record, error)

// Find tells whether an earlier attempt took effect.
type Find func(ctx context.Context, send Send, w tsp.Write) (tsp.Written, bool, error)

// firstStep is the key of the call that a write's own members describe.
const firstStep = "record"

// all lists the write's static steps.
func (plan Write) all() []Step {
	if plan.Method == "" {
		return plan.Steps
	}
	first := Step{Key: firstStep, Method: plan.Method, Path: plan.Path, Encode: plan.Encode, Compose: plan.Compose,
		Decode: plan.Decode, Show: plan.Show, Find: plan.Find, Harms: !plan.Strength.Repeatable()}
	return append([]Step{first}, plan.Steps...)
}

// steps lists those that one write takes.
func (plan Write) steps(w tsp.Write) ([]Step, error) {
	all := slices.Clone(plan.all())
	if plan.Each != nil {
		more, err := plan.Each(w)
		if err != nil {
			return nil, ours("planning "+w.Capability.String(), err)
		}
		all = append(all, more...)
	}
	return slices.DeleteFunc(all, func(s Step) bool { return s.When != nil && !s.When(w) }), nil
}

func (plan Write) finds() bool {
	return plan.Find != nil || plan.Each != nil && plan.Strength == tsp.VerifyFirst ||
		slices.ContainsFunc(plan.Steps, func(s Step) bool { return s.Find != nil })
}

// firstLimits are the keys that the first call is charged to; where settings or payload choose
// it, that of the first step stands for all, and without such the limits that cover every call.
func (plan Write) firstLimits(limits []Limit) []string {
	for _, s := range plan.all() {
		path, _, _ := cutQuery(s.Path)
		return charged(limits, s.Method, path)
	}
	return charged(limits, "", "")
}

// Body types an encoder: it is refused any payload but a P.
func Body[P resource.Payload](encode func(p P, w tsp.Write) (any, error)) Encode {
	return tsp.Typed(encode)
}

// Read makes the call that asks for the record to update. It must not change anything.
type Read func(w tsp.Write) (Call, error)

// Get reads by GET; the path may hold {target}.
func Get(path string) Read {
	return func(w tsp.Write) (Call, error) { return callTo(http.MethodGet, path, w.Target) }
}

// Modify types a composer that reads the record as the TSP has it and changes what it holds,
// for TSPs whose updates replace the whole.
func Modify[P resource.Payload](read Read, change func(p P, w tsp.Write, record Answer) (any, error)) Compose {
	return func(ctx context.Context, send Send, w tsp.Write) (any, error) {
		p, err := tsp.PayloadOf[P](w)
		if err != nil {
			return nil, err
		}
		call, err := read(w)
		if err != nil {
			return nil, err
		}
		call.Reads = true
		record, err := send(ctx, call)
		if err != nil {
			return nil, err
		}
		return change(p, w, record)
	}
}

// Case types the When of a step; a payload that is no P does not take it.
func Case[P resource.Payload](holds func(P, tsp.Write) bool) func(tsp.Write) bool {
	return func(w tsp.Write) bool {
		p, ok := w.Payload.(P)
		return ok && holds(p, w)
	}
}
