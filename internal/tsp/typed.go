package tsp

import (
	"fmt"

	"github.com/waybill-dev/waybill/internal/resource"
)

// PayloadOf returns the payload of a write as a P. Its error is an *Error of class Broken: the
// adapter has declared the function for another kind.
func PayloadOf[P resource.Payload](w Write) (P, error) {
	p, ok := w.Payload.(P)
	if !ok {
		return p, &Error{Class: Broken, Message: fmt.Sprintf("the payload of %s is a %T", w.Capability, w.Payload)}
	}
	return p, nil
}

// Typed types what is made of a write: the function is given no payload but a P.
func Typed[P resource.Payload, T any](from func(P, Write) (T, error)) func(Write) (T, error) {
	return func(w Write) (made T, err error) {
		p, err := PayloadOf[P](w)
		if err != nil {
			return made, err
		}
		return from(p, w)
	}
}

// Checked types a check or a warning of an action. Any payload but a P passes it, because what is
// made of the write refuses that.
func Checked[P resource.Payload, T any](check func(P, Settings) []T) func(resource.Payload, Settings) []T {
	return func(payload resource.Payload, s Settings) []T {
		if p, ok := payload.(P); ok {
			return check(p, s)
		}
		return nil
	}
}
