package connection

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// codeRefused is the code of credentials that the TSP refuses.
const codeRefused = "credentials_refused"

// maxText bounds descriptions and fleet references, in characters.
const maxText = 500

// body reads the members of a request and collects what is wrong with them.
type body struct {
	given map[string]jsontext.Value
	wrong []problem.Detail
}

// readBody splits a request into members, none of which may be unknown or given twice.
func readBody(raw []byte, known ...string) *body {
	b := &body{}
	if jsontext.Value(raw).IsValid() && jsontext.Value(raw).Kind() != '{' {
		b.refuse("", "", "the body must be a JSON object", resource.CodeNotObject)
		return b
	}
	if err := json.Unmarshal(raw, &b.given); err != nil {
		b.malformed(raw, err)
		return b
	}
	for _, name := range slices.Sorted(maps.Keys(b.given)) {
		if !slices.Contains(known, name) {
			// The value is not repeated: it may be a secret under a misspelt name.
			b.refuse(resource.Excerpt(name), mask, "is not a member of this body; "+instead(name, known), resource.CodeUnknown)
		}
	}
	return b
}

// malformed never repeats the input, which may hold a secret.
func (b *body) malformed(raw []byte, err error) {
	why := "the body is not valid JSON"
	var syntactic *jsontext.SyntacticError
	switch {
	case len(bytes.TrimSpace(raw)) == 0:
		why = "the body is empty; send a JSON object"
	case errors.Is(err, jsontext.ErrDuplicateName):
		why += ": a member is given twice"
	case errors.As(err, &syntactic) && syntactic.Err != nil:
		why += ": " + syntactic.Err.Error()
	}
	b.refuse("", "", why, resource.CodeMalformed)
}

func (b *body) refuse(path, input, message, code string) {
	b.wrong = append(b.wrong, problem.Detail{Path: path, Input: input, Message: message, Code: code})
}

func (b *body) add(found []resource.Problem) {
	for _, p := range found {
		b.wrong = append(b.wrong, problem.Detail(p))
	}
}

// has tells whether a member is given and not null.
func (b *body) has(name string) bool {
	raw, ok := b.given[name]
	return ok && raw.Kind() != 'n'
}

// text reads a string; "" if it is absent or null.
func (b *body) text(name string) string {
	if !b.has(name) {
		return ""
	}
	var s string
	if err := json.Unmarshal(b.given[name], &s); err != nil {
		b.refuse(name, resource.Excerpt(string(b.given[name])), "must be a string", resource.CodeString)
		return ""
	}
	switch {
	case utf8.RuneCountInString(s) > maxText:
		b.refuse(name, resource.Excerpt(s), "must have at most 500 characters", resource.CodeTooLong)
	case strings.ContainsRune(s, 0):
		b.refuse(name, resource.Excerpt(s), "must not contain the NUL character", resource.CodeBadText)
	}
	return s
}

// id reads a UUID; the zero one if it is absent, null or wrong.
func (b *body) id(name string) uuid.UUID {
	if !b.has(name) {
		return uuid.Nil
	}
	s := b.text(name)
	id, err := uuid.Parse(s)
	if err != nil || len(s) != 36 {
		b.refuse(name, resource.Excerpt(s), "must be a UUID", resource.CodeUUID)
		return uuid.Nil
	}
	return id
}

func (b *body) need(name, message string) {
	if !b.has(name) {
		b.refuse(name, "", message, resource.CodeMissing)
	}
}

func (b *body) err() error {
	if len(b.wrong) > 0 {
		return problem.InvalidBody(b.wrong...)
	}
	return nil
}

// instead names the member that a misspelt one most likely meant, or all that there are.
func instead(name string, known []string) string {
	best, score := "", 0.4
	for _, k := range known {
		if s := likeness(name, k); s > score {
			best, score = k, s
		}
	}
	if best != "" {
		return `did you mean "` + best + `"?`
	}
	return "there are " + strings.Join(known, ", ")
}

// likeness is the share of letter pairs that two words have in common, from 0 to 1.
func likeness(a, b string) float64 {
	pairs := map[string]int{}
	for i := range max(len(a)-1, 0) {
		pairs[a[i:i+2]]++
	}
	common := 0
	for i := range max(len(b)-1, 0) {
		if p := b[i : i+2]; pairs[p] > 0 {
			pairs[p]--
			common++
		}
	}
	return 2 * float64(common) / float64(max(len(a)+len(b)-2, 1))
}
