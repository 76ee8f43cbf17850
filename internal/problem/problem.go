// Package problem holds the only errors that callers of the API see. Whatever else goes
// wrong inside is shown to them as Internal and logged for the operator.
package problem

import (
	"errors"
	"fmt"
	"time"
)

// Code is the HTTP status that a problem answers with.
type Code int

// The codes, with what each is used for.
const (
	// BadRequest: the request cannot be read at all (content type, size).
	BadRequest Code = 400
	// Unauthorized: no usable token.
	Unauthorized Code = 401
	// Forbidden: the token lacks the scope, or the fleet did not grant this.
	Forbidden Code = 403
	// NotFound: no such thing for this caller.
	NotFound Code = 404
	// MethodNotAllowed: the path exists, the method does not.
	MethodNotAllowed Code = 405
	// Conflict: it stands in the way of something that exists (state, duplicate).
	Conflict Code = 409
	// UnsupportedMedia: the body is encoded in a way that is not read.
	UnsupportedMedia Code = 415
	// Invalid: the body or parameters are wrong; Details says where.
	Invalid Code = 422
	// TooMany: a limit that the request would be charged to is used up; RetryAfter says until when.
	TooMany Code = 429
	// Internal: our fault. Never carries a detail.
	Internal Code = 500
	// NotImplemented: the TSP cannot do this write.
	NotImplemented Code = 501
	// Unavailable: the store is away or overloaded; RetryAfter says until when.
	Unavailable Code = 503
	// GatewayTimeout: the TSP gave no answer on which the request depends.
	GatewayTimeout Code = 504
)

// Detail is one thing that is wrong with a request: where, what was sent, what is wrong and
// a machine-readable code.
type Detail struct {
	Path    string
	Input   string
	Message string
	Code    string
}

// Error is a problem that may be shown to the caller.
type Error struct {
	Code       Code
	Detail     string
	Details    []Detail
	RetryAfter time.Duration
	Err        error
}

// Error describes the problem for logs.
func (e *Error) Error() string {
	text := fmt.Sprintf("%d: %s", e.Code, e.Detail)
	if len(e.Details) > 0 {
		text = fmt.Sprintf("%d: %s: %s", e.Code, e.Details[0].Path, e.Details[0].Message)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause, which callers of the API never see.
func (e *Error) Unwrap() error { return e.Err }

// New returns a problem with a detail for the caller.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// InvalidBody returns the problem of a request whose fields are wrong. Its details may have the
// type of the room that found them, if that has the shape of Detail.
func InvalidBody[D ~struct{ Path, Input, Message, Code string }](details ...D) *Error {
	e := &Error{Code: Invalid, Details: make([]Detail, len(details))}
	for i, d := range details {
		e.Details[i] = Detail(d)
	}
	return e
}

// Of returns the problem within an error; anything else is Internal.
func Of(err error) *Error {
	var p *Error
	if errors.As(err, &p) {
		return p
	}
	return &Error{Code: Internal, Err: err}
}
