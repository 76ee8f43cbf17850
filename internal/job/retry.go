package job

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
)

// How many operations a step retries, and how many at once: they share the store's commits.
const (
	retriedOnce   = 64
	retriedAtOnce = 16
)

// retry submits the next operations once more, those of one record one after the other in their order. Each is submitted
// under a key of its own, so that a step that is made again has them answered and not written.
func (s *Service) retry(ctx context.Context, j Job) (outcome, error) {
	found, err := s.Snapshots.Picked(ctx, j, retriedOnce)
	if err != nil {
		return nothing, err
	}
	done, refusals, err := s.retryAll(ctx, j, found.Entries)
	if err != nil {
		return nothing, err
	}
	for _, r := range refusals {
		j.refuse(r)
	}
	j.pass(found.Entries, found.Looked, retriedOnce)
	j.UpdatedAt = s.now()
	return more, s.Queue.StepJob(ctx, j, done)
}

// retryAll retries operations and tells how many were, and why others were not. One that names another comes behind it:
// its retry names the retry of that.
func (s *Service) retryAll(ctx context.Context, j Job, picks []Pick) (done int, refusals []Refusal, err error) {
	for n := 0; len(picks) > 0; picks = picks[n:] {
		n = apart(picks)
		retried, refused, err := s.retryTogether(ctx, j, picks[:n])
		if err != nil {
			return 0, nil, err
		}
		done, refusals = done+retried, append(refusals, refused...)
	}
	return done, refusals, nil
}

// apart is how many of the first of some operations name none of each other.
func apart(picks []Pick) int {
	before := map[uuid.UUID]bool{}
	for i, p := range picks {
		if slices.ContainsFunc(p.Awaits, func(id uuid.UUID) bool { return before[id] }) {
			return i
		}
		before[p.ID] = true
	}
	return len(picks)
}

// retryTogether retries operations that name none of each other.
func (s *Service) retryTogether(ctx context.Context, j Job, picks []Pick) (done int, refusals []Refusal, err error) {
	type chain struct {
		connection uuid.UUID
		key        string
	}
	var order []chain
	chains := map[chain][]Pick{}
	for _, p := range picks {
		c := chain{p.Connection, p.OrderKey}
		if chains[c] == nil {
			order = append(order, c)
		}
		chains[c] = append(chains[c], p)
	}
	var mu sync.Mutex
	// Where one fails the others go on, but for those behind it.
	var g errgroup.Group
	g.SetLimit(retriedAtOnce)
	for _, c := range order {
		g.Go(func() error {
			for _, p := range chains[c] {
				r, refused, err := s.retryOne(ctx, j, p)
				if err != nil {
					return err
				}
				mu.Lock()
				if refused {
					refusals = append(refusals, r)
				} else {
					done++
				}
				mu.Unlock()
			}
			return nil
		})
	}
	err = g.Wait()
	return done, refusals, err
}

// retryOne retries an operation. Its error is one that passes, so that it is tried again.
func (s *Service) retryOne(ctx context.Context, j Job, pick Pick) (r Refusal, refused bool, err error) {
	_, _, err = s.Retrier.Retry(ctx, pick.Connection, pick.ID, operation.Request{Partner: j.Partner, Key: j.keyOf(pick),
		Overwrite: j.Overwrite})
	p := problem.Of(err)
	switch {
	case err == nil:
		s.stumbles.over(pick.ID)
		return r, false, nil
	case ctx.Err() == nil && p.Code == problem.Internal && !s.stumbles.again(pick.ID, s.Now()):
		s.stumbles.over(pick.ID)
		s.Log.Error("a job goes on without an operation that it could not retry", "job_id", j.ID, "operation_id", pick.ID, "error", err)
		return Refusal{Reason: "failed", Count: 1, Example: pick.ID, Detail: "Waybill has failed to retry it, again and again; its log " +
			"tells the operator why. Retry it by itself once that is mended"}, true, nil
	case passes(p.Code):
		return r, false, fmt.Errorf("retrying operation %s: %w", pick.ID, err)
	}
	s.stumbles.over(pick.ID)
	r = Refusal{Reason: pick.unretried(err), Count: 1, Example: pick.ID, Detail: p.Detail}
	if len(p.Details) > 0 {
		r.Detail = p.Details[0].Path + ": " + p.Details[0].Message
	}
	return r, true, nil
}

// passes tells whether what was refused so is worth another try.
func passes(c problem.Code) bool {
	return c == problem.TooMany || c == problem.Internal || c == problem.Unavailable || c == problem.GatewayTimeout
}

// keyOf is the key under which the job retries an operation.
func (j Job) keyOf(p Pick) *operation.Key {
	value := "job " + j.ID.String() + " " + p.ID.String()
	sum := sha256.Sum256([]byte(value))
	return &operation.Key{Client: j.Client, Value: value, Fingerprint: sum[:]}
}

// unretried names why an operation was not retried.
func (p Pick) unretried(err error) string {
	var newer *operation.Overwrites
	c := problem.Of(err).Code
	switch {
	case errors.As(err, &newer):
		return "would_overwrite"
	case c == problem.Conflict && !p.CutAt.IsZero():
		return "outcome_unknown"
	case c == problem.Conflict && p.RetriedBy != uuid.Nil:
		return "retried_before"
	}
	switch c {
	case problem.Invalid:
		return "invalid"
	case problem.Forbidden:
		return "forbidden"
	case problem.NotFound:
		return "not_found"
	case problem.NotImplemented:
		return "not_supported"
	}
	return "conflict"
}
