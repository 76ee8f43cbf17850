package console

import (
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// The colours of states, which are classes of the styles.
const (
	ok    = "ok"
	going = "go"
	wait  = "wait"
	bad   = "bad"
	ask   = "ask"
	idle  = "idle"
	// ink is of what says nothing of a state.
	ink = "ink"
)

// Look is how a state is shown: by a word, a shape and a colour, and never by the colour alone.
type Look struct{ Word, Glyph, Colour string }

// stages are the looks of operations; docs/console.md has the same table. Outlines have not ended, and what is filled has.
func stages() map[operation.Stage]Look {
	return map[operation.Stage]Look{
		operation.StageQueued:    {"Queued", "queued", idle},
		operation.StageWaiting:   {"Waiting", "waiting", idle},
		operation.StageHeld:      {"Held", "held", wait},
		operation.StageSending:   {"Sending", "sending", going},
		operation.StageRetrying:  {"Retrying", "retrying", wait},
		operation.StageLooking:   {"Looking up", "looking", ask},
		operation.StageSucceeded: {"Succeeded", "succeeded", ok},
		operation.StageFailed:    {"Failed", "failed", bad},
		operation.StageExpired:   {"Expired", "expired", bad},
		operation.StageUnknown:   {"Outcome unknown", "unknown", ask},
		operation.StageCancelled: {"Cancelled", "cancelled", idle},
	}
}

// lookOf is the look of an operation.
func lookOf(op operation.Operation) Look { return stages()[op.Stage()] }

// healths are the looks of connections by their status.
func healths() map[connection.Status]Look {
	return map[connection.Status]Look{
		connection.Active:    {"Active", "active", ok},
		connection.Stale:     {"Stale", "stale", bad},
		connection.Paused:    {"Paused", "held", idle},
		connection.Failed:    {"Failed", "failed", bad},
		connection.Cancelled: {"Cancelled", "cancelled", idle},
		connection.Deleted:   {"Deleted", "cancelled", idle},
	}
}

// health is the look of a connection. One that is active and shut is suspect: its credentials were refused once, and are
// being checked.
func health(c connection.Connection, shut bool) Look {
	if c.Status == connection.Active && shut {
		return Look{"Suspect", "suspect", wait}
	}
	return healths()[c.Status]
}

// endings are the looks of attempts by their classes.
func endings() map[tsp.Class]Look {
	return map[tsp.Class]Look{
		tsp.Done:         {"Done", "succeeded", ok},
		tsp.Rejected:     {"Refused", "failed", bad},
		tsp.Unsupported:  {"Not supported", "failed", bad},
		tsp.Missing:      {"Not known there", "failed", bad},
		tsp.Forbidden:    {"Not permitted", "failed", bad},
		tsp.Unauthorized: {"Credentials refused", "failed", bad},
		tsp.Throttled:    {"Throttled", "retrying", wait},
		tsp.Unavailable:  {"Unavailable", "retrying", wait},
		tsp.Unknown:      {"No answer", "looking", ask},
		tsp.Broken:       {"Broken", "failed", bad},
	}
}

// lookOfAttempt is the look of an entry of the log. One without a class tells of no attempt, but of an end by other means.
func lookOfAttempt(a operation.Attempt) Look {
	look, known := endings()[a.Class]
	switch {
	case known && ours(a):
		look.Word = "Not sent"
		return look
	case known:
		return look
	}
	return Look{"Ended unsent", "cancelled", idle}
}
