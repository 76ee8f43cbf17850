package operation

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
)

// Groups stores operations together.
type Groups interface {
	// AcceptAll does what Accept does for each of several async operations of one partner, in their order and in one
	// transaction. It tells of each what Accept would: one that is refused keeps no other from being stored. An error is
	// that of all, of which then nothing is stored.
	AcceptAll(ctx context.Context, all []Entry) ([]Accepted, error)
}

// Entry is an operation that is to be accepted, with the events that tell of it.
type Entry struct {
	Operation Operation
	Events    []event.Event
}

// Accepted is an operation as it was accepted, or Err is why it was not.
type Accepted struct {
	Operation Operation
	Err       error
}

// Candidate is an async write on its way to being accepted beside others: examined first, then submitted.
type Candidate struct {
	Request Request
	Entry
	// Replayed tells that the operation was accepted before with the same Idempotency-Key.
	Replayed bool
	// Err is why it is not accepted.
	Err error
	// Ails tells that Err is the store's fault and not the write's, so that others will not fare better, and Again that
	// nothing of it was done: it may be examined or submitted once more, without Err.
	Ails, Again bool
}

// fail says why a write is not accepted.
func (c *Candidate) fail(err error) {
	var unsure *fence.Uncertain
	var trouble *fence.Trouble
	isUnsure, isTrouble := errors.As(err, &unsure), errors.As(err, &trouble)
	c.Err, c.Ails, c.Again = err, isUnsure || isTrouble, isTrouble && !isUnsure && !trouble.Lost
}

// Examine checks an async write as Submit does and stores nothing. What may be refused for something else than the
// write itself, its key, is left to SubmitAll.
func (s *Service) Examine(ctx context.Context, r Request) Candidate {
	out := Candidate{Request: r}
	c, err := s.check(ctx, r)
	var created event.Event
	if err == nil {
		created, err = c.op.Event(event.OperationCreated, c.op.CreatedAt)
	}
	if err != nil {
		out.fail(err)
		return out
	}
	out.Operation, out.Events = c.op, []event.Event{created}
	return out
}

// SubmitAll accepts the writes of one partner that were examined and are not refused, in their order and together, and
// returns all as Submit would answer each. One whose key was accepted before, with another submission or
// by one before it, is that operation again. They are on disk when it returns.
func (s *Service) SubmitAll(ctx context.Context, all []Candidate) []Candidate {
	entries, places := make([]Entry, 0, len(all)), make([]int, 0, len(all))
	for i, c := range all {
		if c.Err == nil {
			entries, places = append(entries, c.Entry), append(places, i)
		}
	}
	for n, one := range s.acceptAll(ctx, entries) {
		c := &all[places[n]]
		if c.Operation = one.Operation; one.Err != nil {
			c.fail(s.refused(one.Err, c.Request.Partner))
		}
	}
	for i := range all {
		if c := &all[i]; c.Request.Key != nil && c.Err != nil && !c.Ails {
			s.recall(ctx, c)
		}
	}
	return all
}

// recall finds the operation that a refused write's key stands for. It comes after the checks, since nearly every key is
// new: whatever they have found, a write that was accepted before is answered.
func (s *Service) recall(ctx context.Context, c *Candidate) {
	op, replayed, err := s.replay(ctx, c.Request)
	switch {
	case err != nil:
		c.fail(err)
		// One that was refused by the checks has nothing to submit.
		c.Again = c.Again && c.Operation.ID != uuid.Nil
	case replayed:
		c.Operation, c.Replayed, c.Err = op, true, nil
	}
}

// acceptAll stores entries, and tells of each what became of it.
func (s *Service) acceptAll(ctx context.Context, all []Entry) []Accepted {
	if len(all) == 0 {
		return nil
	}
	// Whoever hangs up now shall not leave it open whether they are stored.
	accepted, err := s.Groups.AcceptAll(context.WithoutCancel(ctx), all)
	if err == nil {
		return accepted
	}
	accepted = nil
	alone := len(all) == 1 || ails(err)
	for i := range all {
		if alone {
			accepted = append(accepted, Accepted{all[i].Operation, err})
			continue
		}
		// The fault may be that of one of them. Behind one that the store does not take none is tried, which would be
		// accepted before it.
		accepted = append(accepted, s.acceptAll(ctx, all[i:i+1])...)
		err = accepted[i].Err
		alone = ails(err)
	}
	return accepted
}

// ails tells that an error is the store's fault and not that of a write.
func ails(err error) bool {
	var unsure *fence.Uncertain
	var trouble *fence.Trouble
	return errors.As(err, &unsure) || errors.As(err, &trouble)
}
