package operation

import (
	"fmt"
	"slices"
)

// State is where an operation stands. The wire knows only pending, success and failed.
type State string

// The states.
const (
	Queued  State = "queued"  // accepted, waits for its turn
	Sending State = "sending" // a call whose repetition could harm is under way
	Retry   State = "retry"   // waits for its next attempt
	Unknown State = "unknown" // sent without a trustworthy answer; looked up before any repeat
	// The two final states are spelled as on the wire.
	Succeeded State = "success"
	Failed    State = "failed"
)

// transitions is the table of docs/state-machine.md; a test compares them. A state that is not a
// key is final.
var transitions = map[State][]State{
	Queued:  {Sending, Retry, Unknown, Succeeded, Failed},
	Retry:   {Sending, Retry, Unknown, Succeeded, Failed},
	Sending: {Sending, Retry, Unknown, Succeeded, Failed},
	Unknown: {Sending, Retry, Unknown, Succeeded, Failed},
}

// Before lists the states that a state may follow. Stores make the condition of their update from
// it (decision 0008).
func Before(next State) []State {
	var all []State
	for _, s := range Live() {
		if slices.Contains(transitions[s], next) {
			all = append(all, s)
		}
	}
	return all
}

// To refuses a change of state that the table does not have.
func (s State) To(next State) error {
	if !slices.Contains(transitions[s], next) {
		return fmt.Errorf("an operation that is %s cannot become %s", s, next)
	}
	return nil
}

// Ended tells whether the state is final.
func (s State) Ended() bool { return s == Succeeded || s == Failed }

// Live lists the states that are not final.
func Live() []State { return []State{Queued, Sending, Retry, Unknown} }

// Wire returns the wire's ResourceOperationStatusEnum.
func (s State) Wire() string {
	if s.Ended() {
		return string(s)
	}
	return "pending"
}
