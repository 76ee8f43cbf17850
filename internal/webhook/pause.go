package webhook

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/wire"
)

// Hand is what somebody wants done to a partner's subscription.
type Hand struct {
	Partner, Subscription uuid.UUID
	By, Why               string
}

// Pause sends nothing for a subscription until it is activated, and notes by whom and why, if that is said.
func (s *Service) Pause(ctx context.Context, h Hand) (Subscription, error) {
	why := h.Why
	if why != "" {
		var err error
		if why, err = problem.Reason("reason", h.Why); err != nil {
			return Subscription{}, err
		}
	}
	return s.moves(ctx, h, Pause, func(next Subscription) Subscription {
		next.Paused.By, next.Paused.Why = h.By, why
		return next
	})
}

// PausedWire is what partners read of a pause: an operator is not named to them.
type PausedWire struct {
	By     string    `json:"by"`
	Reason *string   `json:"reason"`
	At     wire.Time `json:"at"`
}

// paused is nil for what is not paused, or was by an earlier release, which noted nothing.
func (s Subscription) paused() *PausedWire {
	if s.Status != Paused || s.Paused.At.IsZero() {
		return nil
	}
	by := s.Paused.By
	if s.Paused.ByOperator() {
		by = audit.Operator
	}
	return &PausedWire{By: by, Reason: wire.Optional(s.Paused.Why), At: wire.Time(s.Paused.At)}
}

// pausedBy is how a pause is noted of which the mover alone is known, by the mover's name.
func pausedBy(by Mover, at time.Time) audit.Mark {
	m := audit.Mark{By: string(by), At: at}
	if by == ByReceiver {
		m.Why = "it answered 410 Gone"
	}
	return m
}
