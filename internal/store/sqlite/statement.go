package sqlite

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"

	"github.com/google/uuid"
	"github.com/ncruces/go-sqlite3"
)

// statement is a prepared statement that is kept. It is the driver's own: what database/sql puts around
// one (locks, copies of the arguments, a context) costs as much as a small statement itself.
type statement struct{ *sqlite3.Stmt }

// statements are those of one connection, by their texts.
type statements map[string]statement

// bound prepares each text once and keeps it, so texts must not hold values, and gives it its arguments.
func (all statements) bound(conn *sqlite3.Conn, query string, args []any) (statement, error) {
	s, there := all[query]
	if !there {
		stmt, _, err := conn.PrepareFlags(query, sqlite3.PREPARE_PERSISTENT)
		if err != nil {
			return statement{}, fmt.Errorf("preparing a statement: %w", err)
		}
		s = statement{stmt}
		all[query] = s
	}
	return s, s.bind(args)
}

func (all statements) close() (err error) {
	for _, s := range all {
		err = errors.Join(err, s.Close())
	}
	return err
}

// bind gives the statement its arguments. What an earlier run was given is overwritten.
func (s statement) bind(args []any) error {
	for i, arg := range args {
		if err := s.bindOne(i+1, arg); err != nil {
			return err
		}
	}
	return nil
}

func (s statement) bindOne(at int, arg any) error {
	switch a := arg.(type) {
	case nil:
		return s.BindNull(at)
	case string:
		return s.BindText(at, a)
	case []byte:
		return s.BindBlob(at, a)
	case int64:
		return s.BindInt64(at, a)
	case int:
		return s.BindInt(at, a)
	case bool:
		return s.BindBool(at, a)
	case float64:
		return s.BindFloat(at, a)
	}
	// Named types and pointers, by the rules of database/sql.
	value, err := driver.DefaultParameterConverter.ConvertValue(arg)
	if err != nil {
		return fmt.Errorf("argument %d: %w", at, err)
	}
	switch value.(type) {
	case nil, string, []byte, int64, bool, float64:
		return s.bindOne(at, value)
	}
	return fmt.Errorf("argument %d is a %T, which no column holds", at, arg)
}

// row is the row at which a statement stands.
type row struct{ *sqlite3.Stmt }

// Scan reads the columns as sql.Rows does; what it reads stays valid.
func (r row) Scan(into ...any) error {
	for i, to := range into {
		if err := r.scan(i, to); err != nil {
			return fmt.Errorf("reading column %d (%s): %w", i, r.ColumnName(i), err)
		}
	}
	return nil
}

func (r row) scan(i int, to any) error {
	switch to := to.(type) {
	case *any:
		*to = r.value(i)
		return nil
	case *[]byte:
		*to = nil
		if r.ColumnType(i) != sqlite3.NULL {
			*to = r.ColumnBlob(i, []byte{})
		}
		return nil
	case *uuid.UUID:
		if raw := r.ColumnRawBlob(i); len(raw) == len(to) {
			copy(to[:], raw)
			return nil
		}
		return to.Scan(r.value(i))
	case sql.Scanner:
		return to.Scan(r.value(i))
	}
	if r.ColumnType(i) == sqlite3.NULL {
		return fmt.Errorf("it is NULL, which a %T cannot hold", to)
	}
	switch to := to.(type) {
	case *string:
		*to = r.ColumnText(i)
	case *int64:
		*to = r.ColumnInt64(i)
	case *int:
		*to = r.ColumnInt(i)
	case *bool:
		*to = r.ColumnBool(i)
	case *float64:
		*to = r.ColumnFloat(i)
	default:
		return r.named(i, reflect.ValueOf(to).Elem())
	}
	return nil
}

// named reads a column into a type of a name.
func (r row) named(i int, to reflect.Value) error {
	switch to.Kind() {
	case reflect.String:
		to.SetString(r.ColumnText(i))
	case reflect.Int, reflect.Int64:
		to.SetInt(r.ColumnInt64(i))
	case reflect.Bool:
		to.SetBool(r.ColumnBool(i))
	default:
		return fmt.Errorf("a %s holds no column", to.Type())
	}
	return nil
}

// value is a column as what it is stored as.
func (r row) value(i int) any {
	switch r.ColumnType(i) {
	case sqlite3.INTEGER:
		return r.ColumnInt64(i)
	case sqlite3.FLOAT:
		return r.ColumnFloat(i)
	case sqlite3.TEXT:
		return r.ColumnText(i)
	case sqlite3.BLOB:
		return r.ColumnBlob(i, []byte{})
	}
	return nil
}

// Columns are the names of the columns.
func (r row) Columns() ([]string, error) {
	names := make([]string, r.ColumnCount())
	for i := range names {
		names[i] = r.ColumnName(i)
	}
	return names, nil
}
