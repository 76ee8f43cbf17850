package simkit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Object is a JSON object whose values are string, bool, int64, float64, Object, []any or nil. Whole numbers without
// fraction and exponent are int64. Objects that were handed to a store are never changed in place.
type Object = map[string]any

// ParseObject reads exactly one JSON object. Duplicate names, invalid UTF-8 and anything after the object are refused.
func ParseObject(data []byte) (Object, error) {
	v, err := parse(data)
	if err != nil {
		return nil, err
	}
	o, ok := v.(Object)
	if !ok {
		return nil, errors.New("the body is not a JSON object")
	}
	return o, nil
}

// Marshal encodes a value with its object members in the order of their names.
func Marshal(v any) ([]byte, error) { return json.Marshal(v, json.Deterministic(true)) }

func parse(data []byte) (any, error) {
	dec := jsontext.NewDecoder(bytes.NewReader(data))
	v, err := parseValue(dec)
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the body is empty")
	}
	if err != nil {
		return nil, err
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after the first JSON value")
	}
	return v, nil
}

func parseValue(dec *jsontext.Decoder) (any, error) {
	token, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case jsontext.KindBeginObject:
		return parseMembers(dec)
	case jsontext.KindBeginArray:
		return parseElements(dec)
	case jsontext.KindString:
		return token.String(), nil
	case jsontext.KindNumber:
		return parseNumber(token)
	case jsontext.KindTrue, jsontext.KindFalse:
		return token.Bool(), nil
	default:
		return nil, nil
	}
}

func parseMembers(dec *jsontext.Decoder) (any, error) {
	o := Object{}
	for dec.PeekKind() != jsontext.KindEndObject {
		name, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String()
		if o[key], err = parseValue(dec); err != nil {
			return nil, err
		}
	}
	_, err := dec.ReadToken()
	return o, err
}

func parseElements(dec *jsontext.Decoder) (any, error) {
	list := []any{}
	for dec.PeekKind() != jsontext.KindEndArray {
		v, err := parseValue(dec)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := dec.ReadToken()
	return list, err
}

func parseNumber(token jsontext.Token) (any, error) {
	if whole, err := token.Int(); err == nil {
		return whole, nil
	}
	number, err := token.Float()
	if err != nil || math.IsInf(number, 0) {
		return nil, fmt.Errorf("number out of range: %s", token.String())
	}
	return number, nil
}
