package move

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

// A page is what is in memory at once of each side: it ends with the row that makes it as large as one of these.
const (
	pageRows  = 2000
	pageBytes = 4 << 20
)

var errFull = errors.New("the page is full")

// page reads the rows behind a key, up to another one if that is given, in the order of the database. A table
// without a key is one page.
func (t table) page(ctx context.Context, in engine.Whole, after, upTo []any) (rows [][]any, err error) {
	var conditions []string
	var args []any
	for _, bound := range []struct {
		is  string
		key []any
	}{{">", after}, {"<=", upTo}} {
		if bound.key == nil {
			continue
		}
		places := make([]string, len(bound.key))
		for i, v := range bound.key {
			args = append(args, v)
			places[i] = fmt.Sprintf("?%d", len(args))
		}
		conditions = append(conditions, fmt.Sprintf("(%s) %s (%s)", t.names(t.keys), bound.is, strings.Join(places, ", ")))
	}
	text := `SELECT ` + t.all() + ` FROM ` + quoted(t.Name) + t.where(conditions...)
	if len(t.keys) > 0 {
		text += ` ORDER BY ` + t.names(t.keys) + fmt.Sprintf(` LIMIT %d`, pageRows)
	}
	size := 0
	err = in.Read(ctx, text, args, func(r engine.Row) error {
		row, err := t.row(r)
		if err != nil {
			return err
		}
		rows = append(rows, row)
		for _, v := range row {
			size += weight(v)
		}
		if size >= pageBytes && len(t.keys) > 0 {
			return errFull
		}
		return nil
	})
	if errors.Is(err, errFull) {
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("reading the table %s behind %s: %w", t.Name, t.shown(after), err)
	}
	return rows, err
}

// find reads the row of a key; nil if there is none.
func (t table) find(ctx context.Context, in engine.Whole, key []any) (row []any, err error) {
	conditions := make([]string, len(key))
	for i, at := range t.keys {
		conditions[i] = fmt.Sprintf("%s = ?%d", quoted(t.Columns[at].Name), i+1)
	}
	err = in.Read(ctx, `SELECT `+t.all()+` FROM `+quoted(t.Name)+t.where(conditions...), key,
		func(r engine.Row) (err error) {
			row, err = t.row(r)
			return err
		})
	return row, err
}

func (t table) row(r engine.Row) ([]any, error) {
	row, into := make([]any, len(t.Columns)), make([]any, len(t.Columns))
	for i := range row {
		into[i] = &row[i]
	}
	if err := r.Scan(into...); err != nil {
		return nil, fmt.Errorf("the table %s: %w", t.Name, err)
	}
	return row, nil
}

func weight(v any) int {
	switch v := v.(type) {
	case string:
		return len(v) + 16
	case []byte:
		return len(v) + 24
	}
	return 16
}

// unlike returns the name of the first column in which two rows differ, "" if they are equal.
func (t table) unlike(a, b []any) string {
	for i := range a {
		x, y := a[i], b[i]
		if t.bytes[i] {
			x, y = asBytes(x), asBytes(y)
		}
		if !equal(x, y) {
			return t.Columns[i].Name
		}
	}
	return ""
}

// asBytes is a text as its bytes.
func asBytes(v any) any {
	if text, ok := v.(string); ok {
		return []byte(text)
	}
	return v
}

func equal(x, y any) bool {
	a, ok := x.([]byte)
	if !ok {
		_, bytes := y.([]byte)
		return !bytes && x == y
	}
	b, ok := y.([]byte)
	return ok && string(a) == string(b)
}

// id is the key of a row as one text, by which rows are found in memory.
func (t table) id(row []any) string {
	var text []byte
	for _, at := range t.keys {
		v := row[at]
		if t.bytes[at] {
			v = asBytes(v)
		}
		switch v := v.(type) {
		case int64:
			text = strconv.AppendInt(append(text, 'n'), v, 10)
		case string:
			text = append(strconv.AppendInt(append(text, 't'), int64(len(v)), 10), ':')
			text = append(text, v...)
		case []byte:
			text = append(strconv.AppendInt(append(text, 'b'), int64(len(v)), 10), ':')
			text = append(text, v...)
		}
	}
	return string(text)
}

// shown is a key for the operator.
func (t table) shown(key []any) string {
	if len(key) == 0 {
		return "its beginning"
	}
	all := make([]string, len(key))
	for i, v := range key {
		form := "%s = %v"
		switch v.(type) {
		case []byte:
			form = "%s = x'%x'"
		case string:
			form = "%s = %q"
		}
		all[i] = fmt.Sprintf(form, t.Columns[t.keys[i]].Name, v)
	}
	return strings.Join(all, ", ")
}
