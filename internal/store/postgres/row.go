package postgres

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

// row is a row of an answer, as the server sent it.
type row struct {
	fields []pgconn.FieldDescription
	values [][]byte
}

var _ engine.Row = row{}

// Columns are the names of the columns.
func (r row) Columns() ([]string, error) {
	names := make([]string, len(r.fields))
	for i, f := range r.fields {
		names[i] = f.Name
	}
	return names, nil
}

// Scan reads the columns as sql.Rows does; what it reads stays valid.
func (r row) Scan(into ...any) error {
	if len(into) != len(r.values) {
		return fmt.Errorf("a row of %d columns is read into %d", len(r.values), len(into))
	}
	for i, to := range into {
		if err := r.scan(i, to); err != nil {
			return fmt.Errorf("reading column %d (%s): %w", i, r.fields[i].Name, err)
		}
	}
	return nil
}

func (r row) scan(i int, to any) error {
	if r.direct(i, to) {
		return nil
	}
	v, err := r.value(i)
	if err != nil {
		return err
	}
	switch to := to.(type) {
	case *any:
		*to = v
		return nil
	case *[]byte:
		*to, err = bytesOf(v)
		return err
	case sql.Scanner:
		return to.Scan(v)
	}
	into := reflect.ValueOf(to).Elem()
	if into.Kind() == reflect.Pointer {
		into.SetZero()
		if v == nil {
			return nil
		}
		into.Set(reflect.New(into.Type().Elem()))
		into = into.Elem()
	}
	if v == nil {
		return fmt.Errorf("it is NULL, which a %T cannot hold", to)
	}
	return read(v, into)
}

// direct reads what most columns are, without a copy or a box on the way.
func (r row) direct(i int, to any) bool {
	v, as := r.values[i], r.fields[i].DataTypeOID
	switch to := to.(type) {
	case *uuid.UUID:
		return as == pgtype.ByteaOID && len(v) == len(to) && copy(to[:], v) > 0
	case *string:
		if v == nil || !isText(as) || bytes.IndexByte(v, escape) >= 0 {
			return false
		}
		*to = string(v)
		return true
	case *int64:
		n, ok := integer(as, v)
		if ok {
			*to = n
		}
		return ok
	case *int:
		n, ok := integer(as, v)
		if ok {
			*to = int(n)
		}
		return ok
	case *bool:
		n, ok := integer(as, v)
		if ok {
			*to = n != 0
		}
		return ok
	}
	return false
}

// value is a column as nil, int64, float64, string or []byte. Truth is 0 or 1. A number that has decimals is a
// float64, as an average is.
func (r row) value(i int) (any, error) {
	v, as := r.values[i], r.fields[i].DataTypeOID
	switch {
	case v == nil:
		return nil, nil
	case as == pgtype.ByteaOID:
		return append([]byte{}, v...), nil
	case isText(as), as == pgtype.JSONOID:
		text, sealed, err := textOf(v)
		if sealed != nil {
			return sealed, err
		}
		return text, err
	case as == pgtype.NumericOID:
		return number(v)
	}
	if n, ok := integer(as, v); ok {
		return n, nil
	}
	if as == pgtype.Float8OID && len(v) == 8 {
		return math.Float64frombits(binary.BigEndian.Uint64(v)), nil
	}
	return nil, fmt.Errorf("a column of the type %s is not read", typeName(as))
}

// integer reads a whole number or truth.
func integer(as uint32, v []byte) (n int64, ok bool) {
	switch {
	case as == pgtype.Int8OID && len(v) == 8:
		return int64(binary.BigEndian.Uint64(v)), true
	case as == pgtype.Int4OID && len(v) == 4:
		return int64(int32(binary.BigEndian.Uint32(v))), true
	case as == pgtype.Int2OID && len(v) == 2:
		return int64(int16(binary.BigEndian.Uint16(v))), true
	case as == pgtype.BoolOID && len(v) == 1:
		return int64(v[0]), true
	}
	return 0, false
}
