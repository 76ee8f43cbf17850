package tsp

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/wire"
)

// shown is what may be seen of a text: that something is hidden in it, and that it is the begin of a longer one.
type shown struct {
	text     string
	hid, cut bool
}

// errFull ends the reading of a body of which enough was read.
var errFull = errors.New("no more is kept")

// json hides in a JSON body, which it brings into one spelling: a secret may be escaped in it, and so may the name
// under which one stands. What is no JSON is not read.
func (r Redaction) json(body []byte) (out shown, readable bool) {
	j := jsonText{in: jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true),
		jsontext.AllowInvalidUTF8(true)), most: r.reach(), of: r}
	j.out = make([]byte, 0, min(len(body)+16, j.most+512))
	err := j.value("")
	if err == nil {
		_, err = j.in.ReadToken()
	}
	full := errors.Is(err, errFull)
	return shown{string(j.out), j.hid, full}, full || errors.Is(err, io.EOF)
}

// jsonText copies a JSON text until it is long enough.
type jsonText struct {
	in   *jsontext.Decoder
	out  []byte
	most int
	of   Redaction
	hid  bool
}

// value copies one that stands under a name; "" for none.
func (j *jsonText) value(name string) error {
	if len(j.out) >= j.most {
		return errFull
	}
	kind := j.in.PeekKind()
	scalar := kind == 'n' || kind == 't' || kind == 'f'
	if !scalar && !j.of.words && secretName(name) || kind == '"' && j.of.SignIn && !shownName(name) {
		if err := j.in.SkipValue(); err != nil {
			return err
		}
		j.out, j.hid = append(j.out, `"`+wire.Mask+`"`...), true
		return nil
	}
	switch kind {
	case '{':
		return j.parts('}', func() error {
			member, err := j.text()
			if err != nil {
				return err
			}
			j.out = append(j.out, ':')
			return j.value(member)
		})
	case '[':
		return j.parts(']', func() error { return j.value(name) })
	case '"':
		return j.inner()
	}
	raw, err := j.in.ReadValue()
	j.out = append(j.out, raw...)
	return err
}

// inner copies a string. One that quotes JSON, as who passes an answer on does in what is wrong, is a text of any form.
func (j *jsonText) inner() error {
	at := len(j.out)
	plain, err := j.text()
	if err != nil || !strings.ContainsAny(plain, "{[") || !strings.Contains(plain, `"`) {
		return err
	}
	of := j.of.free([]byte(plain))
	if !of.hid {
		return nil
	}
	j.out, _ = jsontext.AppendQuote(j.out[:at], of.text)
	j.hid = true
	if of.cut {
		return errFull
	}
	return nil
}

// parts copies an object or a list.
func (j *jsonText) parts(end byte, one func() error) error {
	begin, err := j.in.ReadToken()
	if err != nil {
		return err
	}
	j.out = append(j.out, byte(begin.Kind()))
	for first := true; j.in.PeekKind() != jsontext.Kind(end); first = false {
		if j.in.PeekKind() == 0 {
			_, err := j.in.ReadToken()
			return err
		}
		if !first {
			j.out = append(j.out, ',')
		}
		if err := one(); err != nil {
			return err
		}
	}
	j.out = append(j.out, end)
	_, err = j.in.ReadToken()
	return err
}

// text copies a string and returns it.
func (j *jsonText) text() (string, error) {
	raw, err := j.in.ReadValue()
	if err != nil {
		return "", err
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		text := strings.ToValidUTF8(string(raw), "\uFFFD")
		j.out = append(j.out, text...)
		return text[1 : len(text)-1], nil
	}
	// Its error is about bytes that are no UTF-8, which are replaced.
	plain, _ := jsontext.AppendUnquote(nil, raw)
	j.out, _ = jsontext.AppendQuote(j.out, plain)
	return string(plain), nil
}
