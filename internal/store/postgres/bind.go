package postgres

import (
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"github.com/jackc/pgx/v5/pgtype"
)

// The formats in which values are sent and asked for.
const (
	asText   int16 = 0
	asBinary int16 = 1
)

// bound are arguments as they are sent.
type bound struct {
	values  [][]byte
	formats []int16
}

// bind gives arguments the form of the types that the parameters of a statement have.
func bind(types []uint32, args []any) (bound, error) {
	if len(args) != len(types) {
		return bound{}, fmt.Errorf("the statement has %d parameters and was given %d arguments", len(types), len(args))
	}
	b := bound{make([][]byte, len(args)), make([]int16, len(args))}
	for i, arg := range args {
		var err error
		if b.values[i], b.formats[i], err = bindOne(types[i], arg); err != nil {
			return bound{}, fmt.Errorf("argument %d: %w", i+1, err)
		}
	}
	return b, nil
}

func bindOne(as uint32, arg any) ([]byte, int16, error) {
	switch arg.(type) {
	case nil, string, []byte, int64, int, bool, float64:
	default:
		// Named types and pointers, by the rules of database/sql.
		value, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return nil, asBinary, err
		}
		arg = value
	}
	switch v := arg.(type) {
	case nil:
		return nil, asBinary, nil
	case string:
		return bindText(as, v)
	case []byte:
		return bindBytes(as, v)
	case int64:
		return bindInt(as, v)
	case int:
		return bindInt(as, int64(v))
	case bool:
		if v {
			return bindInt(as, 1)
		}
		return bindInt(as, 0)
	case float64:
		return bindFloat(as, v)
	}
	return nil, asBinary, refused(as, arg)
}

func refused(as uint32, arg any) error {
	return fmt.Errorf("a parameter of the type %s is given a %T", typeName(as), arg)
}

// bindText: what is neither text nor bytes PostgreSQL reads from its text, such as JSON.
func bindText(as uint32, v string) ([]byte, int16, error) {
	switch as {
	case pgtype.ByteaOID:
		return []byte(v), asBinary, nil
	case pgtype.Int8OID, pgtype.Int4OID, pgtype.Int2OID, pgtype.BoolOID, pgtype.Float8OID:
		return nil, asBinary, refused(as, v)
	}
	return []byte(escaped(v)), asText, nil
}

func bindBytes(as uint32, v []byte) ([]byte, int16, error) {
	switch {
	case v == nil:
		return nil, asBinary, nil
	case as == pgtype.ByteaOID || as == pgtype.UUIDOID:
		return v, asBinary, nil
	case isText(as):
		return escapedBytes(v), asText, nil
	}
	return nil, asBinary, refused(as, v)
}

func bindInt(as uint32, v int64) ([]byte, int16, error) {
	switch {
	case as == pgtype.Int8OID:
		return binary.BigEndian.AppendUint64(nil, uint64(v)), asBinary, nil
	case as == pgtype.Int4OID && v == int64(int32(v)):
		return binary.BigEndian.AppendUint32(nil, uint32(v)), asBinary, nil
	case as == pgtype.Int2OID && v == int64(int16(v)):
		return binary.BigEndian.AppendUint16(nil, uint16(v)), asBinary, nil
	case as == pgtype.BoolOID && v == 0:
		return []byte{0}, asBinary, nil
	case as == pgtype.BoolOID:
		return []byte{1}, asBinary, nil
	case as == pgtype.Float8OID:
		return bindFloat(as, float64(v))
	case as == pgtype.NumericOID:
		return strconv.AppendInt(nil, v, 10), asText, nil
	}
	return nil, asBinary, fmt.Errorf("%w: %d", refused(as, v), v)
}

func bindFloat(as uint32, v float64) ([]byte, int16, error) {
	switch as {
	case pgtype.Float8OID:
		return binary.BigEndian.AppendUint64(nil, math.Float64bits(v)), asBinary, nil
	case pgtype.NumericOID:
		return strconv.AppendFloat(nil, v, 'g', -1, 64), asText, nil
	}
	return nil, asBinary, refused(as, v)
}

func isText(oid uint32) bool {
	return oid == pgtype.TextOID || oid == pgtype.VarcharOID || oid == pgtype.NameOID || oid == pgtype.UnknownOID ||
		oid == pgtype.BPCharOID
}

// typeName names a type for an error.
func typeName(oid uint32) string {
	for name, of := range map[string]uint32{"bytea": pgtype.ByteaOID, "text": pgtype.TextOID, "bigint": pgtype.Int8OID,
		"integer": pgtype.Int4OID, "smallint": pgtype.Int2OID, "boolean": pgtype.BoolOID,
		"double precision": pgtype.Float8OID, "numeric": pgtype.NumericOID} {
		if of == oid {
			return name
		}
	}
	return "with the OID " + strconv.FormatUint(uint64(oid), 10)
}
