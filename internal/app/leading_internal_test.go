package app

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhatOneReplicaShouldDoIsDoneWhileItLeads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fellow{of: 2}
		a := &App{replica: f}
		ctx, stop := context.WithCancel(t.Context())
		var terms, under atomic.Int64
		ended := make(chan error)
		go func() {
			ended <- a.leading(ctx, func(ctx context.Context) error {
				terms.Add(1)
				under.Add(1)
				<-ctx.Done()
				under.Add(-1)
				return nil
			})
		}()
		is := func(what string, begun, now int64) {
			t.Helper()
			time.Sleep(2 * leadEvery)
			if terms.Load() != begun || under.Load() != now {
				t.Errorf("%s: begun %d times, %d under way", what, terms.Load(), under.Load())
			}
		}
		is("before it leads", 0, 0)
		f.leads.Store(true)
		is("while it leads", 1, 1)
		f.leads.Store(false)
		is("when another leads", 1, 0)
		f.leads.Store(true)
		is("when it leads again", 2, 1)
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestWhatIsDoneOnceIsNotBegunAgainByWhoLeads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fellow{of: 2}
		f.leads.Store(true)
		for name, a := range map[string]*App{"one of several": {replica: f}, "alone": {}} {
			done := 0
			if err := a.leading(t.Context(), func(context.Context) error { done++; return nil }); err != nil || done != 1 {
				t.Errorf("%s: done %d times, %v", name, done, err)
			}
		}
	})
}

// Whoever leads next does it; a process that ends its term goes on with everything else.
func TestWhatFailsBecauseItsTermHasEndedIsNoFault(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fellow{of: 2}
		f.leads.Store(true)
		a, broken := &App{replica: f}, errors.New("it is broken")
		begun, ended := make(chan struct{}), make(chan error)
		go func() {
			terms := 0
			ended <- a.leading(t.Context(), func(ctx context.Context) error {
				if terms++; terms > 1 {
					return broken
				}
				close(begun)
				<-ctx.Done()
				return ctx.Err()
			})
		}()
		<-begun
		f.leads.Store(false)
		time.Sleep(2 * leadEvery)
		select {
		case err := <-ended:
			t.Fatalf("the end of its term is told as %v", err)
		default:
		}
		f.leads.Store(true)
		if err := <-ended; !errors.Is(err, broken) {
			t.Errorf("a fault within the term is told as %v", err)
		}
	})
}
