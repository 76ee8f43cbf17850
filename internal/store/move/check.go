package move

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// check compares each row of the source with that of the target, and that the target has no others.
func (m *mover) check(ctx context.Context) ([]Count, error) {
	counts := make([]Count, len(m.tables))
	for i, t := range m.tables {
		n, err := m.checkTable(ctx, t)
		if err != nil {
			return nil, fmt.Errorf("comparing the table %s: %w", t.Name, err)
		}
		counts[i] = Count{t.Name, n}
	}
	return counts, nil
}

func (m *mover) checkTable(ctx context.Context, t table) (n int64, err error) {
	before := m.faults.count
	if len(t.keys) == 0 {
		n, err = m.checkWhole(ctx, t)
	} else {
		n, err = m.checkPages(ctx, t)
	}
	if err != nil {
		return n, err
	}
	has, err := t.count(ctx, m.to)
	if err == nil && has != n && m.faults.count == before {
		m.faults.add(t, nil, fmt.Sprintf("has %d rows in the source and %d in the target", n, has))
	}
	return n, err
}

// checkWhole compares a table that has no key.
func (m *mover) checkWhole(ctx context.Context, t table) (int64, error) {
	rows, err := t.page(ctx, m.from, nil, nil)
	if err != nil {
		return 0, err
	}
	others, err := t.page(ctx, m.to, nil, nil)
	if err != nil {
		return 0, err
	}
	for _, row := range rows {
		if !slices.ContainsFunc(others, func(other []any) bool { return t.unlike(row, other) == "" }) {
			m.faults.add(t, nil, "is not as in the source")
		}
	}
	return int64(len(rows)), nil
}

// checkPages reads the rows between the same two keys of both sides.
func (m *mover) checkPages(ctx context.Context, t table) (n int64, err error) {
	var after []any
	for {
		rows, err := t.page(ctx, m.from, after, nil)
		if err != nil || len(rows) == 0 {
			return n, err
		}
		last := t.key(rows[len(rows)-1])
		if err := m.checkPage(ctx, t, rows, after); err != nil {
			return n, err
		}
		after = last
		n += int64(len(rows))
		m.tell("comparing", t, n)
	}
}

// checkPage compares the rows of a page. Texts that PostgreSQL does not hold as they are sort elsewhere there, so
// that a row which is not in its page is asked for. One that the target does not have is added: it could not be held
// when the others were copied, and may have been mended since.
func (m *mover) checkPage(ctx context.Context, t table, rows [][]any, after []any) error {
	there, err := t.page(ctx, m.to, after, t.key(rows[len(rows)-1]))
	if err != nil {
		return err
	}
	others := make(map[string][]any, len(there))
	for _, other := range there {
		others[t.id(other)] = other
	}
	for _, row := range rows {
		other := others[t.id(row)]
		if other == nil {
			if other, err = m.found(ctx, t, row); err != nil {
				return err
			}
		}
		if other == nil {
			continue
		}
		if column := t.unlike(row, other); column != "" {
			m.faults.add(t, row, "differs in the column "+column+" from that of the target")
		}
	}
	return nil
}

// found asks the target for a row, and adds it if it is not there. One that cannot be added is nil, and told.
func (m *mover) found(ctx context.Context, t table, row []any) ([]any, error) {
	other, err := t.find(ctx, m.to, t.key(row))
	if err != nil || other != nil {
		return other, err
	}
	if err := m.load(ctx, t, [][]any{row}, false); err != nil {
		return nil, err
	}
	return t.find(ctx, m.to, t.key(row))
}

// mostFaults bounds how many faults are told.
const mostFaults = 20

// faults are the rows for which the two databases are not equal.
type faults struct {
	count int
	told  []string
}

func (f *faults) add(t table, row []any, why string) {
	f.count++
	if len(f.told) >= mostFaults {
		return
	}
	what := "the table " + t.Name
	if row != nil {
		what += ", the row " + t.shown(t.key(row))
	}
	f.told = append(f.told, what+", "+why)
}

// err tells what is wrong. Nothing was lost: the source is as it was.
func (f *faults) err() error {
	if f.count == 0 {
		return nil
	}
	more := ""
	if f.count > len(f.told) {
		more = fmt.Sprintf("\n  and %d more", f.count-len(f.told))
	}
	return fmt.Errorf("%d rows are not moved, and the source is as it was: mend or remove them there and run the same "+
		"again; if the target was changed, empty it first; or stay with `waybill move --give-up`:\n  %s%s", f.count,
		strings.Join(f.told, "\n  "), more)
}
