package rest

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// maxMessage bounds the message of an error, in characters.
const maxMessage = 500

const redacted = "*****"

// secrets are texts that must not leave a session, longest first, so that one that contains
// another is replaced whole.
type secrets []string

// secretsOf returns the secret values of credentials as they stand and as URLs spell them.
func secretsOf(spec tsp.Spec, c tsp.Credentials) secrets {
	var all secrets
	for _, kind := range spec.Credentials {
		for _, field := range kind.Fields {
			if v := c.Get(field.Name); field.Secret && v != "" {
				all = append(all, v, url.QueryEscape(v), url.PathEscape(v))
			}
		}
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(all)
}

func (s secrets) redact(text string) string {
	for _, secret := range s {
		text = strings.ReplaceAll(text, secret, redacted)
	}
	return text
}

func (s secrets) redactHeaders(h http.Header) http.Header {
	h = h.Clone()
	for _, values := range h {
		for i := range values {
			values[i] = s.redact(values[i])
		}
	}
	return h
}

// clean returns an error that is classified, short and without secrets. The message is cut
// after it is redacted, so that no secret is left in half.
func (l *line) clean(err error) error {
	if err == nil {
		return nil
	}
	var e *tsp.Error
	if !errors.As(err, &e) {
		e = &tsp.Error{Class: tsp.Broken, Message: "the adapter made an unclassified error", Err: err}
	}
	out := *e
	if message := []rune(l.secrets.redact(e.Message)); len(message) > maxMessage {
		out.Message = string(message[:maxMessage-1]) + "…"
	} else {
		out.Message = string(message)
	}
	if e.Err != nil {
		out.Err = l.secrets.quiet(e.Err)
	}
	return &out
}

// quiet hides an error whose text holds a secret behind one that does not.
func (s secrets) quiet(err error) error {
	if text := s.redact(err.Error()); text != err.Error() {
		return quietError{text, err}
	}
	return err
}

// quietError answers errors.Is for its cause but never hands it out.
type quietError struct {
	text  string
	cause error
}

func (e quietError) Error() string        { return e.text }
func (e quietError) GoString() string     { return e.text }
func (e quietError) Is(target error) bool { return errors.Is(e.cause, target) }
