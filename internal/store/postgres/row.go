package postgres

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"

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

// read gives what a pointer points at a value.
func read(v any, to reflect.Value) error {
	switch to.Kind() {
	case reflect.String:
		text, err := bytesOf(v)
		to.SetString(string(text))
		return err
	case reflect.Int, reflect.Int64:
		n, err := intOf(v)
		to.SetInt(n)
		return err
	case reflect.Bool:
		n, err := intOf(v)
		to.SetBool(n != 0)
		return err
	case reflect.Float64:
		if f, ok := v.(float64); ok {
			to.SetFloat(f)
			return nil
		}
		n, err := intOf(v)
		to.SetFloat(float64(n))
		return err
	}
	return fmt.Errorf("a %s holds no column", to.Type())
}

func bytesOf(v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case []byte:
		return v, nil
	case string:
		return []byte(v), nil
	case int64:
		return strconv.AppendInt(nil, v, 10), nil
	}
	return nil, fmt.Errorf("a %T is no text", v)
}

func intOf(v any) (int64, error) {
	switch v := v.(type) {
	case int64:
		return v, nil
	case float64:
		return int64(v), nil
	}
	return 0, fmt.Errorf("a %T is no number", v)
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

// number reads a numeric, as sum answers for bigint: a count of digits of base 10,000, the weight of the first
// one, the sign (0 or 0x4000), how many decimals are shown, and the digits, each in two bytes.
func number(v []byte) (any, error) {
	const header = 8
	if len(v) < header || len(v) != header+2*int(binary.BigEndian.Uint16(v)) {
		return nil, errors.New("a numeric is cut off")
	}
	weight, sign := int(int16(binary.BigEndian.Uint16(v[2:]))), binary.BigEndian.Uint16(v[4:])
	var whole int64
	var all float64
	for i := 0; i < len(v[header:])/2 || i <= weight; i++ {
		digit := uint16(0)
		if at := header + 2*i; at < len(v) {
			digit = binary.BigEndian.Uint16(v[at:])
		}
		all += float64(digit) * math.Pow(10_000, float64(weight-i))
		whole = whole*10_000 + int64(digit)
	}
	if sign == 0x4000 {
		whole, all = -whole, -all
	} else if sign != 0 {
		return nil, errors.New("a numeric is no number")
	}
	if binary.BigEndian.Uint16(v[6:]) == 0 && math.Abs(all) < 1<<62 {
		return whole, nil
	}
	return all, nil
}
