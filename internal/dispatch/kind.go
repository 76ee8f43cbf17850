package dispatch

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Kind is a kind of lanes: what runs in them and how it is retried. It hides the type of the work,
// so that lanes of different works run in one dispatcher.
type Kind struct {
	floor   *Floor
	group   Group
	run     func(st *stint, claim Claim, slot *slot) time.Time
	waiting func(ctx context.Context) ([]fence.Lane, error)
}

// Group tells to which group a lane belongs, by its id: connections to their TSP, as one. It is asked
// once for each lane, and the answer must stay true.
type Group func(ctx context.Context, lane uuid.UUID) (string, error)

// On returns the kind with a floor for its lanes' attempts.
func (k Kind) On(f *Floor) Kind {
	k.floor = f
	return k
}

// By returns the kind with its lanes in groups, each with a queue and slots of its own: however many
// lanes of one want to run, those of another do not wait behind them.
func (k Kind) By(g Group) Kind {
	k.group = g
	return k
}

// KindOf returns the kind of lanes in which work runs under a policy.
func KindOf[T any](work Work[T], policy Policy) Kind {
	return Kind{
		run: func(st *stint, claim Claim, slot *slot) time.Time {
			return newRunner(st, claim, slot, work, policy).run(st.ctx)
		},
		waiting: work.Waiting,
	}
}
