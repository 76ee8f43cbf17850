package traccar

import (
	"context"
	"maps"
	"net/url"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// sought is a record that an operation may have made and marked.
type sought struct {
	table
	// identifier is what the server knows it by, and name what lists are sorted by.
	identifier, name string
}

// find looks among the records that hold the identifier for the one that the operation marked. A list
// narrowed by uniqueId itself would hold only what is linked to the caller, and the server's service
// account is linked to nothing. Of a list in several pages a record may be on none; see namesakes. A
// server that knows no pages gives the whole list each time.
func (s sought) find(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
	met := map[resource.SourceID]bool{}
	for place := 0; ; place += pageSize {
		query := keyword(s.identifier)
		maps.Copy(query, paged(place))
		out, rows, err := s.among(ctx, send, query, w)
		if err != nil || out.SourceID != "" {
			return out, err == nil, err
		}
		known := len(met)
		for _, r := range rows {
			met[r.id()] = true
		}
		if len(rows) != pageSize || len(met) == known {
			break
		}
	}
	if len(met) < pageSize || strings.TrimSpace(s.name) == "" {
		return tsp.Written{}, false, nil
	}
	out, _, err := s.among(ctx, send, keyword(strings.TrimSpace(s.name)), w)
	return out, out.SourceID != "" && err == nil, err
}

// among reads a list and picks the record that bears the operation's mark.
func (s sought) among(ctx context.Context, send rest.Send, query url.Values, w tsp.Write) (tsp.Written, []row, error) {
	rows, a, err := s.read(ctx, send, query)
	for _, r := range rows {
		if r.attributes().text(markAttribute) == w.Operation.String() {
			return tsp.Written{SourceID: r.id(), Collection: s.collection, Status: a.Status, Headers: a.Headers}, rows, nil
		}
	}
	return tsp.Written{}, rows, err
}
