package samsara

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// pageSize keeps a page far below what is read of an answer: records with many tags,
// attributes and sensors take several kB. Samsara's own maximum is 512.
const pageSize = "100"

// pagination ends a page of any list.
type pagination struct {
	EndCursor   string `json:"endCursor"`
	HasNextPage bool   `json:"hasNextPage"`
}

// sweep is one pass over one of Samsara's lists.
type sweep struct {
	form
	name  string
	path  string
	query url.Values
	// unsized tells that the list takes no limit.
	unsized bool
}

// list reads sweeps one after the other. Its cursor is the sweep's name and Samsara's cursor
// within it, as in "deactivated:MjkY". A driver whose activation changes between two sweeps
// may be met twice or not at all; the next import sets that right.
func list(sweeps ...sweep) rest.List {
	return func(ctx context.Context, send rest.Send, ask tsp.List) (tsp.Page, error) {
		cursor := ask.Cursor
		name, within, _ := strings.Cut(cursor, ":")
		at := slices.IndexFunc(sweeps, func(s sweep) bool { return cursor == "" || s.name == name })
		if at < 0 {
			return tsp.Page{}, noCursor(cursor)
		}
		page, err := sweeps[at].page(ctx, send, within)
		switch {
		case err != nil:
			return tsp.Page{}, err
		case page.Next != "":
			page.Next = sweeps[at].name + ":" + page.Next
		case at+1 < len(sweeps):
			page.Next = sweeps[at+1].name + ":"
		}
		return page, nil
	}
}

func noCursor(cursor string) error {
	return &tsp.Error{Class: tsp.Rejected, Message: fmt.Sprintf("%q is no cursor of this list", cursor)}
}

func (s sweep) page(ctx context.Context, send rest.Send, after string) (tsp.Page, error) {
	query := url.Values{}
	if !s.unsized {
		query.Set("limit", pageSize)
	}
	maps.Copy(query, s.query)
	if after != "" {
		query.Set("after", after)
	}
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: s.path, Query: query})
	if err != nil {
		return tsp.Page{}, err
	}
	answer, err := rest.Decode[struct {
		Data       []jsontext.Value `json:"data"`
		Pagination pagination       `json:"pagination"`
	}](a)
	if err != nil {
		return tsp.Page{}, err
	}
	if answer.Data == nil {
		return tsp.Page{}, a.Unexpected("the answer holds no list", nil)
	}
	page := tsp.Page{Records: make([]tsp.Record, len(answer.Data))}
	for i, source := range answer.Data {
		if page.Records[i], err = s.record(source); err != nil {
			return tsp.Page{}, a.Unexpected("a record has an unexpected shape", err)
		}
	}
	if answer.Pagination.HasNextPage {
		page.Next = answer.Pagination.EndCursor
		if page.Next == "" || page.Next == after {
			return tsp.Page{}, a.Unexpected("Samsara promises another page but does not tell where it begins", nil)
		}
	}
	return page, nil
}

// looseInt reads a number that Samsara gives as a JSON number in some answers and as a string
// in others. Text that is no number reads as 0, which stands for absent.
type looseInt int64

// UnmarshalJSON reads either form.
func (n *looseInt) UnmarshalJSON(raw []byte) error {
	v, _ := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
	*n = looseInt(v)
	return nil
}
