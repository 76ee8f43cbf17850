package app

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/waybill-dev/waybill/internal/api"
	"github.com/waybill-dev/waybill/internal/store"
)

// leastFree is what the disk of the database must have free, in bytes: some minutes' worth of log under
// load, in which an operator can make room.
const leastFree = 100 << 20

// How long a write that succeeded speaks for the store, and how long one may take.
const (
	provenFor = 5 * time.Second
	proofTime = 2 * time.Second
)

// metaReady is what readiness writes.
const metaReady = "ready"

// proof is what is known of the store's taking writes.
type proof struct {
	mu     sync.Mutex
	at     time.Time
	detail string
}

// checks are the things that must be so for requests to be sent here. What they tell is for everybody.
func (a *App) checks(ctx context.Context) []api.Check {
	draining := ""
	if a.draining.Load() {
		draining = "the service is about to stop; send requests to another one"
	}
	if !a.built.Load() {
		return []api.Check{{Name: "draining", Detail: draining}, {Name: "migrations",
			Detail: "the service brings its tables up to date and takes up what waits; give it the time, its " +
				"log tells how it fares"}}
	}
	return []api.Check{{Name: "draining", Detail: draining}, {Name: "migrations"},
		{Name: "store_write", Detail: a.unwritable(ctx)}, {Name: "disk_space", Detail: a.crammed()}}
}

// unwritable tells why the store takes no writes; "" if it does. Anybody may ask, so many questions share
// one write.
func (a *App) unwritable(ctx context.Context) string {
	if t := troubleOf(a.db.Ping(ctx)); t != nil {
		return t.Reason + "; see the log of the service for what to do"
	}
	p := &a.proof
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.at) < provenFor {
		return p.detail
	}
	// Whoever asked may hang up, and the next one asks for the same.
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), proofTime)
	defer cancel()
	err := a.db.SetMeta(bounded, metaReady, []byte(time.Now().UTC().Format(time.RFC3339)))
	p.at, p.detail = time.Now(), ""
	switch t := troubleOf(err); {
	case bounded.Err() != nil:
		p.detail = fmt.Sprintf("a write did not end within %s; look at what holds the database or its disk up", proofTime)
	case t != nil:
		p.detail = t.Reason + "; see the log of the service for what to do"
	}
	return p.detail
}

// crammed tells that the disk of the database has little room.
func (a *App) crammed() string {
	_, _, free, err := a.db.Space()
	switch {
	case err != nil && store.Shared(a.config.DatabaseURL):
		return "what the database takes is not known while it does not answer"
	case err != nil:
		return "the disk of the database cannot be looked at; see whether the database is where it was"
	case free >= 0 && free < leastFree:
		return fmt.Sprintf("the disk of the database has less than %d MiB left; make room on it", leastFree>>20)
	}
	return ""
}

// stopped returns a context that ends a while after ctx, in which the service works as before and says
// that it is not ready.
func (a *App) stopped(ctx context.Context) (context.Context, context.CancelFunc) {
	later, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		a.draining.Store(true)
		if a.config.DrainDelay > 0 {
			a.log.Info("stopping soon; requests are still taken", "drain_delay", a.config.DrainDelay.String())
		}
		time.AfterFunc(a.config.DrainDelay, cancel)
	})
	return later, func() { stop(); cancel() }
}
