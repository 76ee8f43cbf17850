package geotab

import (
	"context"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// sorted pages through all entities of a type. Its cursor is the last id of the page before, by which Geotab sorts.
func sorted(ctx context.Context, c *call, entity string, l tsp.List) ([]jsontext.Value, string, error) {
	sort := map[string]string{"sortBy": "id", "sortDirection": "asc"}
	if l.Cursor != "" {
		sort["offset"], sort["lastId"] = l.Cursor, l.Cursor
	}
	params := map[string]any{"typeName": entity, "resultsLimit": pageSize, "sort": sort}
	all, err := query[jsontext.Value](ctx, c, params, entity)
	if err != nil {
		return nil, "", err
	}
	next := ""
	for _, source := range all {
		id, err := idIn(source)
		switch {
		case err != nil:
			return nil, "", c.broken("a "+entity+" has an unexpected shape", err)
		case string(id) == l.Cursor:
			return nil, "", c.broken("Geotab does not go on behind the id that it was asked to", nil)
		}
		next = string(id)
	}
	if len(all) < pageSize {
		next = ""
	}
	return all, next, nil
}

// feedSize is less: an inspection may hold many defects, each with remarks.
const feedSize = 50

// fed pages through the entities of a type since a time, in the order in which they came or changed: GetFeed is what
// Geotab has integrations page logs by. A full page has more behind it, at its toVersion
// (developers.geotab.com/myGeotab/guides/dataFeed, read 2026-11-27).
func fed(ctx context.Context, c *call, entity string, l tsp.List) ([]jsontext.Value, string, error) {
	params := map[string]any{"typeName": entity, "resultsLimit": feedSize}
	switch {
	case l.Cursor != "":
		params["fromVersion"] = l.Cursor
	case !l.Since.IsZero():
		params["search"] = map[string]string{"fromDate": stamp(l.Since)}
	}
	result, err := c.call(ctx, "GetFeed", entity, params)
	if err != nil {
		return nil, "", err
	}
	var page struct {
		Data []jsontext.Value `json:"data"`
		To   string           `json:"toVersion"`
	}
	switch err := unmarshal(result, &page); {
	case err != nil || page.Data == nil:
		return nil, "", c.broken("Geotab's answer has an unexpected shape", err)
	case len(page.Data) < feedSize:
		return page.Data, "", nil
	case page.To == "" || page.To == l.Cursor:
		return nil, "", c.broken("Geotab does not tell where the feed goes on behind a full page", nil)
	}
	return page.Data, page.To, nil
}

// mostTrailers is Geotab's own maximum of devices in an answer, and maxTrailers bounds what is read of it, in bytes.
const (
	mostTrailers = 5000
	maxTrailers  = 16 << 20
)

// isTrailer tells whether a device is one: inspections name a trailer as the device that it is.
func (c *call) isTrailer(ctx context.Context, device resource.SourceID) (bool, error) {
	all, err := c.session.trailers.get(c.session.adapter.now(), "", func() (map[resource.SourceID]bool, error) {
		c.most = maxTrailers
		defer func() { c.most = 0 }()
		found := map[resource.SourceID]bool{}
		sort := map[string]string{"sortBy": "id", "sortDirection": "asc"}
		for {
			page, err := query[ref](ctx, c, map[string]any{
				"typeName": "Device", "resultsLimit": mostTrailers, "sort": sort, "search": map[string]any{"groups": refs(groupTrailer)},
				"propertySelector": map[string]any{"fields": []string{"id"}, "isIncluded": true}}, "Device")
			if err != nil {
				return nil, err
			}
			fresh := 0
			for _, one := range page {
				if !found[one.ID] {
					fresh++
				}
				found[one.ID] = true
				sort["offset"], sort["lastId"] = string(one.ID), string(one.ID)
			}
			if len(page) < mostTrailers || fresh == 0 {
				return found, nil
			}
		}
	})
	return all[device], err
}
