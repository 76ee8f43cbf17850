// Package move brings everything from one database into another, an empty one, while no service works over either.
// It goes table by table, in pages; the target holds how far it is, in the same transactions as the rows, so that a
// move that was ended at any moment goes on from there. Then each row of the source is compared with that of the
// target.
//
// A mark in the table meta of each side says how far it is, and no service starts over a database that is not whole
// or was left: at every moment there is one over which it may, or none. The source is left before the target has
// arrived, so that there are never two.
package move

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

// Side is one of the two databases. Place names it for the operator.
type Side struct {
	engine.Whole
	Place string
}

// Progress is how far a move is.
type Progress struct {
	// Doing is a verb, such as "copying".
	Doing, Table string
	// Done counts the rows of the table, of which there are Of.
	Done, Of int64
}

// Count is how many rows of a table are moved.
type Count struct {
	Table string
	Rows  int64
}

// Options are what a move is told by.
type Options struct {
	Now func() time.Time
	// Tell is told after each page how far the move is.
	Tell func(Progress)
}

// mover is one move.
type mover struct {
	Options
	from, to Side
	tables   []table
	// source and target are the marks as they are stored; of the target also as a text. former is what the target
	// held before the move began.
	source, target, former mark
	noted                  []byte
	faults                 faults
}

// Run moves everything, or goes on with a move that has begun, and counts the rows of each table. Of one that is
// done it tells when that was: nothing is counted then.
func Run(ctx context.Context, from, to Side, o Options) ([]Count, error) {
	m, err := begun(ctx, from, to, o)
	if err != nil {
		return nil, err
	}
	switch {
	case m.target.State == arrived:
		return nil, nil
	case m.source.State == left:
		// It ended between the last two steps.
		return nil, m.arrive(ctx)
	case m.target.State != arriving:
		err = m.mark(ctx)
	}
	if err == nil {
		err = m.copy(ctx)
	}
	var counts []Count
	if err == nil {
		counts, err = m.check(ctx)
	}
	if err == nil {
		err = m.faults.err()
	}
	if err == nil {
		err = m.end(ctx)
	}
	return counts, err
}

// Plan counts what a move would copy, and tells why it could not be done. It changes nothing. The target may be
// left out, if it does not exist.
func Plan(ctx context.Context, from, to Side) ([]Count, error) {
	if to.Whole == nil {
		to.Whole = from.Whole
		value, err := meta(ctx, from)
		if err == nil {
			err = mayLeave(from, value)
		}
		if err != nil {
			return nil, err
		}
	} else if _, err := begun(ctx, from, to, Options{}); err != nil {
		return nil, err
	}
	tables, err := planned(ctx, from, to)
	if err != nil {
		return nil, err
	}
	counts := make([]Count, len(tables))
	for i, t := range tables {
		n, err := t.count(ctx, from)
		if err != nil {
			return nil, err
		}
		counts[i] = Count{t.Name, n}
	}
	return counts, nil
}

// begun reads where a move stands, and refuses what is none.
func begun(ctx context.Context, from, to Side, o Options) (*mover, error) {
	m := &mover{Options: o, from: from, to: to}
	if from.Place == to.Place {
		return nil, fmt.Errorf("%s is both what is moved and where to; nothing was changed", from.Place)
	}
	var err error
	if m.source, err = meta(ctx, from); err != nil {
		return nil, err
	}
	if m.target, err = meta(ctx, to); err != nil {
		return nil, err
	}
	if m.tables, err = planned(ctx, from, to); err != nil {
		return nil, err
	}
	same := m.source.ID == m.target.ID && m.source.ID != uuid.Nil
	switch s, t := m.source.State, m.target.State; {
	case same && (s == leaving && t == arriving || s == left && (t == arriving || t == arrived)):
		m.noted, err = m.target.text()
		return m, err
	case t == arriving:
		return nil, fmt.Errorf("%s is being filled from %s by another move, which began at %s: %w", to.Place, m.target.Peer,
			m.target.at(), errNotEmpty)
	}
	if err := mayLeave(from, m.source); err != nil {
		return nil, err
	}
	// What another move has left there, of a database that came from elsewhere, does not count.
	m.former, m.target = m.target, mark{}
	return m, m.refuseFull(ctx)
}

// mayLeave refuses a source that is none.
func mayLeave(from Side, m mark) error {
	switch m.State {
	case left:
		return fmt.Errorf("%s was moved to %s at %s already; that is where to move from", from.Place, m.Peer, m.at())
	case arriving:
		return fmt.Errorf("%s is not whole: it is being filled from %s since %s", from.Place, m.Peer, m.at())
	}
	return nil
}

// refuseFull refuses a target that holds something.
func (m *mover) refuseFull(ctx context.Context) error {
	for _, t := range m.tables {
		// What has no key is as the migrations have made it.
		if len(t.keys) == 0 {
			continue
		}
		n, err := t.count(ctx, m.to)
		if err != nil {
			return err
		}
		if n > 0 {
			return fmt.Errorf("%s holds %d rows in the table %s, and nothing was changed: %w", m.to.Place, n, t.Name,
				errNotEmpty)
		}
	}
	return nil
}

// meta reads the mark of a side.
func meta(ctx context.Context, of Side) (mark, error) {
	var value []byte
	err := of.Read(ctx, `SELECT value FROM meta WHERE name = ?1`, []any{MarkName},
		func(r engine.Row) error { return r.Scan(&value) })
	if err != nil {
		return mark{}, err
	}
	return readMark(value)
}

// mark marks both sides, the source first: from then on nobody changes it. A target that was begun anew makes the
// one before it worthless.
func (m *mover) mark(ctx context.Context) error {
	now := m.Now()
	was := m.source
	m.source = mark{ID: uuid.New(), State: leaving, Peer: m.to.Place, At: now}
	m.target = mark{ID: m.source.ID, State: arriving, Peer: m.from.Place, At: now}
	if err := put(ctx, m.from, was, m.source); err != nil {
		return err
	}
	var err error
	if m.noted, err = m.target.text(); err != nil {
		return err
	}
	return put(ctx, m.to, m.former, m.target)
}

// errMeanwhile is why a side is not marked that another one has marked.
var errMeanwhile = errors.New("it is not as this move has left it: another move goes on with it, or it was given up; " +
	"the same `waybill move` tells how it stands")

// put marks a side that is still marked as it was. Processes that work over it read the mark, as they are told that
// others have changed something.
func put(ctx context.Context, on Side, was, m mark) error {
	value, err := m.text()
	if err != nil {
		return err
	}
	query, args := `INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING`, []any{MarkName, value}
	if was.State != "" {
		stood, err := was.text()
		if err != nil {
			return err
		}
		query, args = `UPDATE meta SET value = ?2 WHERE name = ?1 AND value = ?3`, append(args, stood)
	}
	err = on.Write(ctx, func(l engine.Loading) error {
		n, err := l.Change(query, args)
		switch {
		case err != nil:
			return err
		case n == 0:
			return errMeanwhile
		}
		_, err = l.Change(`INSERT INTO change (thing, a) VALUES ('move', ?1)`, []any{[]byte{}})
		return err
	})
	if err != nil {
		return fmt.Errorf("marking %s: %w", on.Place, err)
	}
	return nil
}

// end ends a move of which everything was compared.
func (m *mover) end(ctx context.Context) error {
	stands, err := m.from.Standing(ctx)
	if err != nil {
		return err
	}
	err = m.to.Write(ctx, func(l engine.Loading) error {
		for _, t := range m.tables {
			if err := l.Loaded(t.Table); err != nil {
				return err
			}
		}
		if stands.Restored {
			return l.Stand(stands.At)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("ending the move: %w", err)
	}
	was := m.source
	m.source.State, m.source.At = left, m.Now()
	if err := put(ctx, m.from, was, m.source); err != nil {
		return err
	}
	return m.arrive(ctx)
}

func (m *mover) arrive(ctx context.Context) error {
	was := m.target
	m.target = mark{ID: was.ID, State: arrived, Peer: was.Peer, At: m.source.At}
	return put(ctx, m.to, was, m.target)
}
