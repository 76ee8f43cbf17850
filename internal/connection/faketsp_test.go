package connection_test

import (
	"context"
	"errors"
	"sync"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// fakeTSP is an adapter and the TSP behind it.
type fakeTSP struct {
	mu sync.Mutex
	// spec, exchange and check are the test's.
	spec     tsp.Spec
	exchange func(tsp.Credentials) (tsp.Credentials, error)
	check    func(context.Context, tsp.Access) (tsp.Account, error)
	// recognize says whether two credentials are those of one user; nil says so of all.
	recognize func(mine, other tsp.Credentials) (bool, error)
	// refuses is why no session is made, without a call; nil makes one.
	refuses *tsp.Error
	// sessions counts those that were made.
	sessions int
}

func (f *fakeTSP) Spec() tsp.Spec { return f.spec }

func (f *fakeTSP) Connect(_ context.Context, a tsp.Access) (tsp.Session, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sessions++
	if f.refuses != nil {
		return nil, f.refuses
	}
	return fakeSession{f, a}, nil
}

func (f *fakeTSP) Exchange(ctx context.Context, a tsp.Access) (tsp.Credentials, error) {
	if f.exchange == nil {
		return a.Credentials, nil
	}
	if err := a.Pace.Wait(ctx, "all"); err != nil {
		return a.Credentials, err
	}
	return f.exchange(a.Credentials)
}

type fakeSession struct {
	*fakeTSP
	access tsp.Access
}

func (s fakeSession) Check(ctx context.Context, pace tsp.Pacer) (tsp.Account, error) {
	if err := pace.Wait(ctx, "all"); err != nil {
		return tsp.Account{}, err
	}
	s.mu.Lock()
	check := s.check
	s.mu.Unlock()
	return check(ctx, s.access)
}

// answer lets the TSP answer checks from now on, also while others ask it.
func (f *fakeTSP) answer(check func(context.Context, tsp.Access) (tsp.Account, error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.check = check
}

// made is how many sessions were made.
func (f *fakeTSP) made() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sessions
}

func (s fakeSession) Recognizes(_ context.Context, other tsp.Credentials, _ tsp.Pacer) (bool, error) {
	if s.recognize == nil {
		return true, nil
	}
	return s.recognize(s.access.Credentials, other)
}

func (fakeSession) Write(context.Context, tsp.Write) (tsp.Written, error) {
	return tsp.Written{}, errors.New("nothing is written here")
}

func (fakeSession) List(context.Context, tsp.List) (tsp.Page, error) { return tsp.Page{}, nil }
