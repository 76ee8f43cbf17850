package metrics

import "time"

// Figures are what is asked at each scrape. Each must answer at once: from memory,
// of files by asking for their size, of readiness within the time that its checks have. One that is nil tells
// nothing.
type Figures struct {
	// Lanes are the lanes that run or wait.
	Lanes func() []Lanes
	// Slots are those of each queue of lanes.
	Slots func() []Slots
	// Backlog is what waits in the store, as it was when it was looked at last.
	Backlog func() []Backlog
	// Limits are those that are used up.
	Limits func() []UsedUp
	// Queued is how many writes wait for the store's writer, by class.
	Queued func() map[string]int
	// Space is what the store takes on its disk.
	Space func() (Space, bool)
	// Ready is what each check of readiness says.
	Ready func() map[string]bool
}

// Lanes are those of one kind, at one TSP, that wait for the same.
type Lanes struct {
	Kind, TSP, Waits string
	Lanes, Flying    int
}

// Slots are those of one queue of lanes, which is a kind, or a kind and a TSP; Due are the lanes that wait
// for one, less than none where they could not be counted.
type Slots struct {
	Queue          string
	Used, All, Due int
}

// Backlog is what waits in lanes of one kind at one TSP, and since when the oldest of it does.
type Backlog struct {
	Kind, TSP string
	Waiting   int
	Age       time.Duration
}

// UsedUp counts the budgets of one limit for which somebody waits.
type UsedUp struct {
	TSP, Limit string
	Budgets    int
}

// Space is the size of the store's files, and what is free on their disk, in bytes; Log and Free
// are negative where that cannot be known.
type Space struct{ Database, Log, Free int64 }
