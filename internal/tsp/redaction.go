package tsp

import (
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/waybill-dev/waybill/internal/wire"
)

// The bounds of what is kept of one request or answer, in bytes: of its body, its URL, one of its headers, and how
// many headers.
const (
	maxBody    = 8 << 10
	maxURL     = 2 << 10
	maxHeader  = 1 << 10
	maxHeaders = 40
)

// cutMark ends a text that is the begin of a longer one, other than a body, which tells so itself.
const cutMark = "…"

// Redaction makes what may be seen of a call of its request and its answer. It hides the secrets that are known,
// wherever they stand and however they are spelled, and whatever stands under a name that speaks of one. Of a sign-in
// it hides all that is not known to be none.
type Redaction struct {
	Secrets Secrets
	SignIn  bool
	// words tells that the words of a body are wanted: the whole of it, whatever its names speak of.
	words bool
}

// RedactBody hides the secrets in a body of which somebody makes a sentence. It hides nothing for its name: what a TSP
// says of a field called password, its caller must know.
func (s Secrets) RedactBody(body []byte) []byte {
	r := Redaction{Secrets: s, words: true}
	of, readable := r.json(body)
	if !readable {
		of = r.free(body)
	}
	return []byte(s.Redact(of.text))
}

// Request is what may be seen of a request with its body.
func (r Redaction) Request(of *http.Request, body []byte) Request {
	out := Request{Method: of.Method}
	out.URL, out.Redacted = r.url(of.URL)
	hid := false
	if out.Headers, hid = r.headers(of.Header); hid {
		out.Redacted = true
	}
	if out.Content, hid = r.content(of.Header.Get("Content-Type"), body); hid {
		out.Redacted = true
	}
	return out
}

// Response is what may be seen of an answer with what was read of its body.
func (r Redaction) Response(status int, header http.Header, body []byte) *Response {
	out := &Response{Status: status}
	hid := false
	out.Headers, out.Redacted = r.headers(header)
	if out.Content, hid = r.content("", body); hid {
		out.Redacted = true
	}
	return out
}

// Text is a text of ours or of a TSP's without the secrets that are known.
func (r Redaction) Text(text string) string { return cut(r.Secrets.Redact(text), maxHeader) }

func (r Redaction) url(of *url.URL) (text string, hid bool) {
	shown := *of
	shown.User, hid = nil, of.User != nil
	query, hidden := r.form(of.RawQuery)
	shown.RawQuery = query
	text = shown.String()
	plain := r.Secrets.Redact(text)
	return cut(plain, maxURL), hid || hidden || plain != text
}

func (r Redaction) headers(of http.Header) (out map[string]string, hid bool) {
	out = make(map[string]string, min(len(of), maxHeaders))
	names := maps.Keys(of)
	if len(of) > maxHeaders {
		names = slices.Values(slices.Sorted(names)[:maxHeaders])
	}
	for name := range names {
		text := strings.Join(of[name], ", ")
		shown := wire.Mask
		if !secretName(name) {
			shown = strings.ToValidUTF8(r.Secrets.Redact(maskNamed(text)), "\uFFFD")
		}
		hid = hid || shown != text
		out[cut(name, maxHeader)] = cut(shown, maxHeader)
	}
	return out, hid
}

// content is what may be seen of a body.
func (r Redaction) content(contentType string, body []byte) (c Content, hid bool) {
	if len(body) == 0 {
		return Content{}, false
	}
	of, readable := shown{}, false
	isForm := strings.HasPrefix(contentType, "application/x-www-form-urlencoded")
	if !isForm {
		of, readable = r.json(body)
	}
	switch {
	case readable:
	case isForm:
		of.text, of.hid = r.form(string(body))
	case r.SignIn:
		of = shown{wire.Mask, true, false}
	default:
		of = r.free(body)
	}
	plain := r.Secrets.Redact(of.text)
	hid = of.hid || plain != of.text
	c = Content{BodyLength: int64(len(body)), BodyCut: of.cut || len(plain) > maxBody}
	// The length of a sign-in would tell that of its password.
	if r.SignIn && hid {
		c.BodyLength = int64(len(plain))
	}
	plain = whole(plain[:min(len(plain), maxBody)])
	c.Body = &plain
	return c, hid
}

// reach is how far into a body it is looked, so that no secret is left in half at the bound.
func (r Redaction) reach() int {
	switch {
	case r.words:
		return math.MaxInt / 2 // Room is added to it.
	case len(r.Secrets) == 0:
		return maxBody
	}
	return maxBody + len(r.Secrets[0])
}

// form hides in a form or a query, and leaves the rest as it is spelled.
func (r Redaction) form(text string) (out string, hid bool) {
	if text == "" {
		return "", false
	}
	pairs := strings.Split(text, "&")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		if value != "" && (err != nil || secretParameter(plain) || r.SignIn && !shownName(plain)) {
			pairs[i], hid = name+"="+wire.Mask, true
		}
	}
	return strings.Join(pairs, "&"), hid
}

func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return whole(text[:most-len(cutMark)]) + cutMark
}

// whole leaves out the begin of a character at the end of a text that was cut.
func whole(text string) string {
	for range utf8.UTFMax {
		if r, size := utf8.DecodeLastRuneInString(text); r != utf8.RuneError || size != 1 {
			break
		}
		text = text[:len(text)-1]
	}
	return text
}
