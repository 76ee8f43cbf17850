package tsp

import (
	"fmt"
	"runtime/debug"
)

// Panic is the cause of an end by a panic. Its text leaves the stack to the log.
type Panic struct {
	Value any
	Stack string
}

// Error tells the value.
func (p *Panic) Error() string { return fmt.Sprint("panic: ", p.Value) }

// Recover turns a panic into an end of class Broken. Defer it where an adapter's code runs in a
// goroutine or a flight that others share: a panic that leaves one ends the process.
func Recover(err *error) {
	if r := recover(); r != nil {
		*err = &Error{Class: Broken, Message: "the adapter failed in an unforeseen way", Err: &Panic{r, string(debug.Stack())}}
	}
}
