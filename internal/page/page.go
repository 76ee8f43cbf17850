// Package page holds what every list shares: a place in it, the window through which a caller
// looks, the page that the window shows, and the opaque cursors that lead from page to page.
// It is a leaf, and knows neither what is listed nor how it is stored.
package page

import (
	"time"

	"github.com/google/uuid"
)

// Position is an entry's place in a sorted list. Each list uses some of its members, always the
// same: At or Text is what the list is sorted by, and Seq or ID orders entries that are equal in
// it. No entry's position is zero.
type Position struct {
	// At is kept to the microsecond.
	At   time.Time
	Text string
	Seq  int64
	// ID is compared as bytes.
	ID uuid.UUID
}

// IsZero tells whether no position is set.
func (p Position) IsZero() bool {
	return p.Seq == 0 && p.ID == uuid.Nil && p.Text == "" && p.At.IsZero()
}

// Window is the part of a list that is wanted: the entries that follow Place in the list's
// order, or with Backwards those that precede it, the nearest ones of either. Without a Place it
// is the beginning of the list. What it shows is in the list's order in either case and does not
// hold the entry at Place itself.
type Window struct {
	Place     Position
	Backwards bool
	// Limit is the most that is shown, 1 or more.
	Limit int
}

// Wider is the window that a store is asked for: one entry more tells whether a page lies behind
// this one.
func (w Window) Wider() Window {
	w.Limit++
	return w
}

// Page is what a window shows of a list.
type Page[T any] struct {
	Items []T
	// Total counts the entries of the whole list; nil if nobody counted them.
	Total *int
	// Previous is the place before which the page before this one ends, and Next the place behind
	// which the next one begins; zero if there is none.
	Previous, Next Position
}

// Cut makes a page from the entries that were found for w.Wider(). at tells an entry's place.
func Cut[T any](found []T, w Window, at func(T) Position) Page[T] {
	ahead, behind := len(found) > w.Limit, !w.Place.IsZero()
	if ahead && w.Backwards {
		found = found[len(found)-w.Limit:]
	} else if ahead {
		found = found[:w.Limit]
	}
	p := Page[T]{Items: found}
	if w.Backwards {
		ahead, behind = behind, ahead
	}
	if ahead && len(found) > 0 {
		p.Next = at(found[len(found)-1])
	}
	if behind && len(found) > 0 {
		p.Previous = at(found[0])
	}
	return p
}

// Found is what a store has found of a list for a window. A store that looks at a part of a list alone, whatever it
// finds there, tells up to which place it has looked; Looked is zero if what was found ends by the window or the list.
type Found[T any] struct {
	Entries []T
	Looked  Position
}

// Cut is Cut for a list of which a part was looked at. The page may be short, or empty, and lead on.
func (f Found[T]) Cut(w Window, at func(T) Position) Page[T] {
	p := Cut(f.Entries, w, at)
	if f.Looked.IsZero() || len(f.Entries) > w.Limit {
		return p
	}
	// Nothing lies between the place and what was looked at, so an empty page ends and begins there.
	empty := len(f.Entries) == 0 && !w.Place.IsZero()
	if !w.Backwards || empty {
		p.Next = f.Looked
	}
	if w.Backwards || empty {
		p.Previous = f.Looked
	}
	return p
}

// With is the page with its items in another form.
func With[T, E any](p Page[E], items []T) Page[T] {
	return Page[T]{Items: items, Total: p.Total, Previous: p.Previous, Next: p.Next}
}

// Map is the page with each item in another form.
func Map[E, T any](p Page[E], form func(E) T) Page[T] {
	items := make([]T, len(p.Items))
	for i, e := range p.Items {
		items[i] = form(e)
	}
	return With(p, items)
}
