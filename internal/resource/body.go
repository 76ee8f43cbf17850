package resource

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/wire"
)

// member is one name and value of a JSON object.
type member struct {
	name  string
	value jsontext.Value
}

// split cuts a text that must be exactly one JSON object into its members. A member that is
// given twice at any depth, invalid UTF-8 and anything behind the object are problems, of which
// there is only ever one: what follows it could be made up.
func split(text []byte, secret bool) ([]member, *Problem) {
	// A decoder reads a buffer where it lies.
	d := jsontext.NewDecoder(bytes.NewBuffer(text))
	if k := d.PeekKind(); k != '{' && k != jsontext.KindInvalid && jsontext.Value(text).IsValid() {
		return nil, &Problem{"", input(text, secret), "the body must be a JSON object", CodeNotObject}
	}
	var members []member
	if _, err := d.ReadToken(); err != nil {
		return nil, malformed(text, err, secret)
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, malformed(text, err, secret)
		}
		key := name.String()
		value, err := d.ReadValue()
		if err != nil {
			return nil, malformed(text, err, secret)
		}
		members = append(members, member{key, part(text, d, value)})
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, malformed(text, err, secret)
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, malformed(text, errors.New("there is text behind the JSON object"), secret)
	}
	return members, nil
}

func malformed(text []byte, err error, secret bool) *Problem {
	p := &Problem{Message: "the body is not valid JSON: " + err.Error(), Code: CodeMalformed}
	if len(bytes.TrimSpace(text)) == 0 {
		p.Message = "the body is empty; send a JSON object"
	}
	var syntactic *jsontext.SyntacticError
	if !errors.As(err, &syntactic) {
		return p
	}
	at := int(syntactic.ByteOffset)
	p.Path = Excerpt(dotted(syntactic.JSONPointer))
	p.Message = fmt.Sprintf("the body is not valid JSON at byte %d", at)
	if at >= 0 && at < len(text) {
		p.Input = input(text[at:min(len(text), at+40)], secret)
	}
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		p.Message = "is given more than once; give it once"
	case !secret:
		// The reason may quote what stands there.
		p.Message += ": " + syntactic.Err.Error()
	}
	return p
}

// dotted shows a JSON pointer in the form of all other paths, such as filters.fleet_ids[1].
func dotted(p jsontext.Pointer) string {
	var path strings.Builder
	for token := range p.Tokens() {
		switch {
		case token != "" && strings.Trim(token, "0123456789") == "":
			path.WriteString("[" + token + "]")
		case path.Len() > 0:
			path.WriteString("." + token)
		default:
			path.WriteString(token)
		}
	}
	return path.String()
}

// items splits a JSON array, which is known to be well formed, into its values, of which it
// returns at most so many; all of them if most is negative.
func items(array jsontext.Value, most int) []jsontext.Value {
	d := jsontext.NewDecoder(bytes.NewBuffer(array))
	var all []jsontext.Value
	if _, err := d.ReadToken(); err != nil {
		return nil
	}
	for len(all) != most && d.PeekKind() != ']' {
		v, err := d.ReadValue()
		if err != nil {
			return all
		}
		all = append(all, part(array, d, v))
	}
	return all
}

// part is a value that a decoder has just read, as a part of the text, which nobody changes: the decoder's
// own lives until it reads on.
func part(text []byte, d *jsontext.Decoder, value jsontext.Value) jsontext.Value {
	end := int(d.InputOffset())
	return text[end-len(value) : end : end]
}

// masked stands for input that is secret.
const masked = wire.Mask

// input is what a problem repeats of a value.
func input(raw jsontext.Value, secret bool) string {
	if secret {
		return masked
	}
	return Excerpt(plain(raw))
}

// plain shows a JSON value as the caller thinks of it: strings without quotes.
func plain(raw jsontext.Value) string {
	if raw.Kind() == '"' {
		if s, err := jsontext.AppendUnquote(nil, raw); err == nil {
			return string(s)
		}
	}
	return string(raw)
}
