package console

import (
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// ours tells that an attempt ended by Waybill itself: nothing was sent, and what the TSP was asked, if anything, it has not
// refused.
func ours(a operation.Attempt) bool {
	switch a.Class {
	case tsp.Done, "":
		return false
	case tsp.Rejected, tsp.Unsupported, tsp.Missing, tsp.Forbidden, tsp.Broken:
		return a.Reach == tsp.ReachNone || a.Reach == tsp.ReachRead && a.Status == 0
	case tsp.Unauthorized, tsp.Throttled, tsp.Unavailable, tsp.Unknown:
	}
	return a.Reach == tsp.ReachNone
}

// untold tells that nobody knows whether Waybill or the TSP refused: the entry does not say how far it came, and no answer
// stands in it.
func untold(a operation.Attempt) bool {
	switch a.Class {
	case tsp.Rejected, tsp.Unsupported, tsp.Missing, tsp.Forbidden, tsp.Broken:
		return a.Reach == "" && a.Status == 0
	case tsp.Done, tsp.Unauthorized, tsp.Throttled, tsp.Unavailable, tsp.Unknown:
	}
	return false
}

// refusedHere is how a write failed that Waybill itself did not send, and what helps where nothing was applied.
func (n *namer) refusedHere(op operation.Operation, last operation.Attempt) (title, helps string) {
	title = "Failed: Waybill did not send it"
	if sentOf(op) > 0 {
		title = "Failed: Waybill did not send it again"
	}
	switch last.Class {
	case tsp.Rejected:
		helps = " The same again will not be sent either: change it first."
	case tsp.Missing:
		helps = " Import the connection, or name another record."
	case tsp.Forbidden:
		helps = " Once its fleet allows it, retry it."
	case tsp.Unauthorized:
		helps = " Retry it once its connection works."
	case tsp.Throttled, tsp.Unavailable:
		helps = " Retry it."
	case tsp.Done, tsp.Unsupported, tsp.Unknown, tsp.Broken:
	}
	return title, helps
}

// withheld says in words by what class Waybill itself ended an attempt.
func (n *namer) withheld(op operation.Operation, of tsp.Class) string {
	who := n.tsp(op)
	switch of {
	case tsp.Rejected:
		return "Not sent: a check of Waybill's own refused it"
	case tsp.Unsupported:
		return "Not sent: Waybill cannot write this at " + who
	case tsp.Missing:
		return "Not sent: what it names was not found"
	case tsp.Forbidden:
		return "Not sent: it is not allowed"
	case tsp.Unauthorized:
		return "Not sent: its connection did not work"
	case tsp.Unknown:
		return "Not sent: an earlier try may have been taken"
	case tsp.Broken:
		return "Not sent: Waybill could not make the call"
	case tsp.Done, tsp.Throttled, tsp.Unavailable:
	}
	return "Not sent: it did not come to its turn"
}

// meantHere says what it means for a write that Waybill itself ended an attempt.
func (n *namer) meantHere(op operation.Operation, a operation.Attempt) string {
	text := n.tsp(op) + " was not called: Waybill ended this by itself. Nothing was applied by it."
	if a.Reach == tsp.ReachRead {
		text = n.tsp(op) + " was only asked, and nothing was sent to it: Waybill ended this by itself. Nothing was applied by it."
	}
	if a.Class == tsp.Unknown {
		text += " What became of an earlier try stays unknown."
	}
	return text
}

// kept are the stops of a write of which nothing has gone out: why, if it has ended so.
func (n *namer) kept(op operation.Operation) []stop {
	last := lastOf(op)
	if last == nil || last.Reach == tsp.ReachSent || op.Resolution != nil {
		return []stop{{Look: ahead(), Label: "Not sent yet", Said: "Nothing has gone out", More: "Its fields were checked and its references found.",
			ToCome: !op.State.Ended()}, {Look: ahead(), Label: "Came back", Said: "Nothing yet", ToCome: !op.State.Ended()}}
	}
	more := n.tsp(op) + " was not called."
	if last.Reach == tsp.ReachRead {
		more = n.tsp(op) + " was only asked, and nothing was sent to it."
	}
	return []stop{{Look: past(), Label: "Not sent", Said: "Nothing has gone out", More: more},
		{Look: lookOfAttempt(*last), Label: "Kept back", At: last.EndedAt, Said: "By Waybill itself", More: cut(sentence(n.said(op, *last)), 200)}}
}
