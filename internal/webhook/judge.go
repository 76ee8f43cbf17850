package webhook

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/retryafter"
)

// judge follows the contract: whatever is not 5xx counts as delivered, redirects and refusals
// too, unless the subscription's owner wants these tried again. Only 429 and 410 have a meaning of
// their own.
func judge(s Subscription, answer *http.Response, now time.Time) Result {
	r := Result{Verdict: Delivered, StatusCode: answer.StatusCode}
	said := strings.TrimSpace(fmt.Sprintf("The receiver answered %d %s", r.StatusCode, http.StatusText(r.StatusCode)))
	switch code := r.StatusCode; {
	case code == http.StatusGone:
		r.Verdict = Gone
		r.Err = said + ", so all subscriptions to its URL pause. When the receiver is back, " +
			"POST /v2/notifications/webhooks/" + s.ID.String() + "/activate, and so for each of them."
	case code == http.StatusTooManyRequests || code >= 500:
		r.Verdict, r.Err = Retry, said+"."
	case code >= 200 && code < 300:
	case s.RetryRefused:
		r.Verdict, r.Err = Retry, said+", and the subscription asks for another try. "+remedy(code)
	default:
		r.Refused = true
		r.Err = said + "; it counts as delivered, as the contract says, and is not sent again. " + remedy(code) +
			" A subscription with retry_refused true is sent such events again."
	}
	if r.StatusCode == http.StatusTooManyRequests || r.StatusCode == http.StatusServiceUnavailable {
		r.RetryAfter = retryafter.Read(answer.Header, now)
	}
	return r
}

// remedy says what to look at in a receiver that answers with neither success nor failure.
func remedy(code int) string {
	switch {
	case code >= 300 && code < 400:
		return "Redirects are not followed: subscribe the URL at which the receiver itself answers."
	case code == http.StatusNotFound || code == http.StatusMethodNotAllowed:
		return "Look at the path of the subscription's URL, and at whether the receiver knows this event's name."
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return "Look at the receiver's secret, and at whether it checks signatures over the body behind gzip."
	case code == http.StatusRequestEntityTooLarge:
		return "Let the receiver take larger bodies."
	}
	return "Look into the receiver's log for why."
}

// explain says for the partner why no answer came that can be read; heard tells that something came. It names
// neither addresses nor the URL, whose path may hold a password.
func explain(err error, timeout time.Duration, heard bool) string {
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
	if heard {
		why = "The receiver answered with what is no HTTP, is cut short or has too long a head; look at what serves the URL"
	}
	if cause := outbound.Cause(err); cause != "" {
		why += ": " + cause
	}
	return why + "."
}

// theirs tells whether a request without an answer says something of the receiver. What our own machine
// lacks does not, nor what may be lacking on either side.
func theirs(err error) bool {
	var name *net.DNSError
	if errors.As(err, &name) && !name.IsNotFound {
		return false
	}
	var sent *url.Error
	return errors.As(err, &sent) && !slices.ContainsFunc([]error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS,
		syscall.ENOMEM, syscall.EADDRNOTAVAIL, syscall.ENETDOWN, syscall.ENETUNREACH},
		func(own error) bool { return errors.Is(err, own) })
}
