package dispatch

import "time"

// Fate is what becomes of an item.
type Fate string

// The fates.
const (
	Succeeds Fate = "succeeds"
	Fails    Fate = "fails"
	Retries  Fate = "retries"
	// Asks: the outcome is unknown and is looked up at the next attempt.
	Asks Fate = "asks"
)

// Reason says why an item fails where the class of its last attempt does not.
type Reason string

// The reasons.
const (
	// Ended: the item said itself that it must end.
	Ended Reason = "ended"
	// Late: its deadline passed.
	Late Reason = "late"
	// Exhausted: all attempts are used up.
	Exhausted Reason = "exhausted"
	// Blind: its outcome is unknown and cannot be found out.
	Blind Reason = "blind"
)

// Verdict is what follows from the end of an attempt. Pause and Stop concern the lane whatever the
// Fate of the item.
type Verdict struct {
	Fate Fate
	// At is when the next attempt may begin.
	At time.Time
	// Counts tells whether the attempt counts toward the bound.
	Counts bool
	// Grows tells whether the attempt belongs to the streak by which the back-off grows.
	Grows bool
	// Pause closes the whole lane until then.
	Pause time.Time
	// Stop closes the lane for a short time, longer each time it follows another; then one attempt
	// at a time shows whether it is still barred. An activation shortens that time.
	Stop bool
	// Reason tells why an item failed although its class alone would not say so.
	Reason Reason
}
