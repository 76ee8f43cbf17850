package app

import (
	"context"
	"errors"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/store"
)

// keepEvery is how often the store is looked after, and so how long an idle service may not know
// that its database is gone.
const keepEvery = time.Second

// goneTime is when a caller may ask again after the store was lost: it takes an operator to mend it.
const goneTime = time.Minute

// keep looks after the store until ctx ends or the store is lost. What is wrong is logged when it
// begins and when it is over, and not each second between.
func (a *App) keep(ctx context.Context, lost func()) error {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	wrong := ""
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		err := a.db.Beat(ctx)
		if ctx.Err() != nil {
			return nil
		}
		trouble := troubleOf(err)
		switch {
		case trouble == nil && wrong != "":
			a.log.Info("the database can be written again")
			wrong = ""
		case trouble != nil && trouble.Reason != wrong:
			a.log.Error("the database cannot be written", "error", err)
			wrong = trouble.Reason
		}
		if trouble != nil && trouble.Lost {
			a.api.Shut(told(trouble))
			lost()
			return nil
		}
	}
}

// healthy tells whether the service can do its work, as far as another start of it would change that: while a
// database that many share is away, all would be started again and again for nothing.
func (a *App) healthy(ctx context.Context) error {
	if a.stops.Load() {
		return &problem.Error{Code: problem.Unavailable, Detail: "the service is stopping", RetryAfter: time.Second}
	}
	if trouble := troubleOf(a.db.Ping(ctx)); trouble != nil && (trouble.Lost || !store.Shared(a.config.DatabaseURL)) {
		return told(trouble)
	}
	return nil
}

// troubleOf is what an error of the store's keeping stands for; nil if there is none.
func troubleOf(err error) *fence.Trouble {
	var t *fence.Trouble
	if err == nil || errors.As(err, &t) {
		return t
	}
	return &fence.Trouble{Reason: "the store does not answer", Err: err}
}

// told is what callers are told of a trouble.
func told(t *fence.Trouble) *problem.Error {
	return &problem.Error{Code: problem.Unavailable, Detail: t.Reason, RetryAfter: goneTime}
}
