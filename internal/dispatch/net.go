package dispatch

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// panicked is the error that a panic becomes. Each goroutine of a dispatcher runs what it did not
// make itself under a net, since one item that nobody can handle must not end the process with all
// its lanes.
type panicked struct {
	value any
	stack []byte
}

// Error tells what the panic was about.
func (p *panicked) Error() string { return fmt.Sprintf("it panicked: %v", p.value) }

// safely calls do and returns its error, or its panic as one.
func safely(do func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{v, debug.Stack()}
		}
	}()
	return do()
}

// cause is what a log line tells of an error, behind its other keys.
func cause(err error, keys ...any) []any {
	if p, ok := errors.AsType[*panicked](err); ok {
		return append(keys, "panic", p.value, "stack", string(p.stack))
	}
	return append(keys, "error", err)
}
