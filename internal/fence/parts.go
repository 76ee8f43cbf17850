package fence

import (
	"context"
	"time"
)

// leastRest is the least time between two parts.
const leastRest = 10 * time.Millisecond

// InParts does something in parts, each a write for which others wait, until one tells that there are no more. It
// rests four times as long as a part took, so that it never has more than a fifth of the store.
func InParts(ctx context.Context, part func() (more bool, err error)) error {
	for {
		began := time.Now()
		more, err := part()
		if err != nil || !more {
			return err
		}
		rest := time.NewTimer(max(leastRest, 4*time.Since(began)))
		select {
		case <-ctx.Done():
			rest.Stop()
			return ctx.Err()
		case <-rest.C:
		}
	}
}
