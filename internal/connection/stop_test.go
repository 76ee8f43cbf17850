package connection_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestAStopWaitsForARenewalThatIsUnderWay(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id, r := oauth(s)
	atTSP, answered := make(chan struct{}), make(chan struct{})
	renewed := make(chan error, 1)
	spent := s.secret(id)
	go func() {
		_, err := s.service.Target(s.stored(id)).Renew(t.Context(), spent, func(ctx context.Context, c tsp.Credentials) (tsp.Credentials, error) {
			close(atTSP)
			<-answered
			return r.refresh(ctx, c)
		})
		renewed <- err
	}()
	<-atTSP
	closed := make(chan error, 1)
	go func() { closed <- s.service.Close(t.Context()) }()
	select {
	case err := <-closed:
		t.Fatalf("the stop did not wait: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	close(answered)
	if err := errors.Join(<-renewed, <-closed); err != nil {
		t.Error(err)
	}
	if got := s.secret(id).Get(tsp.RefreshToken); got != "rt-1" {
		t.Errorf("after the stop the store holds %q", got)
	}
}

func TestNothingIsSpentOnceTheStopHasBegun(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id, r := oauth(s)
	if err := s.service.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	var end *tsp.Error
	if _, err := s.service.Target(s.stored(id)).Renew(t.Context(), s.secret(id), r.refresh); !errors.As(err, &end) || end.Class != tsp.Unavailable {
		t.Errorf("a renewal: %v", err)
	}
	_, err := s.service.Create(t.Context(), s.fleet, body(`"credentials":{"access_token":"at-0","refresh_token":"rt-0"}`))
	refused(t, "a creation", err, problem.Unavailable, "is stopping")
	_, err = s.service.Update(t.Context(), s.fleet, id, []byte(`{"credentials":{"access_token":"at-0","refresh_token":"rt-0"}}`))
	refused(t, "a change", err, problem.Unavailable, "is stopping")
	if n := r.calls.Load(); n != 0 {
		t.Errorf("the TSP was asked %d times", n)
	}
}

func TestAStopDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id, r := oauth(s)
	atTSP := make(chan struct{})
	ctx, over := context.WithCancel(t.Context())
	spent := s.secret(id)
	done := make(chan struct{})
	answered := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = s.service.Target(s.stored(id)).Renew(t.Context(), spent, func(ctx context.Context, c tsp.Credentials) (tsp.Credentials, error) {
			close(atTSP)
			<-answered
			return r.refresh(ctx, c)
		})
	}()
	<-atTSP
	over()
	if err := s.service.Close(ctx); err == nil || !strings.Contains(err.Error(), "sign in anew") {
		t.Errorf("%v", err)
	}
	close(answered)
	<-done
}

func TestAStopStoresWhatCouldNotBeStoredBefore(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id, r := oauth(s)
	s.store.failing("credentials", errors.New("disk full"))
	if _, err := s.service.Target(s.stored(id)).Renew(t.Context(), s.secret(id), r.refresh); err == nil {
		t.Fatal("it was stored")
	}
	if err := s.service.Close(t.Context()); err == nil {
		t.Error("a stop that loses them says nothing")
	}
	s.store.failing("credentials", nil)
	if err := s.service.Close(t.Context()); err != nil || s.secret(id).Get(tsp.RefreshToken) != "rt-1" {
		t.Errorf("%v; the store holds %q", err, s.secret(id).Get(tsp.RefreshToken))
	}
}
