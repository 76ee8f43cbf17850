package remote

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"net/url"
	"strconv"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// mostPerPage is the contract's.
const mostPerPage = 1000

// List reads a list page by page, as long as somebody asks for more. limit is how many are wanted at most; 0 for all.
func (c *Client) List(ctx context.Context, path string, query url.Values, limit int) iter.Seq2[jsontext.Value, error] {
	return func(yield func(jsontext.Value, error) bool) {
		query = maps.Clone(query)
		if query == nil {
			query = url.Values{}
		}
		for left := limit; ; {
			size := mostPerPage
			if limit > 0 {
				size = min(left, mostPerPage)
			}
			query.Set("size", strconv.Itoa(size))
			var page struct {
				Items []jsontext.Value `json:"items"`
				Next  *string          `json:"next_page"`
			}
			body, err := c.Get(ctx, path, query)
			if err == nil {
				err = Decode(body, &page)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			left -= len(page.Items)
			if page.Next == nil || limit > 0 && left <= 0 {
				return
			}
			query.Set("cursor", *page.Next)
		}
	}
}

// Decode reads an answer of the API; what it does not know of is passed over.
func Decode(body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("the answer cannot be read; a newer release of waybill may: %w", err)
	}
	return nil
}
