package job

import (
	"context"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
)

// askedOnce bounds the operations that are asked to be cancelled in one transaction, because every other write waits for
// it.
const askedOnce = 250

// cancel asks for the next operations to be cancelled, and once all were asked waits until that is decided: by whoever
// runs their lanes, as for one that its caller cancels.
func (s *Service) cancel(ctx context.Context, j Job) (outcome, error) {
	if j.Walked || j.State == Stopping {
		return s.decided(ctx, j)
	}
	found, err := s.Snapshots.Picked(ctx, j, askedOnce)
	if err != nil {
		return nothing, err
	}
	asks := make([]Pick, 0, len(found.Entries))
	for _, p := range found.Entries {
		if r, refused := p.uncancelled(); refused {
			j.refuse(r)
			continue
		}
		asks = append(asks, p)
	}
	j.pass(found.Entries, found.Looked, askedOnce)
	j.UpdatedAt = s.now()
	return more, s.Queue.CancelStep(ctx, j, asks, begun(Pick{}))
}

// decided ends a job once nothing waits any more that it has asked for.
func (s *Service) decided(ctx context.Context, j Job) (outcome, error) {
	undecided, err := s.Queue.Undecided(ctx, j)
	if err != nil || undecided {
		return waits, err
	}
	// Every end that was decided is counted by now, in the transaction by which nothing waits any more.
	live, err := s.Store.Job(ctx, j.Partner, j.ID)
	if err != nil {
		return nothing, err
	}
	late := begun(Pick{})
	late.Count = live.Undecided()
	live.refuse(late)
	return nothing, s.Queue.StepJob(ctx, live.end(s.now(), gone()), 0)
}

// begun is why an operation was not cancelled that waited when it was asked.
func begun(p Pick) Refusal {
	return Refusal{Reason: "under_way", Count: 1, Example: p.ID,
		Detail: "an attempt of it was under way or has begun, or a part of it has reached the TSP or may have"}
}

// uncancelled is why an operation is not asked to be cancelled.
func (p Pick) uncancelled() (Refusal, bool) {
	switch {
	case p.State == operation.Sending:
		return begun(p), true
	case p.State == operation.Unknown:
		return Refusal{Reason: "outcome_unknown", Count: 1, Example: p.ID,
			Detail: "it was sent without an answer, and what became of it is being found out"}, true
	case (operation.Operation{StopAt: p.StopAt}).IsAsked():
		return Refusal{Reason: "asked_before", Count: 1, Example: p.ID,
			Detail: "it is being cancelled otherwise, by its caller or another job"}, true
	}
	return Refusal{}, false
}

// pass moves the place of a job behind what was looked at.
func (j *Job) pass(picks []Pick, looked page.Position, most int) {
	switch n := len(picks); {
	case n == most:
		last := picks[n-1]
		j.Place = page.Position{At: last.CreatedAt, Seq: last.Seq}
	case looked.IsZero():
		j.Walked = true
	default:
		j.Place = looked
	}
}
