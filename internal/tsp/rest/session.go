package rest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// session is stateless beyond its line, so any number of goroutines may use it.
type session struct {
	adapter *adapter
	line    *line
}

// finder is the session of an adapter with writes that can be found again.
type finder struct{ *session }

// Check proves the credentials by the adapter's own call.
func (s *session) Check(ctx context.Context, pace tsp.Pacer) (tsp.Account, error) {
	account, err := s.adapter.config.Check(ctx, s.line.with(pace))
	return account, s.line.clean(err)
}

// List reads one page of an importable kind.
func (s *session) List(ctx context.Context, l tsp.List) (tsp.Page, error) {
	list, ok := s.adapter.config.Lists[l.Kind]
	if !ok {
		return tsp.Page{}, s.unsupported("list of %s records", l.Kind)
	}
	page, err := list(ctx, s.line.with(l.Pace), l.Cursor)
	return page, s.line.clean(err)
}

// Write performs one write in one call.
func (s *session) Write(ctx context.Context, w tsp.Write) (tsp.Written, error) {
	out, err := s.write(ctx, w)
	return out, s.line.clean(err)
}

func (s *session) write(ctx context.Context, w tsp.Write) (tsp.Written, error) {
	plan, ok := s.adapter.writes[w.Capability]
	if !ok {
		return tsp.Written{}, s.unsupported("%s", w.Capability)
	}
	path, err := plan.path(w)
	if err != nil {
		return tsp.Written{}, err
	}
	body, err := plan.Encode(w)
	if err != nil {
		return tsp.Written{}, ours("encoding "+w.Capability.String(), err)
	}
	answer, err := s.line.with(w.Pace)(ctx, Call{Method: plan.Method, Path: path, Body: body})
	if err != nil {
		return tsp.Written{}, err
	}
	out, err := plan.Decode(w, answer)
	out.Status, out.Headers = answer.Status, answer.Headers
	return out, err
}

// Find tells whether an earlier attempt of the write took effect.
func (f finder) Find(ctx context.Context, w tsp.Write) (tsp.Written, bool, error) {
	plan := f.adapter.writes[w.Capability]
	if plan.Find == nil {
		return tsp.Written{}, false, f.unsupported("way to find an earlier %s", w.Capability)
	}
	out, found, err := plan.Find(ctx, f.line.with(w.Pace), w)
	return out, found, f.line.clean(err)
}

func (s *session) unsupported(format string, args ...any) error {
	return &tsp.Error{Class: tsp.Unsupported,
		Message: s.adapter.config.Spec.DisplayName + " has no " + fmt.Sprintf(format, args...)}
}

const targetMark = "{target}"

// path puts the target into the path as one segment, whatever characters it holds.
func (w Write) path(of tsp.Write) (string, error) {
	if !strings.Contains(w.Path, targetMark) {
		return w.Path, nil
	}
	// A segment of dots is a step through the path and cannot be escaped.
	if id := string(of.Target); strings.Trim(id, ".") != "" {
		return strings.ReplaceAll(w.Path, targetMark, url.PathEscape(id)), nil
	}
	return "", &tsp.Error{Class: tsp.Missing, Message: fmt.Sprintf("%q is no source id", of.Target)}
}

// ours is an error of our own making, unless the adapter has classified it.
func ours(doing string, err error) error {
	var classified *tsp.Error
	if errors.As(err, &classified) {
		return err
	}
	return &tsp.Error{Class: tsp.Broken, Message: doing, Err: err}
}
