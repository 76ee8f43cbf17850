package fence

import (
	"errors"
	"time"

	"github.com/waybill-dev/waybill/internal/problem"
)

// Trouble is what keeps a store from being written. Reason may be told to anybody; the error's
// text is for the operator: it names files and says what to do.
type Trouble struct {
	Reason string
	// Lost tells that it does not pass while the process lives: whoever works over the store stops.
	// Any other trouble is over once the store can be written.
	Lost bool
	Err  error
}

// Error describes the trouble for the operator.
func (t *Trouble) Error() string { return t.Err.Error() }

// Unwrap returns the cause.
func (t *Trouble) Unwrap() error { return t.Err }

// When whoever asked may ask again: a store that is lost takes an operator to mend it.
const (
	passing = time.Second
	lost    = time.Minute
)

// As lets whatever a trouble ended be told to callers as one problem, wherever it was met.
func (t *Trouble) As(target any) bool {
	p, ok := target.(**problem.Error)
	if !ok {
		return false
	}
	*p = &problem.Error{Code: problem.Unavailable, Detail: t.Reason, RetryAfter: lost, Err: t}
	if !t.Lost {
		(*p).Detail += "; this request was not carried out, so send it again"
		(*p).RetryAfter = passing
	}
	return true
}

// IsLost tells whether an error means that the store is lost, so that trying again cannot help.
func IsLost(err error) bool {
	var t *Trouble
	return errors.As(err, &t) && t.Lost
}

// Standing is for which time a store stands.
type Standing struct {
	// At is the last moment that the store is known to hold; zero where none was noted.
	At time.Time
	// Restored tells that the store was put back: it is a backup, or older than what its process
	// noted last beside it. What happened after At is not in it, and may have happened.
	Restored bool
	// Exposed tells that some other users of the machine may use the store's files, and Public that
	// every one may.
	Exposed, Public bool
	// Unsafe tells the operator why what the store has answered as stored may be lost with the machine; "" if it
	// may not.
	Unsafe string
}
