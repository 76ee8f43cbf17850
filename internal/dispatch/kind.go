package dispatch

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Kind is a kind of lanes: what runs in them and how it is retried. It hides the type of the work,
// so that lanes of different works run in one dispatcher.
type Kind struct {
	floor   *Floor
	run     func(ctx, working context.Context, d *Dispatcher, claim Claim) time.Time
	waiting func(ctx context.Context) ([]fence.Lane, error)
}

// On returns the kind with a floor for its lanes' attempts.
func (k Kind) On(f *Floor) Kind {
	k.floor = f
	return k
}

// KindOf returns the kind of lanes in which work runs under a policy.
func KindOf[T any](work Work[T], policy Policy) Kind {
	return Kind{
		run: func(ctx, working context.Context, d *Dispatcher, claim Claim) time.Time {
			return newRunner(working, d, claim, work, policy).run(ctx)
		},
		waiting: work.Waiting,
	}
}
