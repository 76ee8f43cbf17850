package webhook

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/problem"
)

// The codes of problems; they are those of the contract's own framework.
const (
	codeMissing   = "missing"
	codeUnknown   = "extra_forbidden"
	codeMalformed = "json_invalid"
	codeObject    = "model_type"
	codeDuplicate = "duplicate_field"
	codeString    = "string_type"
	codeTooShort  = "string_too_short"
	codeTooLong   = "string_too_long"
	codeURL       = "url_not_allowed"
	codeEnum      = "enum"
	codeUUID      = "uuid_parsing"
	codeList      = "list_type"
	codeRange     = "out_of_range"
)

// member is one name and value of a JSON object.
type member struct {
	name  string
	value jsontext.Value
}

// object is a JSON object, or the reason why it is none.
type object struct {
	members []member
	fatal   *problem.Detail
}

// readObject splits a text that must be exactly one JSON object. Duplicate names are kept, for
// distinct to tell of them beside all other problems.
func readObject(body []byte) object {
	d := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true))
	kind := d.PeekKind()
	err := d.SkipValue()
	if err == nil {
		if _, end := d.ReadToken(); !errors.Is(end, io.EOF) {
			err = errors.New("there is text behind the JSON value")
		}
	}
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return failed(codeMalformed, "The body is empty. Send a JSON object with url and event_name.")
	case err != nil:
		return failed(codeMalformed, malformed(err))
	case kind != '{':
		return failed(codeObject, "The body must be a JSON object with url and event_name.")
	}
	return object{members: split(body)}
}

// split cuts a valid JSON object into its members.
func split(body []byte) []member {
	d := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true))
	var members []member
	_, _ = d.ReadToken()
	for d.PeekKind() == '"' {
		name, _ := d.ReadToken()
		key := name.String()
		value, _ := d.ReadValue()
		members = append(members, member{key, value.Clone()})
	}
	return members
}

// failed has no input: what stands in a broken body may be the secret.
func failed(code, message string) object {
	return object{fatal: &problem.Detail{Message: message, Code: code}}
}

func malformed(err error) string {
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) && syntactic.Err != nil {
		return fmt.Sprintf("The body is not valid JSON at byte %d: %v.", syntactic.ByteOffset, syntactic.Err)
	}
	return fmt.Sprintf("The body is not valid JSON: %v.", err)
}

// distinct goes through the members, each name once, and tells of names that come again.
func (r *reader) distinct(prefix string, members []member) iter.Seq[member] {
	return func(yield func(member) bool) {
		seen := map[string]bool{}
		for _, m := range members {
			if seen[m.name] {
				r.add(prefix+excerpt(m.name), m.value, codeDuplicate, "This field is given more than once. Send it once.")
				continue
			}
			seen[m.name] = true
			if !yield(m) {
				return
			}
		}
	}
}

// list reads an array of one kind of element, or null; it is nil if there is none.
func list[T any](r *reader, path string, raw jsontext.Value, element func(string, jsontext.Value) (T, bool)) []T {
	if raw.Kind() == 'n' {
		return nil
	}
	if raw.Kind() != '[' {
		name := path[strings.LastIndex(path, ".")+1:]
		r.add(path, raw, codeList, fmt.Sprintf("The value of %s must be a list of strings or null, not %s.", name, kindName(raw)))
		return nil
	}
	d := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowDuplicateNames(true))
	_, _ = d.ReadToken()
	var all []T
	for i := 0; d.PeekKind() != ']'; i++ {
		value, err := d.ReadValue()
		if err != nil {
			return all
		}
		if item, ok := element(path+"."+strconv.Itoa(i), value); ok {
			all = append(all, item)
		}
	}
	return all
}

func kindName(raw jsontext.Value) string {
	switch raw.Kind() {
	case 'n':
		return "null"
	case 't', 'f':
		return "a boolean"
	case '0':
		return "a number"
	case '[':
		return "a list"
	case '{':
		return "an object"
	default:
		return "a string"
	}
}

// input is what an error repeats of a value; a secret is never repeated.
func input(path string, raw jsontext.Value) string {
	if raw != nil && strings.Contains(strings.ToLower(path), "secret") {
		return masked
	}
	return excerpt(plain(raw))
}

// plain is a string's text, and any other value's JSON.
func plain(raw jsontext.Value) string {
	if raw.Kind() != '"' {
		return string(raw)
	}
	text, _ := jsontext.AppendUnquote(nil, raw)
	return string(text)
}

// excerpt cuts what was sent to 200 characters.
func excerpt(s string) string {
	const most = 200
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
