package fence_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/problem"
)

func TestATroubleIsOneProblemForCallersHoweverItIsWrapped(t *testing.T) {
	t.Parallel()
	cause := errors.New("sqlite3: database or disk is full")
	for says, c := range map[string]struct {
		trouble fence.Trouble
		detail  string
		again   time.Duration
	}{
		"one that passes": {fence.Trouble{Reason: "the disk is full", Err: cause},
			"the disk is full; this request was not carried out, so send it again", time.Second},
		"one that does not": {fence.Trouble{Reason: "the file is gone", Lost: true, Err: cause}, "the file is gone", time.Minute},
	} {
		p := problem.Of(fmt.Errorf("storing: %w", &c.trouble))
		got := problem.Error{Code: p.Code, Detail: p.Detail, RetryAfter: p.RetryAfter}
		if diff := cmp.Diff(problem.Error{Code: problem.Unavailable, Detail: c.detail, RetryAfter: c.again}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", says, diff)
		}
		if !errors.Is(p, cause) {
			t.Errorf("%s: the log does not get the cause: %v", says, p)
		}
	}
	own := &problem.Error{Code: problem.Unavailable, Detail: "the TSP was asked", Err: &fence.Trouble{Reason: "full", Err: cause}}
	if p := problem.Of(own); p.Detail != own.Detail {
		t.Errorf("what the room says of it is told as %q", p.Detail)
	}
}
