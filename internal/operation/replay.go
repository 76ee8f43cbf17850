package operation

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/waybill-dev/waybill/internal/problem"
)

// replay returns the operation that the request's key stands for. A key that was used for another
// request is refused, and so is a sync request whose first submission has not ended. It asks for
// no grant and no connection again: nothing is written, and the caller saw this operation before; but for what
// the TSP holds, which may have been read since.
func (s *Service) replay(ctx context.Context, r Request) (Operation, bool, error) {
	op, err := s.Store.Keyed(ctx, r.Partner, *r.Key)
	switch {
	case errors.Is(err, ErrNotFound):
		return op, false, nil
	case err != nil:
		return op, false, fmt.Errorf("looking up an idempotency key: %w", err)
	case !bytes.Equal(op.Key.Fingerprint, r.Key.Fingerprint):
		return op, false, problem.InvalidBody(problem.Detail{Path: "Idempotency-Key", Input: r.Key.Value,
			Code: "idempotency_key_reused", Message: fmt.Sprintf("was given before with another request, which "+
				"became operation %s; use a new key for a new write", op.ID)})
	// A sync answer tells the end, and there is none yet. One that nobody performs any more is
	// ended by its lane.
	case op.Sync && !op.State.Ended():
		return op, false, problem.New(problem.Conflict,
			"the first request with this Idempotency-Key is still under way as operation %s; repeat it later", op.ID)
	}
	one := []Operation{op}
	if err := s.withhold(ctx, one); err != nil {
		return op, false, err
	}
	return one[0], true, nil
}
