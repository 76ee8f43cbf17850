package operation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// withhold takes out of verifications what the TSP holds, where the grant lets the partner not read that any more. What was
// told while it did, by an answer or an event, was told.
func (s *Service) withhold(ctx context.Context, ops []Operation) error {
	grants := map[uuid.UUID]access.Grant{}
	for i, op := range ops {
		v := op.Verification
		if v == nil || len(v.Ignored)+len(v.Changed) == 0 {
			continue
		}
		grant, asked := grants[op.Fleet]
		if !asked {
			var err error
			if grant, err = s.Access.Grant(ctx, op.Partner, op.Fleet); err != nil && !errors.Is(err, access.ErrNotFound) {
				return fmt.Errorf("looking up a grant: %w", err)
			}
			grants[op.Fleet] = grant
		}
		if !mayRead(grant, op.Kind, tsp.ForReadBack) {
			ops[i].Verification = v.withheld()
		}
	}
	return nil
}

// withheld is the verification without what the TSP holds.
func (v Verification) withheld() *Verification {
	v.Withheld = true
	v.Ignored, v.Changed = unheld(v.Ignored), unheld(v.Changed)
	return &v
}

func unheld(of []record.Difference) []record.Difference {
	out := slices.Clone(of)
	for i := range out {
		out[i].Held = []byte("null")
	}
	return out
}
