package tsp

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
)

// Rival is another operation of the same connection that was sent to the TSP: it took effect, or
// may have. A look-up that knows a write by its content alone may come upon a rival's.
type Rival struct {
	// Operation identifies it, as Write.Operation does the write.
	Operation uuid.UUID
	Capability
	Payload resource.Payload
	Refs    resource.Refs
	// SourceID and Collection are what it made; "" where that is not known.
	SourceID   resource.SourceID
	Collection string
	// SentAt is when the oldest of its attempts began that counts, and EndedAt when the newest
	// ended. What it made at the TSP was made between them, or later where it is not Certain.
	SentAt, EndedAt time.Time
	// Certain tells that it took effect; else it may have.
	Certain bool
	// Twin tells that nobody could tell the two apart, and that its outcome is looked for as the
	// write's own is: no call for it is under way, and it ends as found or is sent again. Earlier
	// tells that it was accepted before the write.
	Twin, Earlier bool
	// UnderWay tells that a call for it is under way, or that its answer is not stored: it may yet be told any id that
	// nobody holds.
	UnderWay bool
}

// Text is what the rival says, if it is a message to one or to several; else "".
func (r Rival) Text() string {
	switch p := r.Payload.(type) {
	case *resource.Message:
		return p.MessageText.Or("")
	case *resource.GroupMessage:
		return p.MessageText.Or("")
	}
	return ""
}

// Clock is the clock by which a look-up compares times with SentAt and those of rivals: the write's
// own, or else that of the adapter. Two that differ would shift what is looked for.
func (w Write) Clock(adapters func() time.Time) func() time.Time {
	if w.Now != nil {
		return w.Now
	}
	return adapters
}

// Rivals returns the rivals of a write that ended at a time or later, or have not ended, in no
// order. Its error is an *Error.
type Rivals func(ctx context.Context, since time.Time) ([]Rival, error)

// Look is how an adapter looks for a write of which the TSP shows nothing but its content.
type Look struct {
	// Same tells whether a rival may have left something that equals what the write would leave.
	Same func(Rival) bool
	// List reads what the TSP holds since a time of our clock's.
	List func(ctx context.Context, since time.Time) error
	// Slack is how far the beginning of what List reads may be off, to either side.
	Slack time.Duration
	// Now is our clock.
	Now func() time.Time
}

// Alike are the rivals among whose things a look-up must tell its own.
type Alike struct {
	// Certain rivals left one thing each in what was listed, and Open ones one or none.
	Certain, Open []Rival
	// named tells that what was listed has ids, of which Ours is to leave one.
	named bool
}

// longestWindow bounds how far back rivals draw what is listed. Of those that reach out of it nobody
// knows whether their things are in it.
const longestWindow = 6 * time.Hour

// Alike lists what the TSP holds since shortly before the write's first open attempt, and returns
// whose it may be. The list begins earlier where a rival's thing may lie on its edge, so that each
// is in it as a whole. Rivals are asked for before the list and after it: before for that, and after
// because whoever has begun meanwhile may be in it.
func (w Write) Alike(ctx context.Context, look Look) (Alike, error) {
	since, earliest := w.SentAt.Add(-look.Slack), w.SentAt.Add(-longestWindow)
	_, since, err := w.window(ctx, look, since, earliest)
	for err == nil {
		began := look.Now()
		if err = look.List(ctx, since); err != nil {
			break
		}
		ended := look.Now()
		rivals, from, failed := w.window(ctx, look, since, earliest)
		if err = failed; err == nil && from.Equal(since) {
			return w.sorted(rivals, since.Add(look.Slack), began, ended), nil
		}
		since = from
	}
	return Alike{}, err
}

// window returns the rivals whose things may be in what is listed since a time, and the time itself,
// earlier where the rivals draw it back.
func (w Write) window(ctx context.Context, look Look, since, earliest time.Time) ([]Rival, time.Time, error) {
	if w.Rivals == nil {
		return nil, since, nil
	}
	for {
		edge := since.Add(-look.Slack)
		all, err := w.Rivals(ctx, edge.Add(-w.late()))
		if err != nil {
			return nil, since, err
		}
		all = slices.DeleteFunc(slices.Clone(all), func(r Rival) bool {
			last := r.EndedAt
			if !r.Certain {
				last = last.Add(w.late())
			}
			return !look.Same(r) || last.Before(edge)
		})
		from := since
		for _, r := range all {
			if at := r.SentAt.Add(-look.Slack); (r.Certain || r.Twin) && at.Before(from) && !at.Before(earliest) {
				from = at
			}
		}
		if from.Equal(since) {
			return all, since, nil
		}
		since = from
	}
}

// late is how long after its end an attempt may still take effect, and how long a list may lag.
func (w Write) late() time.Duration { return cmp.Or(w.Settles, DefaultSettling) }

// sorted tells the rivals that surely left something in what was listed, between began and ended,
// from those that may have. inside is the time from which on a thing is certainly listed.
func (w Write) sorted(rivals []Rival, inside, began, ended time.Time) Alike {
	var a Alike
	for _, r := range rivals {
		switch shown := r.EndedAt.Add(w.late()); {
		case r.SentAt.After(ended):
		case r.Certain && !r.SentAt.Before(inside) && !shown.After(began):
			a.Certain = append(a.Certain, r)
		default:
			// What a twin left must be listed, or it cannot be shared out.
			r.Twin = r.Twin && !r.SentAt.Before(inside)
			a.Open = append(a.Open, r)
		}
	}
	return a
}

// Of narrows to the rivals of which something holds.
func (a Alike) Of(holds func(Rival) bool) Alike {
	not := func(r Rival) bool { return !holds(r) }
	a.Certain, a.Open = slices.DeleteFunc(slices.Clone(a.Certain), not), slices.DeleteFunc(slices.Clone(a.Open), not)
	return a
}

// Unclaimed is for TSPs whose lists give ids. It returns those of the listed ids that no rival holds,
// and the rivals that they may belong to. A rival whose id is not listed may be listed late or by
// another id, so it stays open.
func (a Alike) Unclaimed(ids []resource.SourceID) ([]resource.SourceID, Alike) {
	all := slices.Concat(a.Certain, a.Open)
	free := slices.DeleteFunc(slices.Clone(ids), func(id resource.SourceID) bool {
		return slices.ContainsFunc(all, func(r Rival) bool { return r.SourceID == id })
	})
	nameless := a.Of(func(r Rival) bool { return r.SourceID == "" })
	missed := a.Of(func(r Rival) bool { return r.SourceID != "" && !slices.Contains(ids, r.SourceID) })
	nameless.Open, nameless.named = slices.Concat(nameless.Open, missed.Open, missed.Certain), true
	return free, nameless
}

// Ours tells whether one of n listed things, all equal to what the write would leave, is the write's
// own: n equal writes need n of them. Its error, of class Unknown, says that nobody can tell.
//
// Twins share what is left of n in the order in which they were accepted, and whoever comes away
// with nothing is sent again. Whose thing each took is all the same: as many are there in the end. Whose id each has is not:
// an answer that is still to come tells one, so that of those that are left Unclaimed none is adopted before.
func (a Alike) Ours(n int) (bool, error) {
	before, others := 0, 0
	for _, r := range a.Open {
		switch {
		case !r.Twin:
			others++
		case r.Earlier:
			before++
		}
	}
	switch left := n - len(a.Certain); {
	case left <= before:
		return false, nil
	case left <= before+others, a.named && slices.ContainsFunc(a.Open, func(r Rival) bool { return r.UnderWay }):
		return false, indistinct()
	}
	return true, nil
}

// indistinct is the end of a look-up that found what may be another operation's.
func indistinct() error {
	return &Error{Class: Unknown, Message: "the TSP holds what an equal operation may have left, and nothing tells them apart"}
}
