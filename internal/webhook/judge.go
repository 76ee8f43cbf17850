package webhook

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
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
		r.Err = "The receiver answered 410 Gone, so the subscription pauses. When the receiver is back, delete the subscription and make it anew."
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
// path may hold a password. The order matters: a refusal, a name that does not resolve and an
// untrusted certificate all come within a *url.Error, which says least.
func explain(err error, timeout time.Duration) string {
	var refused *outbound.Refusal
	var dns *net.DNSError
	var unverified *tls.CertificateVerificationError
	var notTLS tls.RecordHeaderError
	var noURL *url.Error
	switch {
	case errors.As(err, &refused):
		return "Nothing was sent, because the URL " + refused.Error() + "."
	case errors.Is(err, context.Canceled):
		return "The attempt was interrupted because Waybill stopped."
	case isTimeout(err):
		return fmt.Sprintf("The receiver did not answer within %s. Answer 202 at once and work afterwards.", timeout)
	case errors.As(err, &dns):
		return "The host name of the receiver cannot be resolved. Check the URL and its DNS entry."
	case errors.As(err, &unverified):
		return "The TLS certificate of the receiver is not trusted" + certificateFault(unverified) + "."
	case errors.Is(err, http.ErrSchemeMismatch) || errors.As(err, &notTLS):
		return "The receiver does not speak TLS on this port. Check the URL."
	case errors.Is(err, syscall.ECONNREFUSED):
		return "The receiver refused the connection. Check that it runs and listens on this port."
	case errors.As(err, &noURL):
		return "The connection to the receiver failed before it answered."
	default:
		return "The delivery could not be made because of an error in Waybill; its log says more."
	}
}

// isTimeout covers the context of an attempt and the client's own bounds of connecting and the
// handshake.
func isTimeout(err error) bool {
	var timed net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timed) && timed.Timeout()
}

// certificateFault says which of the common faults it is, "" for any other; the error's own text
// names hosts.
func certificateFault(err error) string {
	var host x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &host):
		return ": it is made out for another host"
	case errors.As(err, &unknown):
		return ": its issuer is unknown"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return ": it has expired or is not valid yet"
	default:
		return ""
	}
}
