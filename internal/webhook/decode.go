package webhook

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
)

// maxURL is the contract's bound, in characters.
const maxURL = 2083

// maxProblems bounds the answer to a body that is wrong a thousand times over.
const maxProblems = 100

// draft is what a creation's body asks for.
type draft struct {
	url       string
	eventName string
	filters   *Filters
	// secret is "" when the service shall make one.
	secret Secret
}

// decodeCreate reads the contract's WebhookCreate strictly and finds every problem at once, in
// the order of the body; missing fields come last. The draft is usable only if there is none.
func decodeCreate(body []byte, urls URLPolicy) (draft, []problem.Detail) {
	o := readObject(body)
	if o.fatal != nil {
		return draft{}, []problem.Detail{*o.fatal}
	}
	var d draft
	r := &reader{}
	for m := range r.distinct("", o.members) {
		switch m.name {
		case "url":
			d.url = r.url(m, urls)
		case "event_name":
			d.eventName = r.eventName(m)
		case "filters":
			d.filters = r.filters(m)
		case "secret":
			d.secret = r.secret(m)
		default:
			r.unknown("", m, "url, event_name, filters and secret")
		}
	}
	r.required(o.members, "url", "Say where events shall be sent, such as https://example.com/hooks.")
	r.required(o.members, "event_name", "Say what shall be sent, such as resource_operation.*.")
	return d, r.wrong
}

// reader reads values and collects what is wrong with them.
type reader struct{ wrong []problem.Detail }

func (r *reader) add(path string, raw jsontext.Value, code, message string) {
	if len(r.wrong) == maxProblems {
		return
	}
	r.wrong = append(r.wrong, problem.Detail{Path: path, Input: input(path, raw), Message: message, Code: code})
}

func (r *reader) required(members []member, name, hint string) {
	for _, m := range members {
		if m.name == name {
			return
		}
	}
	r.add(name, nil, codeMissing, fmt.Sprintf("The field %s is required. %s", name, hint))
}

func (r *reader) unknown(prefix string, m member, known string) {
	r.add(prefix+excerpt(m.name), m.value, codeUnknown,
		fmt.Sprintf("There is no such field here. The fields are %s.", known))
}

func (r *reader) url(m member, urls URLPolicy) string {
	text, ok := r.text(m.name, m.value)
	if !ok {
		return ""
	}
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		r.add(m.name, m.value, codeTooShort, "The url must not be empty. Send the address of your receiver.")
	case n > maxURL:
		r.add(m.name, m.value, codeTooLong, fmt.Sprintf("The url has %d characters; %d are the most.", n, maxURL))
	default:
		if err := urls.CheckURL(text); err != nil {
			r.add(m.name, m.value, codeURL, err.Error())
		}
	}
	return text
}

func (r *reader) eventName(m member) string {
	text, ok := r.text(m.name, m.value)
	if ok && !knownName(text) {
		r.add(m.name, m.value, codeEnum, "This is not the name of an event. "+suggest(text))
	}
	return text
}

func (r *reader) secret(m member) Secret {
	if m.value.Kind() == 'n' {
		return ""
	}
	text, ok := r.text(m.name, m.value)
	if ok && text == "" {
		r.add(m.name, m.value, codeTooShort,
			"The secret must not be empty. Leave it out or send null, and Waybill makes a good one.")
	}
	return Secret(text)
}

// filters returns nil for filters that narrow nothing, so that equal wishes look equal.
func (r *reader) filters(m member) *Filters {
	if m.value.Kind() == 'n' {
		return nil
	}
	if m.value.Kind() != '{' {
		r.add(m.name, m.value, codeObject, "The filters must be an object with fleet_ids, fleet_refs or both, or null.")
		return nil
	}
	var f Filters
	for in := range r.distinct("filters.", readObject(m.value).members) {
		switch path := "filters." + in.name; in.name {
		case "fleet_ids":
			f.FleetIDs = list(r, path, in.value, r.uuid)
		case "fleet_refs":
			f.FleetRefs = list(r, path, in.value, r.text)
		default:
			r.unknown("filters.", in, "fleet_ids and fleet_refs")
		}
	}
	if len(f.FleetIDs)+len(f.FleetRefs) == 0 {
		return nil
	}
	return &f
}

func (r *reader) uuid(path string, raw jsontext.Value) (uuid.UUID, bool) {
	text, ok := r.text(path, raw)
	if !ok {
		return uuid.Nil, false
	}
	id, err := uuid.Parse(text)
	if err != nil || len(text) != 36 { // Parse takes other spellings, which the contract does not
		r.add(path, raw, codeUUID, "This is not a UUID. Send the id of a fleet, such as 019bc0a2-5c6e-7d3f-8a41-3f2b9d0c6e55.")
		return uuid.Nil, false
	}
	return id, true
}

func (r *reader) text(path string, raw jsontext.Value) (string, bool) {
	if raw.Kind() != '"' {
		name := path[strings.LastIndex(path, ".")+1:]
		r.add(path, raw, codeString, fmt.Sprintf("The value of %s must be a string, not %s.", name, kindName(raw)))
		return "", false
	}
	return plain(raw), true
}
