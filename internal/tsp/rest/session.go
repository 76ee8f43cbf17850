package rest

import (
	"context"
	"errors"
	"fmt"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/steps"
)

// session is used by any number of goroutines; what changes of it is its keys.
type session struct {
	adapter  *adapter
	line     *line
	settings tsp.Settings
	lists    map[resource.Kind]List
	memory   *memory
	// recognizes is that of the adapter, with the session's own credentials; nil where the adapter has none.
	recognizes func(ctx context.Context, send Send, other tsp.Credentials) (bool, error)
}

// finder is the session of an adapter with writes that can be found again.
type finder struct{ *session }

// Check proves the credentials by the adapter's own call.
func (s *session) Check(ctx context.Context, pace tsp.Pacer) (tsp.Account, error) {
	account, err := s.adapter.config.Check(s.remembering(ctx), s.line.with(pace), s.settings)
	return account, s.line.clean(err)
}

// List reads one page of an importable kind.
func (s *session) List(ctx context.Context, l tsp.List) (tsp.Page, error) {
	list, ok := s.lists[l.Kind]
	if !ok {
		return tsp.Page{}, s.unsupported("list of %s records", l.Kind)
	}
	page, err := list(s.remembering(ctx), s.line.with(l.Pace), l)
	return page, s.line.clean(err)
}

// Read reads one record of a kind whose writes are not answered with it.
func (s *session) Read(ctx context.Context, one tsp.Single) (tsp.Record, error) {
	read, ok := s.adapter.config.Records[one.Kind]
	if !ok {
		return tsp.Record{}, s.unsupported("way to read a single %s", one.Kind)
	}
	record, err := read(s.remembering(ctx), s.line.with(one.Pace), one, s.settings)
	return record, s.line.clean(err)
}

// CheckSettings asks the TSP for what the settings name, by the adapter's own calls.
func (s *session) CheckSettings(ctx context.Context, pace tsp.Pacer) error {
	if s.adapter.config.CheckSettings == nil {
		return nil
	}
	return s.line.clean(s.adapter.config.CheckSettings(s.remembering(ctx), s.line.with(pace), s.settings))
}

// Recognizes tells whether other credentials are those of the session's user.
func (s *session) Recognizes(ctx context.Context, other tsp.Credentials, pace tsp.Pacer) (bool, error) {
	if s.recognizes == nil {
		return true, nil
	}
	same, err := s.recognizes(ctx, s.line.with(pace), other)
	return same, s.line.clean(err)
}

// Write performs one write in the calls that are left of it.
func (s *session) Write(ctx context.Context, w tsp.Write) (tsp.Written, error) {
	r, err := s.run(w)
	if err != nil {
		return tsp.Written{}, err
	}
	out, err := r.plan.Perform(s.remembering(ctx), r.w)
	return out, r.line.clean(err)
}

// Find tells whether an earlier attempt of the write took effect.
func (f finder) Find(ctx context.Context, w tsp.Write) (tsp.Written, bool, error) {
	if plan, ok := f.adapter.writes[w.Capability]; ok && !plan.finds() {
		return tsp.Written{}, false, f.unsupported("way to find an earlier %s", w.Capability)
	}
	r, err := f.run(w)
	if err != nil {
		return tsp.Written{}, false, err
	}
	out, found, err := r.plan.Find(f.remembering(ctx), r.w)
	return out, found, r.line.clean(err)
}

// run is one write with the way that its calls go.
type run struct {
	line *line
	plan steps.Plan
	w    tsp.Write
}

// run prepares what Write and Find have in common.
func (s *session) run(w tsp.Write) (run, error) {
	plan, ok := s.adapter.writes[w.Capability]
	if !ok {
		return run{}, s.unsupported("%s", w.Capability)
	}
	w.Settings = s.settings
	r := run{line: s.line, plan: steps.Plan{Strength: plan.Strength}, w: w}
	if plan.Hides != nil {
		r.line = s.line.hiding(plan.Hides(w))
	}
	all, err := plan.steps(w)
	for _, one := range all {
		r.plan.Steps = append(r.plan.Steps, one.over(r.line.with(w.Pace)))
	}
	return r, r.line.clean(err)
}

func (s *session) unsupported(format string, args ...any) error {
	return &tsp.Error{Class: tsp.Unsupported,
		Message: s.adapter.config.Spec.DisplayName + " has no " + fmt.Sprintf(format, args...)}
}

// ours is an error of our own making, unless the adapter has classified it.
func ours(doing string, err error) error {
	var classified *tsp.Error
	if errors.As(err, &classified) {
		return err
	}
	return &tsp.Error{Class: tsp.Broken, Message: doing, Err: err}
}
