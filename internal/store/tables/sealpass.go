package tables

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// sealedOnce bounds the rows that are looked at, and so those that are changed in one transaction, for
// which every other write waits.
const sealedOnce = 100

// sealedTable is a table with columns that may be sealed. key are the columns of its primary key, and row
// those that a context names after the column's name. packed are those of the columns that are packed.
type sealedTable struct {
	name                      string
	key, row, columns, packed []string
}

// ResealEvents brings the data of events into the form in which they would be written.
func (db *DB) ResealEvents(ctx context.Context, after string) (string, int, map[string]error, error) {
	return db.reseal(ctx, after, []sealedTable{
		{"event", []string{"id"}, []string{"id"}, []string{"data"}, nil},
		{"feed", []string{"receiver", "place"}, []string{"event"}, []string{"data"}, nil},
	})
}

// ResealOperations does so with payloads and with what came of them.
func (db *DB) ResealOperations(ctx context.Context, after string) (string, int, map[string]error, error) {
	return db.reseal(ctx, after, []sealedTable{
		{"operation", []string{"seq"}, []string{"id"}, []string{"payload", "verification", "image"}, []string{"image"}},
		{"attempt", []string{"operation", "n"}, []string{"operation", "n"}, []string{"details", "headers"}, nil},
		{"exchange", []string{"operation", "try"}, []string{"operation", "try"}, []string{"calls"}, []string{"calls"}},
	})
}

// reseal looks at some rows of one table and returns where the next ones stand.
func (db *DB) reseal(ctx context.Context, after string, tables []sealedTable) (string, int, map[string]error, error) {
	if db.writer.with == nil {
		return "", 0, nil, nil
	}
	at, behind, err := readPlace(after, len(tables))
	if err != nil {
		return "", 0, nil, fmt.Errorf("reading where to go on: %w", err)
	}
	t := tables[at]
	found, err := t.read(ctx, db, behind)
	if err != nil {
		return "", 0, nil, err
	}
	renewals, closed := db.renewals(t, found)
	changed, err := db.renew(ctx, renewals)
	switch {
	case err != nil:
		return "", changed, closed, err
	case len(found) == sealedOnce:
		return placeText(at, found[sealedOnce-1][:len(t.key)]), changed, closed, nil
	case at+1 < len(tables):
		return placeText(at+1, nil), changed, closed, nil
	}
	return "", changed, closed, nil
}

// read reads rows behind a key: key, row and columns of each, one after the other.
func (t sealedTable) read(ctx context.Context, db *DB, behind []any) ([][]any, error) {
	columns := append(append(append([]string{}, t.key...), t.row...), t.columns...)
	keys, where := strings.Join(t.key, ", "), ""
	if len(behind) > 0 {
		where = " WHERE (" + keys + ") > (?" + strings.Repeat(", ?", len(behind)-1) + ")"
	}
	return list(ctx, db, `SELECT `+strings.Join(columns, ", ")+` FROM `+t.name+where+` ORDER BY `+keys+` LIMIT `+
		strconv.Itoa(sealedOnce), func(row scanner) ([]any, error) {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		return values, row.Scan(into...)
	}, behind...)
}

// renewal writes a value of a row in another form.
type renewal struct {
	statement string
	args      []any
}

// renewals are those of some rows that are not in the form in which they would be written, and why others
// do not open, which keeps none but these.
func (db *DB) renewals(t sealedTable, found [][]any) (all []renewal, closed map[string]error) {
	closed = map[string]error{}
	for _, values := range found {
		key, row, stored := values[:len(t.key)], values[len(t.key):len(t.key)+len(t.row)],
			values[len(t.key)+len(t.row):]
		for i, column := range t.columns {
			renewed := db.writer.renewed
			if slices.Contains(t.packed, column) {
				renewed = db.writer.repacked
			}
			to, err := renewed(stored[i], bound(column, parts(row)...))
			if err != nil {
				closed[t.named(row)] = fmt.Errorf("opening %s: %w", column, err)
			}
			if err != nil || to == nil {
				continue
			}
			all = append(all, renewal{`UPDATE ` + t.name + ` SET ` + column + ` = ? WHERE ` + column + ` = ? AND ` +
				strings.Join(t.key, " = ? AND ") + ` = ?`, append([]any{to, stored[i]}, key...)})
		}
	}
	return all, closed
}

// named is the name of a table and what identifies a row of it to whoever reads a log.
func (t sealedTable) named(row []any) string {
	out := t.name
	for _, value := range row {
		if raw, ok := value.([]byte); ok && len(raw) == len(uuid.UUID{}) {
			value = uuid.UUID(raw)
		}
		out += fmt.Sprint(" ", value)
	}
	return out
}

// renew writes renewals. A value that was changed meanwhile is left alone.
func (db *DB) renew(ctx context.Context, all []renewal) (changed int, err error) {
	if len(all) == 0 {
		return 0, nil
	}
	return give(ctx, db, func(tx *tx) (changed int, err error) {
		err = db.database.Erasing(func() error {
			for _, r := range all {
				n, err := tx.change(r.statement, r.args...)
				if err != nil {
					return err
				}
				changed += int(n)
			}
			return nil
		})
		return changed, err
	})
}

// parts are values of columns as parts of a context.
func parts(values []any) (out [][]byte) {
	for _, value := range values {
		switch v := value.(type) {
		case []byte:
			out = append(out, v)
		case int64:
			out = append(out, numbered(v))
		}
	}
	return out
}

// placeText writes a table's number and a key as text; readPlace reads it.
func placeText(table int, key []any) string {
	out := strconv.Itoa(table)
	for _, value := range key {
		switch v := value.(type) {
		case []byte:
			out += "/x" + hex.EncodeToString(v)
		case int64:
			out += "/i" + strconv.FormatInt(v, 10)
		}
	}
	return out
}

func readPlace(text string, tables int) (table int, key []any, err error) {
	if text == "" {
		return 0, nil, nil
	}
	first, rest, more := strings.Cut(text, "/")
	table, err = strconv.Atoi(first)
	for more && err == nil {
		first, rest, more = strings.Cut(rest, "/")
		if raw, isHex := strings.CutPrefix(first, "x"); isHex {
			var b []byte
			b, err = hex.DecodeString(raw)
			key = append(key, b)
		} else {
			var n int64
			n, err = strconv.ParseInt(strings.TrimPrefix(first, "i"), 10, 64)
			key = append(key, n)
		}
	}
	return min(max(table, 0), tables-1), key, err
}
