package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
)

const operationsPath = "/v2/integrations/connections/resource-operations"

func TestAListOfWhatIsPendingIsNotCutToADay(t *testing.T) {
	t.Parallel()
	h := open(t)
	for query, want := range map[string]struct {
		back   time.Duration
		status string
		cause  operation.Cause
	}{
		"":                {24 * time.Hour, "", ""},
		"?status=failed":  {24 * time.Hour, "failed", ""},
		"?status=pending": {45 * 24 * time.Hour, "pending", ""},
		"?reason=behind":  {45 * 24 * time.Hour, "pending", operation.Behind},
		"?status=pending&reason=connection_stale":            {45 * 24 * time.Hour, "pending", operation.ConnectionStale},
		"?status=pending&from_datetime=2026-11-24T11:00:00Z": {time.Hour, "pending", ""},
	} {
		if a := h.get(operationsPath + query); a.Status != 200 {
			t.Fatalf("%s: %d %s", query, a.Status, a.Text)
		}
		f := h.asked.(operation.Filter)
		if f.To.Sub(f.From) != want.back || f.Status != want.status || f.Cause != want.cause {
			t.Errorf("%s: from %v to %v, %q, %q", query, f.From, f.To, f.Status, f.Cause)
		}
	}
}

func TestAReasonThatNothingCanHaveIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	for query, says := range map[string]string{
		"?reason=retryafter":                  "retry_after",
		"?reason=behind&status=failed":        "goes with status=pending alone",
		"?status=success&reason=rate_limited": "goes with status=pending alone",
	} {
		if a := h.get(operationsPath + query); a.Status != 422 || a.paths() != "reason" || !strings.Contains(a.Text, says) {
			t.Errorf("%s: %d %s", query, a.Status, a.Text)
		}
	}
}
