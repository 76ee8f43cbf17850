package simkit

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Refusal is an answer other than success.
type Refusal struct {
	Status int
	// Code is the TSP's own, for those that tell by it what went wrong; 0 is none.
	Code int
	// Message may be left empty: the API fills in its text of the status.
	Message string
	// Invalid says that the request was understood and its content refused.
	Invalid bool
	// RetryAfter is how long the caller must wait; 0 unless a budget is used up.
	RetryAfter time.Duration
	// Cause is the error that became this refusal: a *TakenError of the store, or one of the simulator's own.
	Cause error
}

// Error describes the refusal.
func (r *Refusal) Error() string { return fmt.Sprintf("%d %s", r.Status, r.Message) }

// Unwrap returns the cause.
func (r *Refusal) Unwrap() error { return r.Cause }

// Refused makes a refusal.
func Refused(status int, format string, args ...any) error {
	return &Refusal{Status: status, Message: fmt.Sprintf(format, args...)}
}

// Coded makes a refusal with a code of the TSP, whose status may well be 200.
func Coded(status, code int, format string, args ...any) error {
	return &Refusal{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Invalid refuses the content of a request that was understood.
func Invalid(format string, args ...any) error {
	return &Refusal{Status: http.StatusBadRequest, Invalid: true, Message: fmt.Sprintf(format, args...)}
}

// Missing refuses because what the path names is not there.
func Missing() error { return &Refusal{Status: http.StatusNotFound} }

// refusalOf is an error as a refusal: a key that is taken is 409, and what no one foresaw is 500.
func refusalOf(err error) *Refusal {
	if no, ok := errors.AsType[*Refusal](err); ok {
		return no
	}
	if taken, ok := errors.AsType[*TakenError](err); ok {
		return &Refusal{Status: http.StatusConflict, Invalid: true, Message: taken.Error(), Cause: err}
	}
	return &Refusal{Status: http.StatusInternalServerError, Message: err.Error(), Cause: err}
}
