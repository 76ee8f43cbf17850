package access

import (
	"fmt"
	"time"
)

// Refusal is why a token does not count. It is an ErrInvalidToken.
type Refusal struct {
	// Why is what is wrong with the token, and Remedy what its holder can do, or who else.
	Why, Remedy string
	// After is when the same token may be tried again; zero is never.
	After time.Duration
}

// Error describes the refusal without its remedy.
func (r *Refusal) Error() string { return ErrInvalidToken.Error() + ": " + r.Why }

// Unwrap lets a refusal be told as an ErrInvalidToken.
func (r *Refusal) Unwrap() error { return ErrInvalidToken }

// Anew is the remedy of a refusal that another token of the same client does not meet.
const Anew = "get a new one"

// refused is the refusal of a token in whose place a new one does.
func refused(why string, args ...any) error {
	return &Refusal{Why: fmt.Sprintf(why, args...), Remedy: Anew}
}
