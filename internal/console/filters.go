package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
)

// survey reads the filters of a request. What it returns of them are those that are set, without the page.
func (c *Console) survey(r *http.Request) (url.Values, operation.Survey, error) {
	q, of, err := c.filters(r.URL.Query())
	if err != nil {
		return q, of, err
	}
	of.Window, err = placeOf(r, listOf(q))
	return q, of, err
}

// filters reads those of a list of operations.
func (c *Console) filters(given url.Values) (url.Values, operation.Survey, error) {
	q, of := url.Values{}, operation.Survey{}
	for _, name := range filterNames() {
		if text := strings.TrimSpace(given.Get(name)); text != "" {
			q.Set(name, text)
		}
	}
	of.SourceID = resource.SourceID(q.Get("source_id"))
	for _, read := range []func() error{
		func() error { return enum(q, "state", &of.Stage, operation.Counted()) },
		func() error { return enum(q, "reason", &of.Cause, operation.Causes()) },
		func() error { return enum(q, "tsp", &of.TSP, c.TSPs.Names()) },
		func() error { return enum(q, "kind", &of.Kind, resource.Kinds()) },
		func() error { return enum(q, "verb", &of.Verb, []resource.Verb{resource.Create, resource.Update}) },
		func() error { return idIn(q, "partner", &of.Partner) },
		func() error { return idIn(q, "connection", &of.Connection) },
		func() error { return idIn(q, "resource", &of.Resource) },
		func() error { return c.during(q, &of) },
	} {
		if err := read(); err != nil {
			return q, of, err
		}
	}
	return q, of, nil
}

// during reads the time of a list: a span until now, or a beginning and an end.
func (c *Console) during(q url.Values, of *operation.Survey) error {
	if text := q.Get("since"); text != "" {
		i := slices.IndexFunc(spans, func(s struct {
			value, word string
			span        time.Duration
		}) bool {
			return s.value == text
		})
		if i < 0 {
			return wrongInput("since", text, "must be 1h, 24h, 7d or 30d; give from and to for any other time")
		}
		of.From = c.Now().Add(-spans[i].span)
	}
	for name, into := range map[string]*time.Time{"from": &of.From, "to": &of.To} {
		if text := q.Get(name); text != "" {
			at, err := time.Parse(time.RFC3339, text)
			if err != nil {
				return wrongInput(name, text, "must be a time such as 2026-11-26T18:00:00Z")
			}
			*into = at
		}
	}
	return nil
}

// enum reads a parameter that has one of some values.
func enum[T ~string](q url.Values, name string, into *T, values []T) error {
	text := T(q.Get(name))
	if text == "" || slices.Contains(values, text) {
		*into = text
		return nil
	}
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	return wrongInput(name, string(text), "must be one of "+strings.Join(all, ", "))
}

// idIn reads a parameter that is an id.
func idIn(q url.Values, name string, into *uuid.UUID) error {
	text := q.Get(name)
	if text == "" {
		return nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return wrongInput(name, text, "must be an id of 36 characters")
	}
	*into = id
	return nil
}
