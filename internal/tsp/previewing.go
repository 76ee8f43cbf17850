package tsp

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net/http"

	"github.com/waybill-dev/waybill/internal/resource"
)

// Preview returns the requests that a write would make, in their order. The adapter's own code makes them, in a session
// of its own that ends with the preview: it begins with the credentials that are stored and remembers nothing of other
// calls, so that it tells each read that may be needed. Nothing is sent, renewed or stored. The error is how the write
// would end before, or instead of, what follows the requests; it is nil if only the TSP can tell. verified adds how the
// record is read back.
func (c *Caller) Preview(ctx context.Context, t Target, w Write, verified bool) ([]Planned, *Error) {
	p := &Preview{operation: w.Operation, stands: pendingIDs{}}
	end := c.guarded(ctx, t, func(ctx context.Context) error {
		adapter, ok := c.registry.Adapter(t.TSP)
		if !ok {
			return &Error{Class: Unsupported, Message: fmt.Sprintf("this installation has no adapter for %s", t.TSP)}
		}
		if _, ok := adapter.Spec().Actions[w.Capability]; !ok {
			return &Error{Class: Unsupported, Message: fmt.Sprintf("%s has no %s", t.TSP, w.Capability)}
		}
		credentials, err := t.Credentials(ctx)
		if err != nil {
			return &Error{Class: Unavailable, Message: "the stored credentials could not be read", Err: err}
		}
		t.Renew = nil
		access := c.access(t, adapter.Spec(), standIns(adapter.Spec(), credentials), p)
		access.Client = &http.Client{Transport: stray{p}}
		ctx = context.WithValue(ctx, previewKey{}, p)
		session, err := adapter.Connect(ctx, access)
		if err != nil {
			return err
		}
		if w, err = p.stands.of(w); err != nil {
			return err
		}
		w.Pace, w.Progress, w.Rivals = p, nil, nil
		out, err := session.Write(ctx, w)
		if verified {
			p.readBack(ctx, session, w, out)
		}
		return err
	})
	return p.taken(end)
}

// readBack takes down how the record is read that a write would leave. What a create makes is not known where its answer
// is not foreseen.
func (p *Preview) readBack(ctx context.Context, s Session, w Write, made Written) {
	reader, ok := s.(Reader)
	one := Single{Kind: w.Kind, Collection: made.Collection, SourceID: made.SourceID, Pace: p}
	if w.Verb == resource.Update {
		one.Collection, one.SourceID = w.Collection, w.Target
	}
	if !ok || one.SourceID == "" {
		return
	}
	p.mu.Lock()
	p.back = true
	p.mu.Unlock()
	// It ends where its request is taken down.
	_, _ = reader.Read(ctx, one)
}

// standIns are credentials whose secrets are texts that nobody knows. A preview hides what equals a secret: with the real
// ones, whoever may write could find out by trying which text is a password, and nothing would tell of it. The secret
// that is a host stays, since it says where requests go.
func standIns(spec Spec, c Credentials) Credentials {
	out := Credentials{Kind: c.Kind, Fields: maps.Clone(c.Fields), Secrets: maps.Clone(c.Secrets)}
	names := []string{AccessToken, RefreshToken}
	for _, kind := range spec.Credentials {
		for _, field := range kind.Fields {
			if field.Secret && !field.Host {
				names = append(names, field.Name)
			}
		}
	}
	for _, name := range names {
		if out.Fields[name] != "" {
			out.Fields[name] = rand.Text()
		}
	}
	for key := range out.Secrets {
		out.Secrets[key] = rand.Text()
	}
	return out
}

// taken returns what was taken down. That the last call ended there is no end of the write.
func (p *Preview) taken(end *Error) ([]Planned, *Error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.strays:
		end = &Error{Class: Broken, Message: "the adapter makes requests that no preview shows"}
	case end != nil && errors.As(end, new(errPreviewed)):
		end = nil
	}
	return p.made, end
}

// stray is the way out of a preview, which is closed.
type stray struct{ *Preview }

// RoundTrip sends nothing.
func (s stray) RoundTrip(*http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.strays = true
	return nil, errors.New("a preview sends nothing")
}
