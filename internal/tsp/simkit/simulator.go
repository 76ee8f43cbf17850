package simkit

import (
	"log/slog"
	"net/http"
	"time"
)

// Options configure one simulator.
type Options struct {
	// Dir is the folder of the state file, made when missing; "" keeps the state in memory.
	Dir string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Logger takes what an operator should see; nil discards it.
	Logger *slog.Logger
	// Limits says whether rate limits are enforced from the start; see Limit.Assumed.
	Limits bool
	// Seeds is shared by those who open many simulators of one kind in memory; nil seeds each anew.
	Seeds *Seeds
}

// Info is what the program needs to know to run a simulator.
type Info struct {
	// Name is the TSP's name in lower case, and the name of the state file.
	Name string
	// PortOffset is added to the base port of dev mode; no two simulators share one.
	PortOffset int
}

// Simulator is one running stand-in for a TSP: the TSP side and the /_sim/ admin side on one handler.
type Simulator interface {
	http.Handler
	// Close releases hanging requests, drops those that would be applied later, and writes and closes the state.
	Close() error
}

// TSP is what one simulator supplies: the behaviour of the TSP itself.
type TSP interface {
	// ServeHTTP answers a request of the TSP side. The body is at hand through Body.
	http.Handler
	// Seed fills an empty store. The same seed gives the same ids every time.
	Seed(tx *Tx) error
	// Refuse answers with the status in the TSP's own words. Headers set by the caller (Retry-After) stay.
	Refuse(w http.ResponseWriter, r *http.Request, status int)
	// Expire ends every session given out so far, and reports whether the request carries a credential at all.
	Expire(r *http.Request) bool
	// Objects lists a collection as tests should see it, in order of creation; false when there is no such collection.
	Objects(tx *Tx, collection string) ([]*Item, bool)
}

// Definition is what New needs to know of a simulator.
type Definition struct {
	Info Info
	// Switches are the behaviours that can be changed through the admin side, with their values at the start. Every
	// simulator has AssumedLimits beside them.
	Switches map[string]bool
	// Build makes the TSP side over the host that it will run in.
	Build func(*Host) TSP
}
