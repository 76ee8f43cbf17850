package operator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
)

// DoorConfig is what a Door is made of.
type DoorConfig struct {
	Kept interface {
		Sessions
		Retention
	}
	// Life is how long a session lasts at most, and Idle how long one that is not used.
	Life, Idle time.Duration
	Now        func() time.Time
	Log        *slog.Logger
}

// Door lets operators in and out, and knows who is in.
type Door struct{ c DoorConfig }

// NewDoor returns a door.
func NewDoor(c DoorConfig) *Door { return &Door{c} }

// SignIn begins a session of whose the code is, and returns what proves it: ErrNoCode.
func (d *Door) SignIn(ctx context.Context, code string) (secret string, s Session, err error) {
	kept := hashCode(code)
	if kept == nil {
		return "", s, ErrNoCode
	}
	secret, s = newSession(d.clock(), d.c.Life)
	s, err = d.c.Kept.UseCode(ctx, kept, s)
	return d.begun(secret, s, err)
}

// Meet begins a session of a person whom an issuer tells of, and returns what proves it: ErrDisabled.
func (d *Door) Meet(ctx context.Context, p Person) (secret string, s Session, err error) {
	at := d.clock()
	now, err := p.operator(at)
	if err != nil {
		return "", s, err
	}
	secret, s = newSession(at, d.c.Life)
	s, err = d.c.Kept.Meet(ctx, now, s)
	return d.begun(secret, s, err)
}

func (d *Door) begun(secret string, s Session, err error) (string, Session, error) {
	switch {
	case errors.Is(err, ErrNoCode), errors.Is(err, ErrDisabled):
		return "", s, err
	case err != nil:
		return "", s, fmt.Errorf("beginning a session: %w", err)
	}
	d.c.Log.Info("an operator has signed in", "operator", s.Operator.Actor(), "operator_session_id", s.ID)
	return secret, s, nil
}

// Session returns the session that a secret proves: ErrNoSession.
func (d *Door) Session(ctx context.Context, secret string) (Session, error) {
	s, err := d.Look(ctx, secret)
	if err != nil {
		return s, err
	}
	if at := d.clock(); at.Sub(s.SeenAt) >= seenEvery {
		if err := d.c.Kept.SeeSession(ctx, s.ID, at); err != nil {
			d.c.Log.Warn("that a session is used could not be noted; it may end as idle", "operator_session_id", s.ID,
				"error", err)
		}
	}
	return s, nil
}

// Look is Session, and counts as no use: what an open page asks by itself does not keep a session from ending as idle.
func (d *Door) Look(ctx context.Context, secret string) (Session, error) {
	s, err := d.c.Kept.OperatorSession(ctx, hash(secret))
	if err != nil {
		return s, err
	}
	if at := d.clock(); s.over(at, d.c.Idle) {
		// It must not go on once idle sessions are let live longer.
		if err := d.end(ctx, s); err != nil {
			d.c.Log.Warn("a session that is over could not be ended; it opens nothing", "operator_session_id", s.ID, "error", err)
		}
		return s, ErrNoSession
	}
	return s, nil
}

// SignOut ends the session that a secret proves; one that is over is no error.
func (d *Door) SignOut(ctx context.Context, secret string) error {
	s, err := d.c.Kept.OperatorSession(ctx, hash(secret))
	if errors.Is(err, ErrNoSession) {
		return nil
	}
	if err == nil {
		err = d.end(ctx, s)
	}
	if err != nil {
		return fmt.Errorf("ending a session: %w", err)
	}
	return nil
}

// end ends a session in the name of whose it is.
func (d *Door) end(ctx context.Context, s Session) error {
	who := audit.Of(ctx)
	who.Name = s.Operator.Actor()
	return d.c.Kept.EndSession(audit.By(ctx, who), s.ID)
}

// clock is the time as it is stored.
func (d *Door) clock() time.Time { return d.c.Now().UTC().Truncate(time.Microsecond) }

// Person is who an issuer says that somebody is.
type Person struct {
	// Issuer and Subject say together who it is, and for ever; an email is given to others.
	Issuer, Subject string
	Name, Email     string
	Role            Role
	Payloads        bool
}

// mostSubject is the longest that an issuer may name a person (OpenID Connect Core 1.0, section 2).
const mostSubject = 255

// operator is the person as one who is met for the first time.
func (p Person) operator(at time.Time) (Operator, error) {
	if p.Subject == "" || len(p.Subject) > mostSubject {
		return Operator{}, fmt.Errorf("the issuer names the person by %d bytes (sub); 1 to %d are allowed", len(p.Subject),
			mostSubject)
	}
	o := Operator{ID: uuid.Must(uuid.NewV7()), Name: p.Name, Subject: p.Issuer + " " + p.Subject, Role: p.Role,
		Payloads: p.Payloads && p.Role == Viewer, CreatedAt: at, UpdatedAt: at}
	var err error
	if o.Email, err = CheckEmail(p.Email); err != nil {
		// Not each issuer tells one, and it is a name alone.
		o.Email = ""
	}
	if CheckName(o.Name) != nil {
		o.Name = o.Email
	}
	if o.Name == "" {
		o.Name = word(p.Subject)
	}
	return o, nil
}
