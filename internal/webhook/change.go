package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/problem"
)

// Change is a subscription before and after a change, and the name of the event that tells of it; see Names.
type Change struct {
	From, To Subscription
	Event    string
}

// Renewed tells that what is known of the receiver begins anew. Otherwise Health and Learned stay as
// deliveries have left them meanwhile.
func (c Change) Renewed() bool { return c.To.Health.Since != c.From.Health.Since }

// Names are those of the events that tell of the change, in their order: its own, and that of a status which
// came with it.
func (c Change) Names() []string {
	names := []string{c.Event}
	if c.To.Status != c.From.Status && c.To.Status.Event() != c.Event {
		names = append(names, c.To.Status.Event())
	}
	return names
}

// Rotated tells that the sealed secrets are others. Otherwise they stay as they were sealed meanwhile.
func (c Change) Rotated() bool {
	return !bytes.Equal(c.To.Sealed, c.From.Sealed) || !bytes.Equal(c.To.Previous, c.From.Previous)
}

// Move makes a partner's move of one of its subscriptions. What waits for one that is paused stays, until it is Expired,
// and goes on when it is activated; what waits for one that is deleted is not sent, though an attempt that is under way
// may still arrive.
func (s *Service) Move(ctx context.Context, partner, id uuid.UUID, m Move) (Subscription, error) {
	return s.moves(ctx, Hand{Partner: partner, Subscription: id}, m, func(next Subscription) Subscription { return next })
}

// moves makes a move of a partner's, and notes what else is to be known of it.
func (s *Service) moves(ctx context.Context, h Hand, m Move, note func(Subscription) Subscription) (Subscription, error) {
	return s.change(ctx, h.Partner, h.Subscription, m.Event(), func(sub Subscription) (Subscription, error) {
		if m == Activate {
			if err := sub.usable(); err != nil {
				return sub, err
			}
		}
		next, err := sub.Move(m, ByOwner, s.c.Now())
		if err != nil {
			return sub, problem.New(problem.Conflict, "the webhook subscription is %s already, so it was not %s again",
				sub.Status, m)
		}
		return note(next), nil
	})
}

// changeTries bounds how often a change is decided anew because somebody else changed the subscription
// in between.
const changeTries = 3

// change makes a change of what is stored. alter is asked again when that is no longer what it saw.
func (s *Service) change(ctx context.Context, partner, id uuid.UUID, event string,
	alter func(Subscription) (Subscription, error)) (Subscription, error) {
	for range changeTries {
		from, err := s.stored(ctx, partner, id)
		if err != nil {
			return from, err
		}
		to, err := alter(from)
		if err != nil {
			return from, err
		}
		stored := to
		stored.Secret = ""
		err = s.c.Store.ChangeSubscription(ctx, Change{From: from, To: stored, Event: event})
		switch {
		case errors.Is(err, fence.ErrOvertaken):
			continue
		case errors.Is(err, ErrDuplicate):
			return from, problem.New(problem.Conflict,
				"another subscription to %s has this URL with the same filters; use that one, or delete it first",
				from.EventName)
		case err != nil:
			return from, fmt.Errorf("changing a subscription: %w", err)
		}
		return to, nil
	}
	return Subscription{}, problem.New(problem.Conflict, "the webhook subscription is being changed by others; "+
		"read it and try again")
}
