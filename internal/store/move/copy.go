package move

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

// copy copies what is not copied yet.
func (m *mover) copy(ctx context.Context) error {
	first := slices.IndexFunc(m.tables, func(t table) bool { return t.Name == m.target.Table })
	for i := range m.tables {
		t := &m.tables[i]
		var err error
		if t.total, err = t.count(ctx, m.from); err != nil {
			return err
		}
		if i < first {
			continue
		}
		if len(t.keys) == 0 {
			err = m.replace(ctx, *t)
		} else {
			err = m.append(ctx, *t)
		}
		if err != nil {
			return fmt.Errorf("copying the table %s: %w", t.Name, err)
		}
	}
	return nil
}

// append copies the rows of a table behind those that are copied.
func (m *mover) append(ctx context.Context, t table) error {
	var after []any
	var done int64
	if m.target.Table == t.Name {
		after, done = key(m.target.After), m.target.Done
	}
	for {
		rows, err := t.page(ctx, m.from, after, nil)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := m.load(ctx, t, rows, true); err != nil {
			return err
		}
		after = t.key(rows[len(rows)-1])
		done += int64(len(rows))
		m.tell("copying", t, done)
	}
}

// load adds rows, and notes with them how far the move is if it is further by them. Of those that the target cannot
// hold each is found, by halves, and the others are added.
func (m *mover) load(ctx context.Context, t table, rows [][]any, further bool) error {
	next, err := m.further(t, rows)
	if err != nil {
		return err
	}
	value, err := next.text()
	if err != nil {
		return err
	}
	err = m.to.Write(ctx, func(l engine.Loading) error {
		if err := l.Load(t.Table, rows); err != nil || !further {
			return err
		}
		return m.note(l, value)
	})
	var unfit *engine.Unfit
	switch {
	case err == nil && further:
		m.target, m.noted = next, value
		return nil
	case !errors.As(err, &unfit):
		return err
	case len(rows) > 1:
		half := len(rows) / 2
		if err := m.load(ctx, t, rows[:half], further); err != nil {
			return err
		}
		return m.load(ctx, t, rows[half:], further)
	}
	if !further {
		m.faults.add(t, rows[0], "cannot be held by the target: "+unfit.Error())
	}
	return nil
}

// further is the mark of the target with these rows.
func (m *mover) further(t table, rows [][]any) (mark, error) {
	next := m.target
	if next.Table != t.Name {
		next.Table, next.Done = t.Name, 0
	}
	next.Done += int64(len(rows))
	var err error
	next.After, err = parts(t.key(rows[len(rows)-1]))
	return next, err
}

// note keeps a mark, if the one before it is still there.
func (m *mover) note(l engine.Loading, value []byte) error {
	n, err := l.Change(`UPDATE meta SET value = ?2 WHERE name = ?1 AND value = ?3`, []any{MarkName, value, m.noted})
	if err == nil && n == 0 {
		err = errors.New("another move fills the same database: end one of them, and go on with the other")
	}
	return err
}

// replace copies a table that has no key and few rows.
func (m *mover) replace(ctx context.Context, t table) error {
	rows, err := t.page(ctx, m.from, nil, nil)
	if err != nil {
		return err
	}
	return m.to.Write(ctx, func(l engine.Loading) error {
		if _, err := l.Change(`DELETE FROM `+quoted(t.Name), nil); err != nil {
			return err
		}
		return l.Load(t.Table, rows)
	})
}

func (m *mover) tell(doing string, t table, done int64) {
	if m.Tell != nil {
		m.Tell(Progress{doing, t.Name, done, t.total})
	}
}
