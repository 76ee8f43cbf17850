package fence

import (
	"context"
	"time"
)

type asOf struct{}

// AsOf has a store answer from memory where it can: what is read under it is as it stood at some moment
// after a time, and never older than the last change that this process has made. Only what another
// process changed since may be missed, so the time says for how long that is borne; under one that is now
// nothing is missed. Answers are shared with others and must not be changed.
func AsOf(ctx context.Context, at time.Time) context.Context {
	return context.WithValue(ctx, asOf{}, at)
}

// AskedAsOf returns the time that AsOf was given; false means that the store itself is to be read.
func AskedAsOf(ctx context.Context) (at time.Time, ok bool) {
	at, ok = ctx.Value(asOf{}).(time.Time)
	return at, ok
}
