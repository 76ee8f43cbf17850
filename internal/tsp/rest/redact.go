package rest

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// maxMessage bounds the message of an error, in characters.
const maxMessage = 500

// maxRenewed bounds how many tokens a vault remembers; the oldest is forgotten first.
const maxRenewed = 32

// vault holds the texts that must not leave a session. It follows renewals: tokens that were
// replaced stay hidden, because calls that used them may still end.
type vault struct {
	fixed []string

	mu      sync.RWMutex
	renewed []string
}

// add hides further texts.
func (v *vault) add(texts ...string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, text := range texts {
		// What stands for a secret in a preview is none.
		if text != "" && !tsp.IsPlaceholder(text) && !slices.Contains(v.fixed, text) && !slices.Contains(v.renewed, text) {
			v.renewed = append(v.renewed, text)
		}
	}
	if n := len(v.renewed) - maxRenewed; n > 0 {
		v.renewed = slices.Delete(v.renewed, 0, n)
	}
}

// list returns what is hidden, and further texts.
func (v *vault) list(further []string) secrets {
	v.mu.RLock()
	kept := slices.Concat(v.fixed, v.renewed, further)
	v.mu.RUnlock()
	return secrets{tsp.SecretsOf(kept...)}
}

// secretsOf returns the secret values of credentials.
func secretsOf(spec tsp.Spec, auth Auth, c tsp.Credentials) *vault {
	fixed := append(auth.Hidden(c), c.Get(tsp.AccessToken), c.Get(tsp.RefreshToken))
	for _, kind := range spec.Credentials {
		for _, field := range kind.Fields {
			if field.Secret {
				fixed = append(fixed, c.Get(field.Name))
			}
		}
	}
	return &vault{fixed: slices.AppendSeq(fixed, maps.Values(c.Secrets))}
}

// secrets hide themselves in all that leaves a line.
type secrets struct{ texts tsp.Secrets }

func (s secrets) redact(text string) string { return s.texts.Redact(text) }

func (s secrets) redactHeaders(h http.Header) http.Header {
	h = h.Clone()
	for _, values := range h {
		for i := range values {
			values[i] = s.redact(values[i])
		}
	}
	return h
}

// redactAnswer hides the secrets in what the TSP said, before anybody makes a sentence of it: words of our own are
// no secrets, and a gap in one would show what the secret is.
func (s secrets) redactAnswer(a Answer) Answer {
	a.Body = s.texts.RedactBody(a.Body)
	return a
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
	hidden := l.hidden()
	out := *e
	out.Message = short(e.Message)
	if !e.Own {
		out.Message = short(hidden.redact(e.Message))
	}
	out.Parts = hidden.parts(e.Parts)
	if e.Headers != nil {
		out.Headers = hidden.redactHeaders(e.Headers)
	}
	if e.Err != nil {
		out.Err = hidden.quiet(e.Err)
	}
	return &out
}

// short cuts a message.
func short(message string) string {
	text := []rune(message)
	if len(text) > maxMessage {
		return string(text[:maxMessage-1]) + "…"
	}
	return string(text)
}

func (s secrets) parts(parts []tsp.Part) []tsp.Part {
	parts = slices.Clone(parts)
	for i := range parts {
		parts[i].Message = short(s.redact(parts[i].Message))
	}
	return parts
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
