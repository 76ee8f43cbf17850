package connection

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// draftLife is how long a draft waits to become a connection's. A day lets a person repeat what
// failed, and does not keep secrets of nobody for long.
const draftLife = 24 * time.Hour

// trial is credentials that are tried at the TSP before they become a connection's. What they
// are exchanged for or renewed to is on disk, as a draft, before anything is done with it: a
// request that fails or is cut off after a code was spent succeeds when it is sent again.
type trial struct {
	*Service
	// conn is the connection as it shall be.
	conn Connection
	// by is the partner or fleet that gave the credentials, and pace what their calls wait for.
	// proven tells that they are the connection's own, whose calls are paced as any others of its.
	by     uuid.UUID
	pace   *counting
	proven bool
	// given are the credentials as the caller gave them. They are what a later request is
	// recognised by: it sends the same body again.
	given tsp.Credentials
	// before are those that the connection has now, if these are to replace them and they can be read; user tells
	// whether they are the same user's, once check has found that the account is the same.
	before *tsp.Credentials
	user   Likeness

	// mu guards current and draft; it is held while the TSP renews, so that sessions take turns.
	mu      sync.Mutex
	current tsp.Credentials
	// draft holds what given has become; nil while they are the same.
	draft uuid.UUID
}

// kept is what a draft seals of a trial.
type kept struct {
	Given   tsp.Credentials `json:"given"`
	Current tsp.Credentials `json:"current"`
}

// newTrial exchanges the credentials, or takes up an earlier trial of the same. Its error is a
// *tsp.Error or one of the store. The trial is never nil: refusal is asked of it even where it
// failed.
func (s *Service) newTrial(ctx context.Context, c Connection, given tsp.Credentials, by uuid.UUID) (*trial, error) {
	t := &trial{Service: s, conn: c, by: by, pace: &counting{Pacer: s.Pace(unproven(c, by))}, given: given,
		current: given}
	// A code works once, so what it was exchanged for is looked for before it is sent.
	if err := t.takeUp(ctx); err != nil || t.draft != uuid.Nil {
		return t, err
	}
	exchanged, end := s.Caller.Exchange(ctx, t.target(c.ID), given, t.pace)
	if end != nil {
		return t, end
	}
	exchanged.Secrets = given.Secrets
	if same(exchanged, given) {
		return t, nil
	}
	t.current = exchanged
	return t, t.keep(ctx)
}

// asked tells whether a call of the trial was let go. None was where the credentials were refused by their form alone, or
// their turn did not come. Of no trial it is false.
func (t *trial) asked() bool {
	if t == nil {
		return false
	}
	t.pace.mu.Lock()
	defer t.pace.mu.Unlock()
	return t.pace.went
}

// takeUp looks for an earlier trial of the same credentials whose end was not told. They are
// sealed and cannot be searched; each of this fleet and TSP is opened.
func (t *trial) takeUp(ctx context.Context) error {
	of := Draft{Purpose: Exchanged, Fleet: t.conn.Fleet, TSP: t.conn.TSP}
	drafts, err := t.Store.DraftsOf(ctx, of, t.clock())
	if err != nil {
		return fmt.Errorf("looking for drafts: %w", err)
	}
	for _, d := range drafts {
		var k kept
		if err := t.openDraft(d, &k); err != nil {
			// It is none that this caller could take up, and ends by itself.
			t.Log.Warn("a draft of credentials does not open and is passed over",
				"draft_id", d.ID, "tsp", d.TSP, "error", err)
			continue
		}
		if same(k.Given, t.given) {
			t.draft, t.current = d.ID, k.Current
			t.current.Secrets = t.given.Secrets
			return nil
		}
	}
	return nil
}

// keep puts what the credentials have become on disk.
func (t *trial) keep(ctx context.Context) error {
	if t.draft == uuid.Nil {
		t.draft = uuid.New()
	}
	d := Draft{ID: t.draft, Purpose: Exchanged, Fleet: t.conn.Fleet, TSP: t.conn.TSP, Maker: t.by,
		Connection: t.conn.ID, EndsAt: t.clock().Add(draftLife)}
	var err error
	if d.Sealed, err = t.seal(kept{t.given, t.current}, d.sealContext()); err == nil {
		err = t.Store.SaveDraft(ctx, d)
	}
	if err != nil {
		t.Log.Error("the credentials that a code was exchanged for could not be stored and are lost",
			"tsp", t.conn.TSP, "fleet_id", t.conn.Fleet, "error", err)
		// The code is lost with what it was exchanged for, which the caller must know.
		return &problem.Error{Code: problem.Unavailable, RetryAfter: time.Second, Err: err,
			Detail: "the credentials could not be stored; nothing was made, and a code among them is spent: get a " +
				"new one and send it"}
	}
	return nil
}

// renew is what a session of the trial calls instead of a connection's renewal. There is no row of
// a connection to lock yet; the draft takes what is renewed.
func (t *trial) renew(ctx context.Context, spent tsp.Credentials,
	by func(context.Context, tsp.Credentials) (tsp.Credentials, error)) (tsp.Credentials, error) {
	leave, ok := t.enter()
	if !ok {
		return spent, unavailable("Waybill is stopping", nil)
	}
	defer leave()
	t.mu.Lock()
	defer t.mu.Unlock()
	if !same(t.current, spent) {
		return t.current, nil
	}
	fresh, err := by(ctx, t.current)
	if err != nil {
		return spent, err
	}
	fresh.Secrets = t.given.Secrets
	t.current = fresh
	if err := t.keep(ctx); err != nil {
		return spent, unavailable("the renewed credentials could not be stored", err)
	}
	return fresh, nil
}

// target names the trial to the caller of the TSP as the connection of an id. Its credentials are
// those of memory, since a connection of that id may not be stored.
func (t *trial) target(id uuid.UUID) tsp.Target {
	return tsp.Target{Connection: id, TSP: t.conn.TSP, Version: t.conn.Version, Settings: public(t.conn.Settings),
		Credentials: func(context.Context) (tsp.Credentials, error) {
			t.mu.Lock()
			defer t.mu.Unlock()
			return t.current, nil
		},
		Renew: t.renew}
}

// check proves the credentials at the TSP and asks it for what the settings name, in a session of an
// id that no connection has: what a session of the connection renews must reach its row, and this
// one's renewals go to target. A draft stays whatever the TSP says, because one refusal is no proof
// and it may hold the only tokens that a code was spent for.
func (t *trial) check(ctx context.Context, target func(id uuid.UUID) tsp.Target) (tsp.Account, error) {
	own := uuid.New()
	defer t.Caller.Forget(own)
	account, end := t.Caller.Check(ctx, target(own), t.pace)
	if end == nil {
		opened := t.conn
		opened.Account = account.Key
		if !t.proven {
			t.Charge(opened, t.pace.made)
		}
		end = t.Caller.CheckSettings(ctx, target(own), t.Pace(opened))
	}
	if end != nil {
		return account, end
	}
	if account.Key == t.conn.Account && !t.proven {
		t.user = t.likeness(ctx, target(own))
	}
	return account, nil
}

// drafts are those that become the connection's.
func (t *trial) drafts() []uuid.UUID {
	if t.draft == uuid.Nil {
		return nil
	}
	return []uuid.UUID{t.draft}
}

// refuses tells whether an end says that the credentials are no good. Unlike for a write, a 403 or
// 404 of a check speaks of the credentials: the check asks for nothing but whose they are.
func refuses(c tsp.Class) bool {
	switch c {
	case tsp.Unauthorized, tsp.Forbidden, tsp.Rejected, tsp.Missing, tsp.Unsupported:
		return true
	case tsp.Done, tsp.Throttled, tsp.Unavailable, tsp.Unknown, tsp.Broken:
	}
	return false
}

// moved tells whether the TSP's address answered with a redirect, which nothing follows: time does not mend it.
func moved(end *tsp.Error) bool { return end.Status >= 300 && end.Status < 400 }

// addressed is the path of the member that names the address, if the credentials have one.
func (t *trial) addressed(path string) string {
	if t.given.Get("url") != "" {
		return path + ".url"
	}
	return path
}

// refusal turns the end of a trial into the problem that the caller of the API sees. It is 422
// with the path of what the TSP refuses, or of an address that the policy does not let us reach,
// because time mends neither; a 500 for what is our own fault, and 504 where an answer said nothing
// of the credentials. path is the member that was tried.
func (t *trial) refusal(err error, path string) error {
	var end *tsp.Error
	if !errors.As(err, &end) { // None is none.
		return err
	}
	name := t.displayName(t.conn.TSP)
	why := end.Message
	if !end.Own {
		why = redact(why, t.given, t.current)
	}
	var policy *outbound.Refusal
	switch {
	case errors.As(err, &policy):
		return problem.InvalidBody(problem.Detail{Path: path, Input: mask, Code: codeAddress,
			Message: name + " was not asked, and nothing was changed: " + policy.Reason})
	case end.Setting != "":
		return problem.InvalidBody(problem.Detail{Path: "settings." + end.Setting, Code: codeRefused,
			Message: name + " cannot take the setting, and nothing was changed: " + why})
	case end.Credential != "":
		return problem.InvalidBody(problem.Detail{Path: path + "." + end.Credential, Input: mask, Code: codeRefused,
			Message: name + " cannot be connected by the " + end.Credential + ", and nothing was changed: " + why})
	case moved(end):
		return problem.InvalidBody(problem.Detail{Path: t.addressed(path), Input: mask, Code: codeAddress,
			Message: name + " could not be asked, and nothing was changed: " + why})
	case refuses(end.Class):
		return problem.InvalidBody(problem.Detail{Path: path, Input: mask, Code: codeRefused,
			Message: name + " refuses the credentials, and nothing was changed: " + why})
	case end.Class == tsp.Broken && end.Status == 0:
		return fmt.Errorf("trying credentials at %s: %w", name, end)
	}
	after := ""
	if t.draft != uuid.Nil {
		after = ". What the code was exchanged for is kept for a day, so the same body works again although the code " +
			"is spent"
	}
	return &problem.Error{Code: problem.GatewayTimeout, RetryAfter: end.RetryAfter,
		Detail: fmt.Sprintf("%s could not be asked whether the credentials are good, and nothing was changed: %s; %s%s",
			name, why, t.remedy(end), after)}
}

// remedy says what can be done where the TSP said nothing of the credentials.
func (t *trial) remedy(end *tsp.Error) string {
	const again = "send the request again later"
	switch {
	case end.Status != 0:
		return again
	case t.Caller.Registry().Elsewhere(t.conn.TSP):
		return "ask the operator of this installation, who has set its address instead of any that credentials name, " +
			"or " + again
	}
	return "check the address if the credentials name one, or " + again
}
