package record

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Source is what an import reads: one connection of a fleet to one account at a TSP. Account is
// that of the connection. Records take their ids from it, so it must not be another's.
type Source struct {
	Target  tsp.Target
	Fleet   uuid.UUID
	Account string
	Pace    tsp.Pacer
	// Until is when an import pauses behind the page that it reads; zero for never.
	Until time.Time
}

// ErrPaused ends an import that has had its turn. Its sweep goes on when it is run again.
var ErrPaused = errors.New("the import has had its turn")

// The bounds of an import whose TSP never ends its list, and of one that loses many records.
const (
	// A cursor that leads in a circle would otherwise be followed for ever.
	maxPages   = 10_000
	lossesOnce = 200
	// A page may be a whole list, and each new record in it an event for each partner that listens and a
	// delivery for each of its subscriptions, of which webhook.MostOfOne hear it: all other writes wait
	// for the transaction.
	savesOnce = 50
)

// Importer brings records up to date. It keeps nothing between imports; what goes on is in a
// Sweep.
type Importer struct {
	Caller *tsp.Caller
	Store  Sweeps
	Now    func() time.Time
}

// Sweep is one import of a kind on its way. A sweep that failed for a passing reason can be run
// again and goes on behind the last page that it saved. It belongs to one import at a time and has
// no lock.
type Sweep struct {
	Kind  resource.Kind
	Began time.Time
	// Since is back to when events are asked for; zero for what is no event.
	Since time.Time
	// Seen counts the records met so far in the reading under way, the first or the second.
	Seen int
	// Lost counts the records that are gone.
	Lost int
	// Foreign are the records that the list holds and that are known as of another kind, once for each
	// time that they were met.
	Foreign []uuid.UUID

	cursor string
	pages  int
	ids    map[uuid.UUID]struct{}
	// missed are records that an earlier pass did not meet; nil before the first pass has ended.
	missed map[uuid.UUID]struct{}
}

// NewSweep begins an import of a kind. since is back to when it asks for events; nothing else heeds
// it.
func (i Importer) NewSweep(kind resource.Kind, since time.Time) *Sweep {
	s := &Sweep{Kind: kind, Began: i.clock(), ids: map[uuid.UUID]struct{}{}}
	if kind.Facts().Log {
		s.Since = since
	}
	return s
}

func (i Importer) clock() time.Time { return i.Now().UTC().Truncate(time.Microsecond) }

// Run reads the kind's list to its end and saves what it holds. Records that it did not meet are
// looked for in a second pass at once, because lists that change while they are read can skip a
// record; what neither pass met is lost. The error is a *tsp.Error or one of the store. A third
// pass would meet the same again: what changes as fast as that is found by the next import. Events
// are read once and never lost: their list begins at a time, and what happened stays so.
func (i Importer) Run(ctx context.Context, from Source, s *Sweep) error {
	for {
		for done := false; !done; {
			var err error
			if done, err = i.page(ctx, from, s); err != nil {
				return err
			}
			if !done && !from.Until.IsZero() && i.Now().After(from.Until) {
				return ErrPaused
			}
		}
		if s.Kind.Facts().Log {
			return nil
		}
		missed, err := i.unmet(ctx, from, s)
		if err != nil {
			return err
		}
		if len(missed) == 0 || s.missed != nil {
			return i.lose(ctx, from, s, missed)
		}
		s.missed, s.cursor, s.pages, s.ids = missed, "", 0, map[uuid.UUID]struct{}{}
	}
}

// page reads and saves one page and tells whether it was the last one.
func (i Importer) page(ctx context.Context, from Source, s *Sweep) (done bool, err error) {
	// From before the call: a write that is settled while the page is on its way is newer than the
	// page.
	asked := i.clock()
	list := tsp.List{Kind: s.Kind, Cursor: s.cursor, Since: s.Since, Pace: from.Pace}
	page, end := i.Caller.List(ctx, from.Target, list)
	if end != nil {
		return false, end
	}
	// Broken, which is not tried again: the next try would read as many pages.
	if s.pages++; s.pages > maxPages {
		return false, &tsp.Error{Class: tsp.Broken, Message: fmt.Sprintf("the list does not end within %d pages", maxPages)}
	}
	batch, err := i.records(ctx, from, s.Kind, page.Records)
	if err != nil {
		return false, err
	}
	now := i.clock()
	for n := range batch {
		batch[n].SeenAt, batch[n].UpdatedAt = asked, now
	}
	var foreign []uuid.UUID
	for some := range slices.Chunk(batch, savesOnce) {
		other, err := i.Store.SaveRecords(ctx, some)
		if err != nil {
			return false, fmt.Errorf("saving imported records: %w", err)
		}
		foreign = append(foreign, other...)
	}
	s.Foreign = append(s.Foreign, foreign...)
	for _, r := range batch {
		s.ids[r.ID] = struct{}{}
	}
	// Only now: a page that could not be saved is read again.
	s.Seen, s.cursor = len(s.ids), page.Next
	return page.Next == "", nil
}

// Take saves one record that was read by itself, as of when it was asked for.
func (i Importer) Take(ctx context.Context, from Source, kind resource.Kind, asked time.Time, one tsp.Record) error {
	batch, err := i.records(ctx, from, kind, []tsp.Record{one})
	if err != nil {
		return err
	}
	batch[0].SeenAt, batch[0].UpdatedAt = asked, i.clock()
	if _, err := i.Store.SaveRecords(ctx, batch); err != nil {
		return fmt.Errorf("saving a record that was read back: %w", err)
	}
	return nil
}

// records turns a page into records. Whom they name is looked up once for all of them, and may be in
// the page itself, as an answer and its question are.
func (i Importer) records(ctx context.Context, from Source, kind resource.Kind, page []tsp.Record) ([]Record, error) {
	of := func(r tsp.Record) Record {
		return Record{Kind: kind, Fleet: from.Fleet, TSP: from.Target.TSP, Account: from.Account, Collection: r.Collection,
			SourceID: r.SourceID, Imported: true, Connection: from.Target.Connection}
	}
	var named []uuid.UUID
	for _, r := range page {
		named = append(named, of(r).naming(r)...)
	}
	peers, err := PeersOf(ctx, i.Store, named)
	if err != nil {
		return nil, err
	}
	for _, r := range page {
		one := of(r)
		if _, known := peers[one.id()]; !known && len(named) > 0 {
			peers[one.id()] = one
		}
	}
	out := make([]Record, len(page))
	for n, r := range page {
		one, err := of(r).told(r, peers)
		if err != nil {
			return nil, &tsp.Error{Class: tsp.Broken, Message: "the list holds a record that cannot be read", Err: err}
		}
		out[n] = one.Identify()
	}
	return out, nil
}

// unmet returns the records that the connection reached before the sweep began and that the pass
// did not meet, nor the pass before it. Whatever was written or brought since the sweep began is
// not asked for: the list may be older.
func (i Importer) unmet(ctx context.Context, from Source, s *Sweep) (map[uuid.UUID]struct{}, error) {
	reached, err := i.Store.ReachedSince(ctx, from.Target.Connection, s.Kind, s.Began)
	if err != nil {
		return nil, fmt.Errorf("listing the records of before the import: %w", err)
	}
	out := map[uuid.UUID]struct{}{}
	for _, id := range reached {
		_, met := s.ids[id]
		_, missed := s.missed[id]
		if !met && (missed || s.missed == nil) {
			out[id] = struct{}{}
		}
	}
	return out, nil
}

// lose takes what is missed out of the connection's reach, some at a time, because the store does
// nothing else meanwhile.
func (i Importer) lose(ctx context.Context, from Source, s *Sweep, missed map[uuid.UUID]struct{}) error {
	l := Loss{Connection: from.Target.Connection, Before: s.Began, At: i.clock()}
	flush := func() error {
		if err := i.Store.LoseRecords(ctx, l); err != nil {
			return fmt.Errorf("marking records as deleted: %w", err)
		}
		s.Lost += len(l.Records)
		l.Records = nil
		return nil
	}
	for id := range missed {
		if l.Records = append(l.Records, id); len(l.Records) == lossesOnce {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if len(l.Records) == 0 {
		return nil
	}
	return flush()
}
