package tsp

import (
	"net/http"
	"time"
)

// Class is what the end of an attempt means. Everything that happens next follows from it.
type Class string

// The classes. "Applied" says whether the TSP may have taken the write.
const (
	// Done: confirmed. Applied.
	Done Class = "done"
	// Rejected: understood and refused. Not applied, never retried.
	Rejected Class = "rejected"
	// Unsupported: not in Actions, or the TSP has no such call. Not applied, never retried.
	Unsupported Class = "unsupported"
	// Missing: the TSP does not know a referenced source id. Not applied, never retried.
	Missing Class = "missing"
	// Unauthorized: credentials refused after one refresh. Not applied; the lane pauses.
	Unauthorized Class = "unauthorized"
	// Forbidden: credentials good, this write not permitted. Not applied, never retried.
	Forbidden Class = "forbidden"
	// Throttled: told to wait. Not applied; does not count as an attempt.
	Throttled Class = "throttled"
	// Unavailable: certainly not applied; retried with back-off until the operation is too old.
	Unavailable Class = "unavailable"
	// Unknown: sent, no trustworthy answer. Maybe applied; looked up before any repeat.
	Unknown Class = "unknown"
	// Broken: our bug or a changed API. Maybe applied, never retried.
	Broken Class = "broken"
)

// Error is the classified end of a call that did not succeed. Message is for people and
// holds no secret.
type Error struct {
	Class   Class
	Message string
	// Setting names the setting of the connection that is wrong; "" where none is.
	Setting string
	// Credential names the member of the credentials that is wrong; "" where none is, or the TSP does not tell which.
	Credential string
	// Status and Headers are those of the TSP's answer; 0 and nil if there was none.
	Status  int
	Headers http.Header
	// RetryAfter is how long the TSP asks us to wait; 0 if it does not say.
	RetryAfter time.Duration
	// Unsent tells of a write that all its calls only read, so that the TSP cannot have taken it.
	Unsent bool
	// Own tells that the message holds nothing of the TSP's that is not redacted already. Whoever hides secrets
	// leaves it alone: a secret that is a word of ours would show by its gap.
	Own bool
	// Parts are the ends of the write's several deliveries, those that succeeded too.
	Parts []Part
	Err   error
}

// Error describes the end of the call.
func (e *Error) Error() string {
	if e.Err != nil {
		return string(e.Class) + ": " + e.Message + ": " + e.Err.Error()
	}
	return string(e.Class) + ": " + e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrorType returns the value of the wire's error_type that a class stands for; status is
// that of the TSP's answer, 0 if there was none. It is "" for Done.
func (c Class) ErrorType(status int) string {
	switch c {
	// No class is that of an end without an attempt, of which the TSP knows nothing.
	case Done, "":
		return ""
	case Rejected, Unsupported, Missing:
		return "validation"
	case Unauthorized, Forbidden:
		return "auth"
	case Unavailable, Unknown:
		if status == 0 {
			return "network"
		}
	case Throttled, Broken:
	}
	return "tsp"
}

// ClassOf returns the class that an HTTP status stands for when the body says nothing else.
func ClassOf(status int) Class {
	switch {
	case status >= 200 && status < 300:
		return Done
	case status == http.StatusUnauthorized:
		return Unauthorized
	case status == http.StatusForbidden:
		return Forbidden
	case status == http.StatusNotFound, status == http.StatusGone:
		return Missing
	case status == http.StatusMethodNotAllowed, status == http.StatusNotImplemented:
		return Unsupported
	case status == http.StatusTooManyRequests:
		return Throttled
	// 407 is always a proxy's on the way, which passed nothing on (RFC 9110 section 15.5.8).
	case status == http.StatusServiceUnavailable, status == http.StatusTooEarly, status == http.StatusProxyAuthRequired:
		return Unavailable
	// 499 is a proxy's word for a caller that it took to be gone: the TSP may have been at work.
	case status == http.StatusRequestTimeout, status == 499, status >= 500:
		return Unknown
	case status >= 400:
		return Rejected
	}
	return Broken
}

// ClassOfPage returns the class that a status stands for when it comes with a web page, which no API
// of a TSP speaks: somebody on the way, such as a firewall, let nothing pass, and says nothing of the
// write, the record or the credentials. That a request is too large is true whoever says it.
func ClassOfPage(status int) Class {
	class := ClassOf(status)
	switch status {
	case http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong, http.StatusRequestHeaderFieldsTooLarge:
		return class
	}
	switch class {
	case Unauthorized, Forbidden, Missing, Unsupported, Rejected:
		return Unavailable
	case Done, Throttled, Unavailable, Unknown, Broken:
	}
	return class
}
