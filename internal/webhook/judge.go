package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/retryafter"
)

// judge follows the contract: whatever is not 5xx counts as delivered, redirects and refusals
// too. Only 429 and 410 have a meaning of their own.
func judge(answer *http.Response, now time.Time) Result {
	r := Result{Verdict: Delivered, StatusCode: answer.StatusCode}
	switch code := answer.StatusCode; {
	case code == http.StatusGone:
		r.Verdict = Gone
		r.Err = "The receiver answered 410 Gone, so the subscription pauses. When the receiver is back, POST activate to the subscription."
	case code == http.StatusTooManyRequests || code >= 500:
		r.Verdict = Retry
		r.Err = strings.TrimSpace(fmt.Sprintf("The receiver answered %d %s", code, http.StatusText(code))) + "."
	}
	if r.StatusCode == http.StatusTooManyRequests || r.StatusCode == http.StatusServiceUnavailable {
		r.RetryAfter = retryafter.Read(answer.Header, now)
	}
	return r
}

// explain says for the partner why no answer came. It names neither addresses nor the URL, whose
// path may hold a password.
func explain(err error, timeout time.Duration) string {
	var refused *outbound.Refusal
	var noURL *url.Error
	switch {
	case errors.As(err, &refused):
		return "Nothing was sent, because the URL " + refused.Error() + "."
	case errors.Is(err, context.Canceled):
		return "The attempt was interrupted because Waybill stopped."
	case outbound.IsTimeout(err):
		return fmt.Sprintf("The receiver did not answer within %s. Answer 202 at once and work afterwards.", timeout)
	case !errors.As(err, &noURL):
		return "The delivery could not be made because of an error in Waybill; its log says more."
	}
	why := "The connection to the receiver failed before it answered"
	if cause := outbound.Cause(err); cause != "" {
		why += ": " + cause
	}
	return why + "."
}
