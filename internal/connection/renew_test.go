package connection_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// rotating is a TSP that gives new tokens for a refresh token, once each.
type rotating struct {
	calls atomic.Int32
	mu    sync.Mutex
	valid string
}

func (r *rotating) refresh(_ context.Context, c tsp.Credentials) (tsp.Credentials, error) {
	n := r.calls.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.Get(tsp.RefreshToken) != r.valid {
		return c, &tsp.Error{Class: tsp.Unauthorized, Message: "the refresh token was used"}
	}
	r.valid = fmt.Sprint("rt-", n)
	return tsp.Credentials{Kind: c.Kind, Fields: map[string]string{"access_token": fmt.Sprint("at-", n), tsp.RefreshToken: r.valid}}, nil
}

// oauth connects the fleet with tokens that can be renewed.
func oauth(s *stand) (uuid.UUID, *rotating) {
	s.tsp.spec.Credentials = []tsp.CredentialKind{tsp.CredentialKindOf("access_token")}
	s.tsp.spec.Settings = []tsp.Setting{{Key: "pin", Type: tsp.TextSetting, Secret: true}}
	s.tsp.check = func(context.Context, tsp.Access) (tsp.Account, error) { return tsp.Account{Key: "account-1"}, nil }
	id := s.create(`"credentials":{"access_token":"at-0","refresh_token":"rt-0"},"settings":{"pin":"hush-pin"}`).ID
	return id, &rotating{valid: "rt-0"}
}

func TestHoweverManyRenewThereIsOneRefresh(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id, r := oauth(s)
	before := s.stored(id)
	spent := s.secret(id)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			fresh, err := s.service.Target(before).Renew(t.Context(), spent, r.refresh)
			if err != nil || fresh.Get("access_token") != "at-1" || fresh.Secrets["pin"] != "hush-pin" {
				t.Errorf("renewed to %q, %v", fresh.Fields["access_token"], err)
			}
		})
	}
	all.Wait()
	if n := r.calls.Load(); n != 1 {
		t.Errorf("%d refreshes", n)
	}
	after := s.stored(id)
	if after.Version != before.Version || !after.UpdatedAt.Equal(before.UpdatedAt) || s.secret(id).Get(tsp.RefreshToken) != "rt-1" {
		t.Errorf("version %d, then %d", before.Version, after.Version)
	}
}

func TestRenewedCredentialsAreStoredBeforeTheyAreUsed(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id, r := oauth(s)
	spent := s.secret(id)
	target := s.service.Target(s.stored(id))
	s.store.failing("credentials", errors.New("disk full"))
	var end *tsp.Error
	if _, err := target.Renew(t.Context(), spent, r.refresh); !errors.As(err, &end) || end.Class != tsp.Unavailable {
		t.Errorf("a renewal that could not be stored: %v", err)
	}
	if log := s.log.String(); !strings.Contains(log, "level=ERROR") || strings.Contains(log, "rt-1") {
		t.Errorf("the log says %s", log)
	}
	if _, err := target.Renew(t.Context(), spent, r.refresh); err == nil {
		t.Error("it was used without being stored")
	}
	s.store.failing("credentials", nil)
	fresh, err := target.Renew(t.Context(), spent, r.refresh)
	if err != nil || fresh.Get("access_token") != "at-1" || s.secret(id).Get(tsp.RefreshToken) != "rt-1" || r.calls.Load() != 1 {
		t.Errorf("after the store came back: %q, %v, %d refreshes", fresh.Fields["access_token"], err, r.calls.Load())
	}
}

func TestAChangeKeepsWhatARenewalCouldNotStore(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id, r := oauth(s)
	s.store.failing("credentials", errors.New("disk full"))
	if _, err := s.service.Target(s.stored(id)).Renew(t.Context(), s.secret(id), r.refresh); err == nil {
		t.Fatal("it was stored")
	}
	s.update(id, `{"settings":{"pin":"hush-new"}}`)
	if got := s.secret(id); got.Get(tsp.RefreshToken) != "rt-1" || got.Secrets["pin"] != "hush-new" {
		t.Error("the renewed credentials are lost")
	}
}

func TestARefusedRenewalChangesNothing(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id, r := oauth(s)
	r.valid = "revoked"
	spent := s.secret(id)
	var end *tsp.Error
	if _, err := s.service.Target(s.stored(id)).Renew(t.Context(), spent, r.refresh); !errors.As(err, &end) || end.Class != tsp.Unauthorized {
		t.Errorf("%v", err)
	}
	if s.secret(id).Get(tsp.RefreshToken) != "rt-0" {
		t.Error("the stored credentials changed")
	}
}

func TestARenewalIsNotCutOffByTheCallThatNeededIt(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id, r := oauth(s)
	ctx, hangUp := context.WithCancel(t.Context())
	_, err := s.service.Target(s.stored(id)).Renew(ctx, s.secret(id), func(ctx context.Context, c tsp.Credentials) (tsp.Credentials, error) {
		hangUp()
		if ctx.Err() != nil {
			return c, ctx.Err()
		}
		return r.refresh(ctx, c)
	})
	if err != nil || s.secret(id).Get(tsp.RefreshToken) != "rt-1" {
		t.Errorf("%v", err)
	}
}

func TestNobodyWaitsForALockLongerThanItsContext(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id, r := oauth(s)
	unlock, err := s.db.LockConnection(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.service.Target(s.stored(id)).Renew(ctx, s.secret(id), r.refresh); err == nil {
		t.Error("it renewed under another's lock")
	}
	other, err := s.db.LockConnection(t.Context(), uuid.New())
	if err != nil {
		t.Fatal(err)
	}
	other()
	unlock()
	if _, err := s.service.Target(s.stored(id)).Renew(t.Context(), s.secret(id), r.refresh); err != nil {
		t.Error(err)
	}
}

func TestNoSessionOfATrialLivesOnInTheConnection(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	_, r := oauth(s)
	var during error
	// The lane of imports is woken by the insert and may be faster than whoever made it.
	s.store.inserted = func(c connection.Connection) {
		s.tsp.check = func(ctx context.Context, a tsp.Access) (tsp.Account, error) {
			_, err := a.Renew(ctx, a.Credentials, r.refresh)
			return tsp.Account{Key: "account-1"}, err
		}
		if _, end := s.caller.Check(t.Context(), s.service.Target(c), noPace{}); end != nil {
			during = end
		}
	}
	made := s.create(`"credentials":{"access_token":"at-0","refresh_token":"rt-0"}`)
	if got := s.secret(made.ID).Get(tsp.RefreshToken); got != "rt-1" || during != nil {
		t.Errorf("the connection keeps %q; %v", got, during)
	}
	before := s.tsp.sessions
	if _, end := s.caller.Check(t.Context(), s.service.Target(s.stored(made.ID)), noPace{}); end == nil && s.tsp.sessions != before {
		t.Error("the connection's own session is forgotten")
	}
}

func TestCredentialsRenewedWhileTheyAreTriedAreKept(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id, r := oauth(s)
	s.tsp.check = func(ctx context.Context, a tsp.Access) (tsp.Account, error) {
		_, err := a.Renew(ctx, a.Credentials, r.refresh)
		return tsp.Account{Key: "account-1"}, err
	}
	made := s.create(`"credentials":{"access_token":"at-0","refresh_token":"rt-0"}`)
	if got := s.secret(made.ID).Get(tsp.RefreshToken); got != "rt-1" {
		t.Errorf("made with %q", got)
	}
	r.valid = "rt-0"
	s.put(id, connection.Stale)
	if changed := s.update(id, `{"status":"active"}`); changed.Status != connection.Active || s.secret(id).Get(tsp.RefreshToken) != "rt-2" {
		t.Errorf("tried again: %s", changed.Status)
	}
	r.valid = "rt-9"
	s.update(id, `{"credentials":{"access_token":"at-9","refresh_token":"rt-9"}}`)
	if got := s.secret(id).Get(tsp.RefreshToken); got != "rt-3" {
		t.Errorf("changed to %q", got)
	}
}

func TestMarkingAConnectionStaleKeepsWhatWasRenewedMeanwhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, renewedBeforeStale)
}

func renewedBeforeStale(t *testing.T) {
	s := newStand(t)
	id, r := oauth(s)
	target := s.service.Target(s.stored(id))
	spent := s.secret(id)
	s.tsp.check = func(ctx context.Context, _ tsp.Access) (tsp.Account, error) {
		if _, err := target.Renew(ctx, spent, r.refresh); err != nil {
			return tsp.Account{}, err
		}
		return tsp.Account{}, &tsp.Error{Class: tsp.Unauthorized, Message: "revoked"}
	}
	defer s.run()()
	s.refuse(s.stored(id))
	time.Sleep(time.Minute)
	if c := s.stored(id); c.Status != connection.Stale || s.secret(id).Get(tsp.RefreshToken) != "rt-1" {
		t.Errorf("it is %s with %q", c.Status, s.secret(id).Get(tsp.RefreshToken))
	}
}
