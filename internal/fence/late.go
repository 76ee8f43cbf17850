package fence

import (
	"fmt"
	"time"

	"github.com/waybill-dev/waybill/internal/problem"
)

// Late says that a list was not read in the time that lists have: others are listing as well, or it is
// looked for among too much.
type Late struct {
	After time.Duration
	Err   error
}

// Error describes it for the operator.
func (l *Late) Error() string {
	return fmt.Sprintf("a list was not read within %s: %v", l.After, l.Err)
}

// Unwrap returns the cause.
func (l *Late) Unwrap() error { return l.Err }

// As lets it be told to callers as one problem, whatever was listed.
func (l *Late) As(target any) bool {
	p, ok := target.(**problem.Error)
	if !ok {
		return false
	}
	*p = &problem.Error{Code: problem.Unavailable, RetryAfter: passing, Err: l,
		Detail: fmt.Sprintf("the list was not read within %s; ask again, for a smaller size, a shorter time or fewer "+
			"fleets", l.After)}
	return true
}
