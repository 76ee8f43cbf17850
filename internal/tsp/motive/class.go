package motive

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// class is a class of Motive's records. Its lists and the answers to its writes show a record alike.
type class struct {
	path string
	// plural and singular are the envelopes of a list and of each record.
	plural, singular, collection string
	// groups are those of the account, for records that have some; nil for others.
	groups *rest.Kept[groupNames]
	// header is sent with the calls for its list.
	header http.Header
	tell   func(source jsontext.Value, by reading) (told, error)
}

// reading is what a record is read by beside itself.
type reading struct {
	// integration is the name under which the caller's external ids stand.
	integration string
	// assetType is that of trailers whose type Motive has no word for.
	assetType string
	groups    groupNames
}

// told is what a record tells.
type told struct {
	// fields are the members of the unified read model.
	fields any
	names  map[string][]tsp.Named
	at     time.Time
}

// telling types what a class tells of a record.
func telling[R any](tell func(R, reading) told) func(jsontext.Value, reading) (told, error) {
	return func(source jsontext.Value, by reading) (told, error) {
		var r R
		if err := json.Unmarshal(source, &r); err != nil {
			return told{}, err
		}
		return tell(r, by), nil
	}
}

// reading is how a connection reads the class.
func (k class) reading(ctx context.Context, send rest.Send, settings tsp.Settings) (by reading, err error) {
	by = readingOf(settings)
	if k.groups != nil {
		by.groups, err = k.groups.Get(ctx, send)
	}
	return by, err
}

func readingOf(s tsp.Settings) reading {
	return reading{integration: s.Text(settingIntegration), assetType: s.Text(settingAssetType)}
}

func (k class) record(source jsontext.Value, by reading) (tsp.Record, error) {
	var key struct {
		ID rest.ID `json:"id"`
	}
	if err := json.Unmarshal(source, &key); err != nil {
		return tsp.Record{}, err
	}
	if key.ID == "" || key.ID == "0" {
		return tsp.Record{}, fmt.Errorf("a record of %s has no id", k.collection)
	}
	t, err := k.tell(source, by)
	if err != nil {
		return tsp.Record{}, err
	}
	fields, err := json.Marshal(t.fields, json.Deterministic(true))
	return tsp.Record{Collection: k.collection, SourceID: resource.SourceID(key.ID), Fields: fields, Source: source,
		Names: t.names, OccurredAt: t.at}, err
}

// show is the record of an answer to a write, if the session knows the names of the groups that it is in.
func (k class) show(ctx context.Context, w tsp.Write, a rest.Answer) (tsp.Record, error) {
	by := readingOf(w.Settings)
	if k.groups != nil {
		var known bool
		if by.groups, known = k.groups.Known(ctx); !known && grouped(a, k.singular) {
			return tsp.Record{}, errors.New("the names of the groups are not known")
		}
	}
	return k.within(a, by)
}

func grouped(a rest.Answer, envelope string) bool {
	body, err := rest.Decode[map[string]struct {
		GroupIDs []int64 `json:"group_ids"`
	}](a)
	return err == nil && len(body[envelope].GroupIDs) > 0
}

// within is the record in an answer's envelope.
func (k class) within(a rest.Answer, by reading) (tsp.Record, error) {
	body, err := rest.Decode[map[string]jsontext.Value](a)
	if err != nil {
		return tsp.Record{}, err
	}
	r, err := k.record(body[k.singular], by)
	if err != nil {
		return r, a.Unexpected("a "+k.singular+" has an unexpected shape", err)
	}
	return r, nil
}

// read reads one record.
func (k class) read(ctx context.Context, send rest.Send, one tsp.Single, settings tsp.Settings) (tsp.Record, error) {
	id := string(one.SourceID)
	if _, err := number(one.SourceID); err != nil && !tsp.IsPlaceholder(id) {
		return tsp.Record{}, err
	}
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: k.path + "/" + url.PathEscape(id)})
	if err != nil {
		return tsp.Record{}, err
	}
	by, err := k.reading(ctx, send, settings)
	if err != nil {
		return tsp.Record{}, err
	}
	return k.within(a, by)
}

// list reads the class by page numbers. A record that is added or removed meanwhile may be met twice or not at
// all; the next import sets that right.
func (k class) list(settings tsp.Settings, filter func(tsp.List) url.Values) rest.List {
	return func(ctx context.Context, send rest.Send, ask tsp.List) (tsp.Page, error) {
		n, err := pageOf(ask.Cursor)
		if err != nil {
			return tsp.Page{}, err
		}
		var query url.Values
		if filter != nil {
			query = filter(ask)
		}
		call := pageCall(k.path, query, n)
		call.Header = k.header
		a, err := send(ctx, call)
		if err != nil {
			return tsp.Page{}, err
		}
		by, err := k.reading(ctx, send, settings)
		if err != nil {
			return tsp.Page{}, err
		}
		page, err := k.page(a, by)
		if len(page.Records) == pageSize {
			page.Next = strconv.Itoa(n + 1)
		}
		return page, err
	}
}

func (k class) page(a rest.Answer, by reading) (tsp.Page, error) {
	body, err := rest.Decode[map[string]jsontext.Value](a)
	if err != nil {
		return tsp.Page{}, err
	}
	var all []map[string]jsontext.Value
	if err := json.Unmarshal(body[k.plural], &all); err != nil {
		return tsp.Page{}, a.Unexpected("the answer holds no list of "+k.plural, err)
	}
	page := tsp.Page{Records: make([]tsp.Record, len(all))}
	for i, one := range all {
		if page.Records[i], err = k.record(one[k.singular], by); err != nil {
			return tsp.Page{}, a.Unexpected("a "+k.singular+" has an unexpected shape", err)
		}
	}
	return page, nil
}

// pageOf is the page that a cursor names.
func pageOf(cursor string) (int, error) {
	if cursor == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(cursor)
	if err != nil || n < 1 {
		return 0, &tsp.Error{Class: tsp.Rejected, Message: fmt.Sprintf("%q is no cursor of this list", cursor)}
	}
	return n, nil
}
