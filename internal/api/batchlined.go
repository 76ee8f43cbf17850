package api

import (
	"bytes"
	"strconv"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
)

// lining puts ids into a body in the place of the lines that it names. All else of it stays as it is, byte for byte: a
// write by itself with the same bytes has the same key, and what is wrong with it is told as of that write.
type lining struct {
	b *batch
	// o is the line, to which what is wrong with what it names is added, and own its number.
	o    *resource.Object
	own  int
	from *jsontext.Decoder
	body []byte
	// out is the begin of the body with ids in it, as far as done.
	out  []byte
	done int
}

// lined returns the body of a line of a number with ids in the place of the lines that its references name, and adds to
// the line what is wrong with those. A body that is no JSON stays as it is.
func (b *batch) lined(o *resource.Object, own int, of writing, body jsontext.Value) jsontext.Value {
	schema, err := resource.For(of.kind, of.verb)
	if err != nil {
		return body
	}
	l := lining{b: b, o: o, own: own, from: jsontext.NewDecoder(bytes.NewReader(body)), body: body}
	if l.object(schema) != nil {
		return body
	}
	return append(l.out, body[l.done:]...)
}

// object reads the body.
func (l *lining) object(schema *resource.Schema) error {
	_, err := l.from.ReadToken()
	for err == nil && l.from.PeekKind() != '}' {
		var name jsontext.Token
		if name, err = l.from.ReadToken(); err != nil {
			return err
		}
		switch f := schema.Field(name.String()); {
		case f == nil || f.Ref == nil:
			err = l.from.SkipValue()
		case f.Ref.List && l.from.PeekKind() == '[':
			err = l.list(f)
		case f.Ref.List:
			err = l.from.SkipValue()
		default:
			err = l.value(f.Path(0))
		}
	}
	return err
}

// list reads a reference of several ids.
func (l *lining) list(f *resource.Field) error {
	_, err := l.from.ReadToken()
	for i := 0; err == nil && l.from.PeekKind() != ']'; i++ {
		err = l.value(f.Path(i))
	}
	if err == nil {
		_, err = l.from.ReadToken()
	}
	return err
}

// value reads an id or what stands for one.
func (l *lining) value(path string) error {
	v, err := l.from.ReadValue()
	if err != nil {
		return err
	}
	n, names := lineIn(v)
	if !names {
		return nil
	}
	id, why := l.b.at(n, l.own)
	if why != "" {
		l.o.Add(resource.Problem{Path: path, Input: string(v), Code: resource.CodeReference, Message: why})
	}
	end := int(l.from.InputOffset())
	l.out = append(l.out, l.body[l.done:end-len(v)]...)
	l.out, l.done = strconv.AppendQuote(l.out, id.String()), end
	return nil
}

// lineIn reads an object that names a line, and is nothing else.
func lineIn(v jsontext.Value) (n int, names bool) {
	var members map[string]jsontext.Value
	if json.Unmarshal(v, &members) != nil || len(members) != 1 {
		return 0, false
	}
	n, err := strconv.Atoi(string(members[lineMember]))
	return n, err == nil
}
