package perform

import (
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// meaning returns what the class of a TSP's answer means for an item and its lane. Broken is
// refused, too: what our bug has sent once must not be sent again.
func meaning(c tsp.Class) dispatch.Class {
	switch c {
	case tsp.Done:
		return dispatch.Done
	case tsp.Rejected, tsp.Unsupported, tsp.Missing, tsp.Forbidden, tsp.Broken:
		return dispatch.Refused
	case tsp.Unavailable:
		return dispatch.Later
	case tsp.Throttled:
		return dispatch.Throttled
	case tsp.Unauthorized:
		return dispatch.Barred
	case tsp.Unknown:
	}
	return dispatch.Unknown
}

// course is what may be done about an operation. It follows from state, strength and mode alone; a
// test holds it to one table of all of them.
type course struct {
	// held: the handler of a sync write performs it and nobody else.
	held bool
	// unknown: an earlier attempt has no trustworthy answer.
	unknown bool
	// blind: an unknown outcome cannot be found out, neither by asking the TSP nor by sending the
	// write again.
	blind bool
	// marks: the begin of a call is stored first, because its repetition could harm.
	marks bool
	// asks: the TSP is asked for the earlier attempt before anything is sent.
	asks bool
}

// courseOf returns the course of an operation. A sync operation is never looked for or sent by a
// lane, because nobody waits for it. Any other that is marked as being sent although nobody sends
// it was left so by an attempt that could not be settled.
func courseOf(state operation.State, strength tsp.Strength, sync bool) course {
	c := course{
		held:    sync && state == operation.Sending,
		unknown: state == operation.Unknown || state == operation.Sending && !sync,
	}
	harmless := strength.Repeatable()
	c.marks = !harmless
	c.asks = c.unknown && strength == tsp.VerifyFirst
	c.blind = sync && c.unknown || strength == tsp.None || strength == ""
	return c
}

// The sentences of logs about outcomes that are not known. They stand in logs that partners read,
// so each says what is not known and why it stays so.
const (
	cannotBeAsked = operation.OutcomeUnknown + " and cannot be asked"
	nobodyWaits   = operation.OutcomeUnknown + " before Waybill stopped, and nobody waits for it now"
	damagedWrite  = "not sent: what is stored of the write cannot be read any more; send it anew, with another " +
		"Idempotency-Key"
	forgone = "not sent: the database was lost while the write was accepted, and nobody waits for it now; send it again if " +
		"it is still wanted"
	alsoUnknown = "; outcome unknown: the TSP may have taken an earlier attempt"
)

// without says why an operation of this course must end without another attempt; "" if it need
// not.
func (c course) without(sync bool) string {
	switch {
	case !c.unknown || !c.blind:
		return ""
	case sync:
		return nobodyWaits
	}
	return cannotBeAsked
}

// why tells people why an operation failed where the answer to its last attempt does not.
func why(r dispatch.Reason, item dispatch.Item[*task]) string {
	also := ""
	if item.Unknown {
		also = alsoUnknown
	}
	switch r {
	case dispatch.Ended:
		return item.End
	case dispatch.Late:
		return "the operation was not done before its deadline" + also
	case dispatch.Exhausted:
		return "all attempts are used up" + also
	case dispatch.Blind:
		if item.Blind {
			return cannotBeAsked
		}
		return operation.OutcomeUnknown
	}
	return ""
}

// after is the state of an operation by what becomes of it.
func after(f dispatch.Fate) operation.State {
	switch f {
	case dispatch.Succeeds:
		return operation.Succeeded
	case dispatch.Fails:
		return operation.Failed
	case dispatch.Asks:
		return operation.Unknown
	case dispatch.Retries:
	}
	return operation.Retry
}
