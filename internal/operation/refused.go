package operation

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/problem"
)

// refused is the problem of an operation that the store does not take. One that would have to wait
// is refused as well: its caller would wait for an unknown time. Where the store does not know whether it has
// taken it, it says so itself.
func (s *Service) refused(err error, partner uuid.UUID) error {
	var busy *Busy
	var unsure *fence.Uncertain
	if errors.As(err, &busy) {
		return &problem.Error{Code: problem.Conflict, RetryAfter: max(busy.Until.Sub(s.Now()), 0),
			Detail: busy.to(partner) + "; wait for it, or write without is_sync"}
	}
	if errors.As(err, &unsure) {
		return err
	}
	if errors.Is(err, ErrRetried) {
		return &problem.Error{Code: problem.Conflict, Err: err, Detail: "the operation was retried at the same time by " +
			"another request; nothing was stored or sent; read it: retried_by names the one that retries it"}
	}
	if errors.Is(err, ErrReverted) {
		return &problem.Error{Code: problem.Conflict, Err: err, Detail: "the operation was reverted, or its record written, at " +
			"the same time by another request; nothing was stored or sent; read both, and revert it again if that is still wanted"}
	}
	return &problem.Error{Code: problem.Unavailable, RetryAfter: time.Second,
		Detail: "the write could not be stored now; nothing was accepted, so send it again", Err: err}
}
