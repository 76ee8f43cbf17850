package postgres

import (
	"fmt"
	"reflect"
	"strconv"
)

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
