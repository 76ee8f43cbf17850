package tsp

import (
	"bytes"
	"errors"
	"html"
	"io"
	"net/url"
	"regexp"
	"strconv"
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
	if !scalar && secretName(name) || kind == '"' && j.of.SignIn && !shownName(name) {
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

// named finds what stands under a name that speaks of a secret in a text of any form.
var named = regexp.MustCompile(`(?i)([a-z0-9_.-]*(?:passw|passphrase|pwd|secret|token|authoriz|cookie|credential|` +
	`api_?-?key|access_?-?key|private_?-?key|session_?-?id|signature)[a-z0-9_.-]*["']?\s*[:=][\s\[]*)` +
	`((?:bearer|basic|digest)\s+)?("(?:[^"\\]|\\.)*"?|'[^']*'?|[^"'&,;\s<>{}]+)`)

// maskNamed hides it. Most texts hold no such name, which is found out for less.
func maskNamed(text string) string {
	if !strings.ContainsAny(text, ":=") || !secretName(text) {
		return text
	}
	return named.ReplaceAllString(text, "${1}"+wire.Mask)
}

// free hides in a text that is neither JSON nor a form, such as a web page. One that holds a secret under another
// spelling than those that are hidden is not shown at all.
func (r Redaction) free(body []byte) shown {
	out := shown{cut: len(body) > r.reach()}
	before := strings.ToValidUTF8(string(body[:min(len(body), r.reach())]), "\uFFFD")
	for _, other := range respelled(before) {
		if other != before && r.Secrets.Redact(other) != other {
			return shown{wire.Mask, true, out.cut}
		}
	}
	out.text = r.Secrets.Redact(maskNamed(before))
	out.hid = out.text != before
	// The begin of a secret may stand at the end.
	if out.cut && len(r.Secrets) > 0 {
		out.text = whole(out.text[:max(0, len(out.text)-len(r.Secrets[0]))])
	}
	return out
}

// escaped finds characters as JSON and JavaScript escape them.
var escaped = regexp.MustCompile(`\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})`)

// respelled are the texts that somebody may read in one.
func respelled(text string) []string {
	out := []string{html.UnescapeString(text), escaped.ReplaceAllStringFunc(text, func(one string) string {
		n, err := strconv.ParseUint(one[2:], 16, 32)
		if err != nil {
			return one
		}
		return string(rune(n))
	})}
	if plain, err := url.PathUnescape(text); err == nil {
		out = append(out, plain)
	}
	return out
}
