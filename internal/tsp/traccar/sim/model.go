package sim

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// member is one property of a class of the server's model.
type member struct {
	name string
	// read is what the JSON library makes of a value, false if nothing (MapperFeature.ALLOW_COERCION_OF_SCALARS).
	read func(any) (any, bool)
	// absent is the value of a body that lacks the member or has null in it.
	absent any
	// size is the length of its column; 0 means that there is no such bound.
	size int
	// required says that the column takes no NULL.
	required bool
	// convert is what the setter makes of a text; nil leaves it.
	convert func(string) string
	// kept says that writes never change the column (@QueryIgnore).
	kept bool
	// refers is the collection that a foreign key points to.
	refers string
}

// class is a class of the model and its table.
type class struct {
	name       string // as in messages: Device
	collection string // and the part of the path
	members    []member
	// ignored members may be sent and have no effect (@JsonIgnore).
	ignored []string
	// unique is the member that no two objects share.
	unique string
	// search are the members that keyword looks into.
	search []string
	// link names the class in a permission.
	link string
	// lenient classes ignore unknown members (@JsonIgnoreProperties).
	lenient bool
}

func text(name string, size int) member { return member{name: name, read: asText, size: size} }

func whole(name string) member   { return member{name: name, read: asWhole, absent: int64(0)} }
func flag(name string) member    { return member{name: name, read: asFlag, absent: false} }
func decimal(name string) member { return member{name: name, read: asDecimal, absent: int64(0)} }
func date(name string) member    { return member{name: name, read: asDate} }

func required(m member) member { m.required = true; return m }
func trimmed(m member) member  { m.convert = strings.TrimSpace; return m }
func kept(m member) member     { m.kept = true; return m }

func absent(value any, m member) member { m.absent = value; return m }

func reference(name, to string) member {
	m := whole(name)
	m.refers = to
	return m
}

// attributes are free: the server stores any name and value, up to 4000 characters of JSON.
func attributes() member {
	return member{name: "attributes", read: asObject, size: 4000}
}

func (cl class) table() string { return "tc_" + cl.collection }

// takes makes a handler whose body is an object of the class.
func (cl class) takes(do handler) handler {
	return func(tx *simkit.Tx, c *call) (any, error) {
		body, err := c.object()
		if err != nil {
			return nil, err
		}
		if c.Body, err = cl.read(body); err != nil {
			return nil, err
		}
		return do(tx, c)
	}
}

// read makes an object of the class out of a body.
func (cl class) read(body simkit.Object) (_ simkit.Object, err error) {
	for _, name := range slices.Sorted(maps.Keys(body)) {
		known := slices.ContainsFunc(cl.members, func(m member) bool { return m.name == name })
		if !known && !cl.lenient && !slices.Contains(cl.ignored, name) {
			return nil, jackson("Unrecognized field \"%s\" (class org.traccar.model.%s), not marked as ignorable (%d known properties)"+
				"\n at [Source: UNKNOWN; line: 1, column: 1] (through reference chain: org.traccar.model.%[2]s[\"%[1]s\"])",
				name, cl.name, len(cl.members))
		}
	}
	o := simkit.Object{}
	for _, m := range cl.members {
		if o[m.name], err = m.value(cl, body); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// value is the member as the class holds it after reading a body.
func (m member) value(cl class, body simkit.Object) (any, error) {
	v, given := body[m.name]
	if v == nil {
		if given && m.required && m.convert != nil {
			// The setter trims what it is given (model/Device.setUniqueId, model/User.setEmail).
			return nil, jackson("Cannot invoke \"String.trim()\" because \"%s\" is null (through reference chain: org.traccar.model.%s[\"%s\"])", m.name, cl.name, m.name)
		}
		if m.name == "attributes" {
			return simkit.Object{}, nil
		}
		return m.absent, nil
	}
	held, fits := m.read(v)
	if !fits {
		return nil, jackson("Cannot deserialize value of %s\n at [Source: UNKNOWN; line: 1, column: 1] (through reference chain: org.traccar.model.%s[\"%s\"])", m.name, cl.name, m.name)
	}
	if s, isText := held.(string); isText && m.convert != nil {
		return m.convert(s), nil
	}
	return held, nil
}

// check refuses what the table would.
func (cl class) check(tx *simkit.Tx, o simkit.Object) error {
	for _, m := range cl.members {
		broken := &violation{table: cl.table(), column: m.name, size: m.size}
		switch v := o[m.name].(type) {
		case nil:
			if m.required {
				broken.breach = isNull
				return broken
			}
		case string:
			if m.size > 0 && len([]rune(v)) > m.size {
				broken.breach = tooLong
				return broken
			}
		case simkit.Object:
			if data, err := simkit.Marshal(v); err != nil || len([]rune(string(data))) > m.size {
				broken.breach = tooLong
				return broken
			}
		case int64:
			if _, there := tx.Get(m.refers, idText(v)); m.refers != "" && v != 0 && !there {
				broken.breach, broken.value = noParent, idText(v)
				return broken
			}
		}
	}
	return nil
}

// timestamp writes a time as the JSON library does: in UTC with milliseconds and an offset.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000-07:00") }

func idText(id int64) string { return strconv.FormatInt(id, 10) }

func yes(o simkit.Object, name string) bool {
	b, _ := o[name].(bool)
	return b
}
