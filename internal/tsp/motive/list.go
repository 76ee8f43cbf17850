package motive

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// list reads one of Motive's lists by page numbers. plural and singular are the envelopes of
// the list and of each record. A record that is added or removed meanwhile may be met twice or
// not at all; the next import sets that right.
func list(path, plural, singular, collection string, fields func(jsontext.Value) (any, error)) rest.List {
	return func(ctx context.Context, send rest.Send, ask tsp.List) (tsp.Page, error) {
		cursor := ask.Cursor
		number := 1
		if cursor != "" {
			n, err := strconv.Atoi(cursor)
			if err != nil || n < 1 {
				return tsp.Page{}, &tsp.Error{Class: tsp.Rejected, Message: fmt.Sprintf("%q is no cursor of this list", cursor)}
			}
			number = n
		}
		a, err := send(ctx, pageCall(path, url.Values{}, number))
		if err != nil {
			return tsp.Page{}, err
		}
		body, err := rest.Decode[map[string]jsontext.Value](a)
		if err != nil {
			return tsp.Page{}, err
		}
		var all []map[string]jsontext.Value
		if err := json.Unmarshal(body[plural], &all); err != nil {
			return tsp.Page{}, a.Unexpected("the answer holds no list of "+plural, err)
		}
		page := tsp.Page{Records: make([]tsp.Record, len(all))}
		for i, one := range all {
			if page.Records[i], err = record(one[singular], collection, fields); err != nil {
				return tsp.Page{}, a.Unexpected("a "+singular+" has an unexpected shape", err)
			}
		}
		if len(all) == pageSize {
			page.Next = strconv.Itoa(number + 1)
		}
		return page, nil
	}
}

func record(source jsontext.Value, collection string, fields func(jsontext.Value) (any, error)) (tsp.Record, error) {
	var key struct {
		ID int64 `json:"id"`
	}
	if err := json.Unmarshal(source, &key); err != nil {
		return tsp.Record{}, err
	}
	if key.ID == 0 {
		return tsp.Record{}, fmt.Errorf("a record of %s has no id", collection)
	}
	unified, err := fields(source)
	if err != nil {
		return tsp.Record{}, err
	}
	encoded, err := json.Marshal(unified)
	return tsp.Record{Collection: collection, SourceID: resource.SourceID(strconv.FormatInt(key.ID, 10)), Fields: encoded, Source: source}, err
}

// unify makes the unified form of a record from a typed mapping.
func unify[R any](mapping func(R) any) func(jsontext.Value) (any, error) {
	return func(source jsontext.Value) (any, error) {
		var r R
		err := json.Unmarshal(source, &r)
		return mapping(r), err
	}
}

// numberOf reads a text that holds a number; 0 if it holds none.
func numberOf(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// reversed turns a table round where that is unambiguous; where several words share one, the
// first in order wins.
func reversed(words map[string]string) map[string]string {
	out := map[string]string{}
	for ours, theirs := range words {
		if known, twice := out[theirs]; !twice || ours < known {
			out[theirs] = ours
		}
	}
	return out
}
