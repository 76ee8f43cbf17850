// Package fence keeps two hands off one thing. It is a leaf, so that the rooms that hold things,
// the store that keeps them and the engine that works on them mean the same by a lane, by the
// right to run it, and by having lost it. With that come the few words that all of them share with the
// store: how old an answer may be, when a change was made, in which parts much is removed, and what is
// told to callers where the store fails or is late.
package fence

import (
	"errors"

	"github.com/google/uuid"
)

// ErrOvertaken is what a store answers to whoever lost a thing: it is no longer as it was when
// it was read, or somebody claimed its lane since. Nothing was changed. Whoever gets it drops
// what it holds and reads anew; trying the same once more cannot help.
var ErrOvertaken = errors.New("it has changed meanwhile")

// Lane names an ordered queue: one connection, one receiver of webhooks, or the imports of one
// connection.
type Lane struct {
	Kind string
	ID   uuid.UUID
}

// The kinds of lanes.
const (
	Connections = "connection"
	Receivers   = "receiver"
	Imports     = "import"
)

// Claim is the right to run a lane. Each claim of a lane has a greater epoch than the one
// before it; the zero claim is held by whoever works outside of lanes, as sync writes do.
type Claim struct {
	Lane  Lane
	Epoch int64
}
