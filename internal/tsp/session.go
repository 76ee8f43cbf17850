package tsp

import (
	"context"
	"fmt"

	"github.com/google/uuid"
)

// held is a session of a version of a connection. place is that of Registry.place.
type held struct {
	Session
	version int64
	place   string
}

// session returns the connection's session, making it once however many ask.
func (c *Caller) session(ctx context.Context, t Target, pace Pacer) (*held, error) {
	c.mu.Lock()
	h, ok := c.sessions[t.Connection]
	c.mu.Unlock()
	if ok && h.version == t.Version {
		return h, nil
	}
	adapter, ok := c.registry.Adapter(t.TSP)
	if !ok {
		return nil, &Error{Class: Unsupported, Message: fmt.Sprintf("this installation has no adapter for %s", t.TSP)}
	}
	made, err, _ := c.connects.Do(fmt.Sprint(t.Connection, t.Version), func() (any, error) {
		return c.connect(ctx, t, adapter, pace)
	})
	if err != nil {
		return nil, err
	}
	return made.(*held), nil
}

// connect makes a session. It is kept unless the connection is forgotten meanwhile: its secrets may be
// those of a connection that is deleted.
func (c *Caller) connect(ctx context.Context, t Target, adapter Adapter, pace Pacer) (*held, error) {
	h := &held{version: t.Version}
	c.mu.Lock()
	c.connecting[t.Connection] = h
	c.mu.Unlock()
	err := c.sign(ctx, t, adapter, pace, h)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.connecting[t.Connection] != h {
		return h, err
	}
	delete(c.connecting, t.Connection)
	if err == nil {
		c.sessions[t.Connection] = h
	}
	return h, err
}

// sign makes a session of the connection's credentials. A panic of the adapter is an error.
func (c *Caller) sign(ctx context.Context, t Target, adapter Adapter, pace Pacer, h *held) (err error) {
	defer Recover(&err)
	credentials, err := t.Credentials(ctx)
	if err != nil {
		return &Error{Class: Unavailable, Message: "the stored credentials could not be read", Err: err}
	}
	h.place = c.registry.place(adapter.Spec(), credentials)
	h.Session, err = adapter.Connect(ctx, c.access(t, adapter.Spec(), credentials, pace))
	return err
}

// access is what a session of the connection is made from.
func (c *Caller) access(t Target, spec Spec, credentials Credentials, pace Pacer) Access {
	settings := spec.Effective(t.Settings)
	for key, value := range credentials.Secrets {
		settings[key] = value
	}
	renew := t.Renew
	if renew == nil {
		renew = func(ctx context.Context, spent Credentials, by func(context.Context, Credentials) (Credentials, error)) (Credentials, error) {
			return by(ctx, spent)
		}
	}
	client, ok := c.own[t.TSP]
	if !ok {
		client = c.client
	}
	return Access{Credentials: credentials, Settings: settings, BaseURL: c.registry.bases[t.TSP], Client: client, Pace: pace, Renew: renew}
}

// Exchange turns credentials that work once into ones that can be kept; others it returns as
// they are.
func (c *Caller) Exchange(ctx context.Context, t Target, given Credentials, pace Pacer) (out Credentials, end *Error) {
	end = c.guarded(ctx, t, func(ctx context.Context) (err error) {
		out = given
		adapter, ok := c.registry.Adapter(t.TSP)
		if !ok {
			return &Error{Class: Unsupported, Message: fmt.Sprintf("this installation has no adapter for %s", t.TSP)}
		}
		if e, ok := adapter.(Exchanger); ok {
			out, err = e.Exchange(ctx, c.access(t, adapter.Spec(), given, pace))
		}
		return err
	})
	return out, end
}

// Forget drops a connection's session, one that is being made as well, so that the next call signs
// in anew.
func (c *Caller) Forget(connection uuid.UUID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.sessions, connection)
	delete(c.connecting, connection)
}

// drop forgets a session that was refused. One that was made since is left alone.
func (c *Caller) drop(connection uuid.UUID, refused *held) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sessions[connection] == refused {
		delete(c.sessions, connection)
	}
}
