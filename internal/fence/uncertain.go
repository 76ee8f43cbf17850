package fence

import (
	"fmt"

	"github.com/waybill-dev/waybill/internal/problem"
)

// Uncertain says that nobody knows whether a change was stored: the connection to the database was lost while it
// was committed, and the database could not be asked since. It must be told as neither done nor failed, and
// nothing may try it again but who asked for it.
type Uncertain struct{ Err error }

// Error describes it for the operator.
func (u *Uncertain) Error() string {
	return fmt.Sprintf("whether it was stored is not known, as the database was lost while it was: %v", u.Err)
}

// Unwrap returns the cause.
func (u *Uncertain) Unwrap() error { return u.Err }

// As lets it be told to callers as one problem, whatever they asked for.
func (u *Uncertain) As(target any) bool {
	p, ok := target.(**problem.Error)
	if !ok {
		return false
	}
	*p = &problem.Error{Code: problem.Unavailable, RetryAfter: passing, Err: u,
		Detail: "the database was lost while this request was stored, so it may have been carried out; send it again with " +
			"the same Idempotency-Key, or look for what it makes before it is sent again"}
	return true
}
