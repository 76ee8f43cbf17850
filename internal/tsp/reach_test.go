package tsp_test

import (
	"context"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestAnAttemptCameAsFarAsItsFurthestCall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reads []bool
		want  tsp.Reach
	}{{nil, tsp.ReachNone}, {[]bool{true}, tsp.ReachRead}, {[]bool{true, false, true}, tsp.ReachSent}} {
		of := &tsp.Reaching{}
		ctx := of.Under(t.Context())
		for _, reads := range c.reads {
			// A look that others share goes on without the one who began it.
			tsp.Calls(context.WithoutCancel(ctx), reads)
			tsp.Calls(t.Context(), false)
		}
		if got := of.Reach(); got != c.want {
			t.Errorf("%v: %q, want %q", c.reads, got, c.want)
		}
	}
}
