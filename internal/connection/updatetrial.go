package connection

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// change tries what is new and stores the change under the connection's lock, so that a
// renewal which runs meanwhile is neither lost nor undone.
func (s *Service) change(ctx context.Context, w *wish) (Connection, error) {
	var t *trial
	if w.renews() || w.retries() {
		// The lock is not held meanwhile: a session that is tried with the stored credentials may
		// have to renew them, and takes it.
		err := s.bounded(w.by, func() (err error) {
			t, err = s.try(ctx, *w)
			w.tried = t.asked()
			return err
		})
		if err != nil {
			return w.from, err
		}
	}
	unlock, err := s.Store.LockConnection(ctx, w.from.ID)
	if err != nil {
		return w.from, fmt.Errorf("locking a connection: %w", err)
	}
	defer unlock()
	current, credentials, err := s.newest(ctx, w.from.ID)
	if err != nil && !(errors.Is(err, errClosed) && w.mends(err) == nil) {
		return w.from, err
	}
	// A trial took its time. What was proven is true of the reading it began with and of no other;
	// beside these, the description alone may have changed.
	if current.Version != w.from.Version || current.Status != w.from.Status {
		return w.from, fence.ErrOvertaken
	}
	next := Change{From: current, To: current, Reseal: w.renews(), Permit: w.permit}
	next.To.Status, next.To.Settings, next.To.UpdatedAt = w.to, w.settings, s.after(current)
	if w.to != current.Status {
		next.To.Pause = audit.Mark{}
	}
	if w.to == Paused && current.Status != Paused {
		next.To.Pause = audit.Mark{By: w.mark.By, Why: w.mark.Why, At: next.To.UpdatedAt}
	}
	if w.body.Has("settings") {
		next.To.Damaged = nil
	}
	if description := w.body.Text("description"); description.State() != resource.Absent {
		next.To.Description = description.Or("")
	}
	next.To.Wishes = wished(w.body, current.Wishes)
	if w.to != Stale && w.to != Failed {
		next.To.Problem = ""
	}
	if next.Reseal {
		if w.body.Has("credentials") {
			credentials, next.Drafts, w.user = t.current, t.drafts(), t.user
		}
		credentials.Secrets = w.secrets
		// By it every session is made anew.
		next.To.Version++
		if next.To.Sealed, err = s.seal(credentials, current.sealContext()); err != nil {
			return w.from, err
		}
	}
	var names []string
	if next.Reseal {
		names = append(names, EventUpdated)
	}
	if current.Status == Stale && w.to == Active {
		names = append(names, EventActivated)
	}
	if next.Events, err = told(next.To, names...); err != nil {
		return w.from, err
	}
	if err := s.store(ctx, next); err != nil {
		return w.from, fmt.Errorf("changing a connection: %w", err)
	}
	return next.To, nil
}

// try proves the credentials and settings that the connection would have. The session of the
// connection at work stays what it is. What the trial has come to is stored by the caller, under
// the lock.
func (s *Service) try(ctx context.Context, w wish) (*trial, error) {
	c := w.from
	c.Settings = w.settings
	var t *trial
	path := "credentials"
	if w.body.Has("credentials") {
		w.credentials.Secrets = w.secrets
		var err error
		if t, err = s.newTrial(ctx, c, w.credentials, w.by); err != nil {
			return t, t.refusal(err, path)
		}
		if before, err := s.credentials(w.from); err == nil {
			t.before = &before
		}
	} else {
		stored, err := s.credentials(c)
		if err != nil {
			return nil, fmt.Errorf("updating connection %s: %w", c.ID, err)
		}
		path = "status"
		if w.renews() {
			path, stored.Secrets = "settings", w.secrets
		}
		t = &trial{Service: s, conn: c, by: w.by, proven: true, pace: &counting{Pacer: s.Pace(c)}, given: stored,
			current: stored}
	}
	target := t.target
	if !w.body.Has("credentials") {
		// They are the connection's own: what is renewed must reach its row, and not a draft.
		target = func(id uuid.UUID) tsp.Target {
			to := t.target(id)
			to.Renew = s.renewal(c.ID)
			return to
		}
	}
	account, err := t.check(ctx, target)
	if err != nil {
		return t, t.refusal(err, path)
	}
	// Records, and all operations that name them, belong to the account.
	if account.Key != c.Account {
		return t, &problem.Error{Code: problem.Conflict, Err: errOtherAccount, Detail: fmt.Sprintf(
			"these credentials open another account at %s (%q) than the connection's, as one at another address is; "+
				"make a new connection for that account with POST /v2/integrations/connections, or send credentials "+
				"of this connection's account", s.displayName(c.TSP), account.Name)}
	}
	return t, nil
}
