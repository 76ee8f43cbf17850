package tsp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/singleflight"
)

// Caller is what the rest of the program holds instead of adapters. It refuses what an
// adapter does not declare, bounds every call in time, keeps one session per connection,
// and turns every end, panics included, into a classified one.
type Caller struct {
	registry *Registry
	client   *http.Client
	own      map[Name]*http.Client
	deadline time.Duration
	log      *slog.Logger
	counted  func(connection uuid.UUID, made, refused int)

	mu       sync.Mutex
	sessions map[uuid.UUID]*held
	// connecting are the sessions that are being made and that nobody has forgotten since.
	connecting map[uuid.UUID]*held
	connects   singleflight.Group
}

// Target names the connection that a call goes to.
type Target struct {
	Connection uuid.UUID
	TSP        Name
	// Version changes when somebody gives the connection other credentials or settings.
	Version int64
	// Settings are those that are set; secret ones come with the credentials.
	Settings    Settings
	Credentials func(ctx context.Context) (Credentials, error)
	// Renew may be nil where nothing can be stored.
	Renew Renew
}

// NewCaller returns a caller. deadline bounds each attempt, but at TSPs whose spec asks for more
// patience; client makes the connections to TSPs and must not follow redirects to other hosts.
func NewCaller(r *Registry, client *http.Client, deadline time.Duration, log *slog.Logger) *Caller {
	return &Caller{registry: r, client: client, deadline: deadline, log: log,
		own: map[Name]*http.Client{}, sessions: map[uuid.UUID]*held{}, connecting: map[uuid.UUID]*held{}}
}

// Through gives one TSP a client of its own, before the first call.
func (c *Caller) Through(name Name, client *http.Client) { c.own[name] = client }

// Count has somebody told of the calls that were made through a connection, and of how many answers asked to be left alone,
// before the first call. Whoever is told must not block.
func (c *Caller) Count(told func(connection uuid.UUID, made, refused int)) { c.counted = told }

// Registry returns the adapters that the caller speaks through.
func (c *Caller) Registry() *Registry { return c.registry }

// Write performs one write. Its error, if any, is an *Error.
func (c *Caller) Write(ctx context.Context, t Target, w Write) (Written, *Error) {
	var out Written
	var calls traffic
	err := c.with(calls.watched(ctx), t, w.Pace, func(ctx context.Context, s *held) (err error) {
		adapter, _ := c.registry.Adapter(t.TSP)
		if _, ok := adapter.Spec().Actions[w.Capability]; !ok {
			return &Error{Class: Unsupported, Message: fmt.Sprintf("%s has no %s", t.TSP, w.Capability)}
		}
		if out, err = s.Write(ctx, w); err == nil {
			err = out.fits()
		}
		return err
	})
	return out, calls.end(err)
}

// Find tells whether an earlier attempt of a write took effect. Where the adapter cannot
// tell, the error is of class Unsupported.
func (c *Caller) Find(ctx context.Context, t Target, w Write) (out Written, found bool, end *Error) {
	end = c.with(calling(ctx, ForLookUp), t, w.Pace, func(ctx context.Context, s *held) (err error) {
		finder, ok := s.Session.(Finder)
		if !ok {
			return &Error{Class: Unsupported, Message: string(t.TSP) + " cannot be asked for earlier writes"}
		}
		if out, found, err = finder.Find(ctx, w); err == nil {
			err = out.fits()
		}
		return err
	})
	return out, found, end
}

// Read reads one record. Where the adapter cannot, the error is of class Unsupported.
func (c *Caller) Read(ctx context.Context, t Target, one Single) (out Record, end *Error) {
	end = c.with(calling(ctx, ForReadBack), t, one.Pace, func(ctx context.Context, s *held) (err error) {
		reader, ok := s.Session.(Reader)
		if !ok {
			return &Error{Class: Unsupported, Message: string(t.TSP) + " cannot be asked for one record"}
		}
		if out, err = reader.Read(ctx, one); err == nil {
			err = out.fits()
		}
		return err
	})
	return out, end
}

// CheckSettings asks the TSP whether it has what a connection's settings name.
func (c *Caller) CheckSettings(ctx context.Context, t Target, pace Pacer) *Error {
	return c.with(ctx, t, pace, func(ctx context.Context, s *held) error {
		checker, ok := s.Session.(SettingsChecker)
		if !ok {
			return nil
		}
		return checker.CheckSettings(ctx, pace)
	})
}

// Check proves a connection's credentials and tells whose account they open. At a host that whoever
// gave the credentials chose, the key names the host as well: such a host says what it likes.
func (c *Caller) Check(ctx context.Context, t Target, pace Pacer) (out Account, end *Error) {
	end = c.with(ctx, t, pace, func(ctx context.Context, s *held) (err error) {
		if out, err = s.Check(ctx, pace); err == nil {
			err = out.fits()
		}
		out.Key = c.registry.at(t.TSP, s.place, out.Key)
		return err
	})
	return out, end
}

// Recognize tells whether other credentials of the account are those of the user whose the connection's are. Where all
// users of an account see the same they count as one.
func (c *Caller) Recognize(ctx context.Context, t Target, other Credentials, pace Pacer) (same bool, end *Error) {
	end = c.with(ctx, t, pace, func(ctx context.Context, s *held) (err error) {
		one, tells := s.Session.(Recognizer)
		if !tells {
			same = true
			return nil
		}
		same, err = one.Recognizes(ctx, other, pace)
		return err
	})
	return same, end
}

// List reads one page of a connection's records.
func (c *Caller) List(ctx context.Context, t Target, l List) (out Page, end *Error) {
	end = c.with(ctx, t, l.Pace, func(ctx context.Context, s *held) (err error) {
		if out, err = s.List(ctx, l); err == nil {
			err = out.fits()
		}
		return err
	})
	return out, end
}

// with runs one call on the connection's session and classifies its end.
func (c *Caller) with(ctx context.Context, t Target, pace Pacer, call func(context.Context, *held) error) *Error {
	var used *held
	end := c.guarded(ctx, t, func(ctx context.Context) (err error) {
		if used, err = c.session(ctx, t, pace); err != nil {
			return err
		}
		return call(ctx, used)
	})
	if end != nil && end.Class == Unauthorized {
		c.drop(t.Connection, used)
	}
	return end
}

// guarded bounds a call in time, turns a panic into class Broken and classifies the end.
func (c *Caller) guarded(ctx context.Context, t Target, call func(context.Context) error) *Error {
	if c.deadline > 0 {
		deadline := c.deadline
		if adapter, ok := c.registry.Adapter(t.TSP); ok {
			deadline = max(deadline, adapter.Spec().Patience)
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, deadline)
		defer cancel()
	}
	var calls tally
	ctx = context.WithValue(ctx, tallyKey{}, &calls)
	end := classified(recovered(func() error { return call(ctx) }))
	c.count(t, int(calls.made.Load()), end)
	if end != nil && !errors.Is(ctx.Err(), context.Canceled) {
		c.tell(t, end)
	}
	return end
}

// count tells of the calls of an end. Of several calls the last one is answered so, for nothing is called behind it.
func (c *Caller) count(t Target, made int, end *Error) {
	if c.counted == nil || made == 0 {
		return
	}
	refused := 0
	if end != nil && end.Class == Throttled {
		refused = 1
	}
	c.counted(t.Connection, made, refused)
}

func recovered(call func() error) (err error) {
	defer Recover(&err)
	return call()
}

// tell logs the causes that nobody else does: a panic, and what kept us from an answer. People are
// told the message alone.
func (c *Caller) tell(t Target, end *Error) {
	log := c.log.With("tsp", t.TSP, "connection_id", t.Connection)
	var p *Panic
	switch {
	case errors.Is(end, ErrNoBudget):
	case errors.As(end, &p):
		log.Error("adapter panicked", "panic", p.Value, "stack", p.Stack)
	case end.Status == 0 && end.Err != nil && (end.Class == Unavailable || end.Class == Unknown):
		log.Warn("the TSP gave no answer that can be read", "class", end.Class, "error", end)
	}
}

// classified makes sure that an error carries a class. One that an adapter left without is
// Unknown: it may have been sent. A failure cannot be Done, which would pass for a success.
func classified(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		if e.Class == Done || e.Class == "" {
			broken := *e
			broken.Class, broken.Message = Broken, "the adapter does not say how it failed: "+e.Message
			return &broken
		}
		return e
	}
	return &Error{Class: Unknown, Message: "the call ended without a classified answer", Err: err}
}
