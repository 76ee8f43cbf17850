package engine

import (
	"cmp"
	"slices"
	"time"
)

// Migration is a step by which tables were changed, or would be.
type Migration struct {
	Version int64
	// Name is that of its file; "" for one of a newer release, which this one does not know.
	Name string
	// AppliedAt is zero for one that is pending.
	AppliedAt time.Time
}

// Tables are what a release makes of the tables of a database.
type Tables struct {
	Migrations []Migration
	// Unfit says why this release does not run over them, and what to do; nil if it does, once those that are
	// pending are applied.
	Unfit error
}

// Pending is how many migrations are to be applied.
func (t Tables) Pending() (n int) {
	for _, m := range t.Migrations {
		if m.AppliedAt.IsZero() {
			n++
		}
	}
	return n
}

// Applied is a list of migrations, by their versions, in which one was applied.
func Applied(all []Migration, m Migration) []Migration {
	at, known := slices.BinarySearchFunc(all, m.Version, func(one Migration, v int64) int { return cmp.Compare(one.Version, v) })
	if !known {
		return slices.Insert(all, at, m)
	}
	all[at].AppliedAt = m.AppliedAt
	return all
}
