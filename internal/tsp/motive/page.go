package motive

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// pageSize is Motive's largest.
const pageSize = 100

// maxPages bounds what is read of a list that never ends.
const maxPages = 500

// pages reads a list from its first page to the first one that is not full.
func pages[T any](ctx context.Context, send rest.Send, of rest.Call, take func(T) int) error {
	for page := range maxPages {
		call := pageCall(of.Path, of.Query, page+1)
		call.Header = of.Header
		a, err := send(ctx, call)
		if err != nil {
			return err
		}
		body, err := rest.Decode[T](a)
		if err != nil {
			return err
		}
		if take(body) < pageSize {
			return nil
		}
	}
	return &tsp.Error{Class: tsp.Broken, Message: "Motive's list " + of.Path + " does not end"}
}

func pageCall(path string, query url.Values, page int) rest.Call {
	all := url.Values{"per_page": {strconv.Itoa(pageSize)}, "page_no": {strconv.Itoa(page)}}
	for name, values := range query {
		all[name] = values
	}
	return rest.Call{Method: http.MethodGet, Path: path, Query: all}
}
