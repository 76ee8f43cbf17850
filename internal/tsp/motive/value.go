package motive

import (
	"strconv"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// mapped is a given text as another word.
func mapped(o resource.Opt[string], words map[string]string) jsontext.Value {
	if v, ok := o.Get(); ok {
		return encoded(words[v])
	}
	return rest.Given(o)
}

// encoded is a value of ours as JSON; those of this package always can be.
func encoded(v any) jsontext.Value {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return raw
}

// number is a source id as the JSON integer that Motive wants.
func number(id resource.SourceID) (int64, error) {
	n, err := strconv.ParseInt(string(id), 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != string(id) {
		return 0, &tsp.Error{Class: tsp.Missing, Message: strconv.Quote(string(id)) + " is no id of Motive's"}
	}
	return n, nil
}

// idText is an id as it stands in paths.
func idText(id int64) string { return strconv.FormatInt(id, 10) }

// reference returns the source id of a reference as a number; 0 if it was not given.
func reference(w tsp.Write, field string) (int64, error) {
	id, ok := w.Refs.One(field)
	if !ok {
		return 0, nil
	}
	return number(id)
}

// numbers are settings of several ids as numbers. What is no number is left out: the check of
// the connection has refused it.
func numbers(ids []string) []int64 {
	var out []int64
	for _, id := range ids {
		if n, err := strconv.ParseInt(id, 10, 64); err == nil {
			out = append(out, n)
		}
	}
	return out
}

// statusOf is Motive's one status for our two fields; is_active wins.
func statusOf(active resource.Opt[bool]) jsontext.Value {
	is, ok := active.Get()
	switch {
	case !ok:
		return nil
	case is:
		return encoded("active")
	}
	return encoded("deactivated")
}
