// Package simtest is what the tests of all simulators share: a simulator behind a real server, what to ask of it, and a
// clock.
package simtest
