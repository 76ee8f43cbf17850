package operation

// Stage is where an operation stands for whoever looks at all of them: finer than the wire's status, and coarser than
// State with its causes. Its values are those of the console's addresses.
type Stage string

// The stages.
const (
	StageQueued    Stage = "queued"
	StageWaiting   Stage = "waiting"
	StageHeld      Stage = "held"
	StageSending   Stage = "sending"
	StageRetrying  Stage = "retrying"
	StageLooking   Stage = "looking_up"
	StageSucceeded Stage = "succeeded"
	StageFailed    Stage = "failed"
	StageExpired   Stage = "expired"
	StageUnknown   Stage = "outcome_unknown"
	StageCancelled Stage = "cancelled"
	// StageLive is all that have not ended, and no operation's own.
	StageLive Stage = "not_ended"
)

// Counted lists the stages by which a survey narrows and counts, in the order in which they are shown. Of the others
// nobody knows without asking why each operation waits.
func Counted() []Stage {
	return []Stage{StageLive, StageLooking, StageFailed, StageUnknown, StageExpired, StageCancelled, StageSucceeded}
}

// Stage tells where the operation stands. Of one that waits it tells why, if it has its Progress.
func (op Operation) Stage() Stage {
	if op.State.Ended() {
		return op.end()
	}
	cause := Cause("")
	if op.Progress != nil {
		cause = op.Progress.Code
	}
	switch {
	case cause == InFlight:
		return StageSending
	case cause == ConnectionPaused, cause == ConnectionStale:
		return StageHeld
	case op.State == Unknown:
		return StageLooking
	case op.State == Sending:
		return StageSending
	case cause == BackOff, cause == RetryAfter, op.State == Retry:
		return StageRetrying
	case cause == RateLimited, cause == Behind, cause == Window:
		return StageWaiting
	}
	return StageQueued
}

// end is the stage of an operation that has ended.
func (op Operation) end() Stage {
	switch {
	case op.State == Succeeded:
		return StageSucceeded
	case op.IsUnknown():
		return StageUnknown
	case op.Reason == Cancelled:
		return StageCancelled
	case op.Reason == Expired:
		return StageExpired
	}
	return StageFailed
}
