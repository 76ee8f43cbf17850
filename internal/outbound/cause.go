package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
)

// Cause says for people why a foreign host could not be reached or gave no answer, as the end of a
// sentence; "" if it cannot be told. A refusal of the policy is told in its own words. It names
// neither the URL, which may hold a secret, nor an address that only our resolver knows.
func Cause(err error) string {
	var refused *Refusal
	var dns *net.DNSError
	var unverified *tls.CertificateVerificationError
	var notTLS tls.RecordHeaderError
	var alert tls.AlertError
	var proxy *net.OpError
	var behind *unresolved
	var barred *refusedByProxy
	switch {
	case errors.As(err, &refused):
		return refused.Reason
	case errors.As(err, &proxy) && proxy.Op == "proxyconnect":
		return "the proxy of this installation (HTTPS_PROXY) could not be reached"
	case errors.As(err, &barred):
		return "the proxy of this installation (HTTPS_PROXY) does not let us through to it: it answered " + barred.status
	case errors.Is(err, context.Canceled):
		return "the call was given up"
	case errors.As(err, &behind):
		return "the host name cannot be resolved here, as it must be before the proxy of this installation is asked for it; " +
			"where that proxy keeps off private addresses itself, the operator can set WAYBILL_OUTBOUND_PROXY=names"
	case errors.As(err, &dns):
		return "the host name cannot be resolved" + nameFault(dns)
	case errors.As(err, &unverified):
		return "its TLS certificate is not trusted" + certificateFault(unverified)
	case errors.Is(err, http.ErrSchemeMismatch) || errors.As(err, &notTLS):
		return "it does not speak TLS on this port"
	case errors.As(err, &alert):
		return "it ended the TLS handshake: " + alert.Error()
	case IsTimeout(err):
		return "the time for it was over"
	}
	return networkFault(err)
}

// Bare takes from an error of an http.Client the URL that it was asked for, whose path or query may be
// a secret; whatever else wraps it goes with it.
func Bare(err error) error {
	var around *url.Error
	for errors.As(err, &around) {
		err = around.Err
	}
	return err
}

// IsTimeout covers the context of a call and the client's own bounds of connecting and the
// handshake.
func IsTimeout(err error) bool {
	var timed net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timed) && timed.Timeout()
}

func nameFault(err *net.DNSError) string {
	switch {
	case err.IsNotFound:
		return ": there is none of that name"
	case err.IsTimeout || err.IsTemporary:
		return ": its name server does not answer"
	}
	return ""
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
		return ": its issuer is unknown; it must be sent with all certificates up to a public authority's, or the operator " +
			"must add its issuer to those that this machine trusts"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return ": it has expired or is not valid yet"
	}
	return ""
}

func networkFault(err error) string {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "it refused the connection, as where nothing listens on the port"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "there is no route to it"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF),
		errors.Is(err, io.ErrUnexpectedEOF):
		return "it closed the connection"
	}
	return ""
}
