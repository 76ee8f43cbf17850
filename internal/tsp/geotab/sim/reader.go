package sim

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// reader turns what a caller wrote into what is stored.
type reader struct {
	tx *simkit.Tx
	// loose leaves unknown members out instead of refusing them.
	loose bool
}

// object reads an object. Members that are null are left out, because they mean the same as missing ones.
func (r reader) object(where string, given simkit.Object, p properties) (simkit.Object, error) {
	out := simkit.Object{}
	for _, name := range members(given) {
		one, known := p[name]
		switch {
		case !known && r.loose:
			continue
		case !known:
			return nil, throw(typeMember, "%s has no member %q", where, name)
		case given[name] == nil:
			continue
		}
		v, err := r.value(where+"."+name, given[name], one)
		if err != nil {
			return nil, err
		}
		out[name] = v
	}
	return out, nil
}

func (r reader) value(where string, v any, p property) (any, error) {
	var err error
	switch p.kind {
	case textKind:
		err = checkText(where, v, p)
	case flagKind:
		err = cast(where, simkit.Bool(v))
	case numberKind:
		err = cast(where, simkit.Number(v))
	case momentKind:
		v, err = readMoment(where, v)
	case referenceKind:
		v, err = r.reference(where, v, p)
	case referencesKind, listKind:
		v, err = r.list(where, v, p)
	case objectKind:
		v, err = r.member(where, v, p)
	}
	if err != nil {
		return nil, err
	}
	if p.check != nil {
		if wrong := p.check(v); wrong != "" {
			return nil, argument("%s %s", where, wrong)
		}
	}
	return v, nil
}

// cast is the answer to a value of another JSON type. That it has this type is inferred from the name of it.
func cast(where, wrong string) error {
	if wrong == "" {
		return nil
	}
	return throw(typeCast, "%s %s", where, wrong)
}

func checkText(where string, v any, p property) error {
	s, ok := v.(string)
	switch {
	case !ok:
		return cast(where, "must be a string")
	case p.most > 0 && utf8.RuneCountInString(s) > p.most:
		return argument("%s exceeds the maximum length of %d characters", where, p.most)
	case len(p.values) > 0 && !slices.Contains(p.values, s):
		return argument("%s must be one of %s", where, strings.Join(p.values, ", "))
	}
	return nil
}

func readMoment(where string, v any) (any, error) {
	s, ok := v.(string)
	if !ok {
		return nil, cast(where, "must be a string")
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return nil, throw(typeCast, "%s is not a date and time such as 2026-01-31T08:15:30.000Z", where)
	}
	return stamp(t), nil
}

// reference reads {"id": ...} or a bare id, and refuses one that names nothing. Of a nested entity only the id counts.
func (r reader) reference(where string, v any, p property) (any, error) {
	id := idIn(v)
	if slices.Contains(p.system, id) {
		return id, nil
	}
	if id == "" {
		return nil, argument("%s must name an entity by its id", where)
	}
	if _, ok := r.tx.Get(p.of, id); !ok {
		return nil, argument("%s: there is no entity %q", where, id)
	}
	return refTo(id), nil
}

func (r reader) list(where string, v any, p property) (any, error) {
	given, ok := v.([]any)
	if !ok {
		return nil, cast(where, "must be an array")
	}
	out := make([]any, 0, len(given))
	for _, element := range given {
		read := r.member
		if p.kind == referencesKind {
			read = r.reference
		}
		one, err := read(where, element, p)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// member reads a nested object; one without described members is taken as it is.
func (r reader) member(where string, v any, p property) (any, error) {
	o, ok := v.(simkit.Object)
	if p.members == nil {
		return v, nil
	}
	if !ok {
		return nil, cast(where, "must be an object")
	}
	read, err := r.object(where, o, p.members)
	if err != nil {
		return nil, err
	}
	return read, required(where, read, p.needs)
}

// required refuses an object without one of the members.
func required(where string, o simkit.Object, names []string) error {
	for _, name := range names {
		if v, given := o[name]; !given || v == "" {
			return throw(typeNull, "%s.%s cannot be null or empty", where, name)
		}
	}
	return nil
}
