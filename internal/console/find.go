package console

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// findView is what was looked for and not found, or found more than once.
type findView struct {
	Text string
	Rows []row
}

// find leads to whatever an id names: an operation by all of its id or by its last characters, a record or a connection,
// or a source id.
func (c *Console) find(r *http.Request, who Visitor) (answer, error) {
	text := strings.TrimSpace(r.FormValue("q"))
	text = strings.TrimPrefix(text, "…")
	if text == "" {
		return answer{to: operationsPath}, nil
	}
	if id, err := uuid.Parse(text); err == nil {
		return c.findID(r, who, id)
	}
	if end, err := hex.DecodeString(text); err == nil && len(text) == shown {
		ids, err := c.Operations.Ending(r.Context(), end)
		if err != nil {
			return answer{}, err
		}
		if len(ids) == 1 {
			return answer{to: operationPath(ids[0])}, nil
		}
		if len(ids) > 1 {
			return c.findSeveral(r, who, text, ids)
		}
	}
	if to, err := c.narrowed(r, operation.Survey{SourceID: resource.SourceID(text)}, "source_id", text); to != "" || err != nil {
		return answer{to: to}, err
	}
	return nothing(text), nil
}

// findID leads to what has an id.
func (c *Console) findID(r *http.Request, who Visitor, id uuid.UUID) (answer, error) {
	_, err := c.Operations.Find(r.Context(), id)
	if err == nil {
		return answer{to: operationPath(id)}, nil
	}
	if problem.Of(err).Code != problem.NotFound {
		return answer{}, err
	}
	if _, err := c.Naming.Connection(r.Context(), id); err == nil {
		return answer{to: connectionPath(id)}, nil
	}
	if _, err := c.Naming.Partner(r.Context(), id); err == nil {
		return answer{to: with(operationsPath, url.Values{"partner": {id.String()}})}, nil
	}
	to, err := c.narrowed(r, operation.Survey{Resource: id}, "resource", id.String())
	if to != "" || err != nil {
		return answer{to: to}, err
	}
	return nothing(id.String()), nil
}

// narrowed is the list of operations by one filter, if it holds any of those that are looked at; "" otherwise.
func (c *Console) narrowed(r *http.Request, of operation.Survey, name, value string) (string, error) {
	of.Window.Limit = 1
	found, err := c.Operations.Survey(r.Context(), of)
	if err != nil || len(found.Items) == 0 {
		return "", err
	}
	return with(operationsPath, url.Values{name: {value}}), nil
}

// findSeveral lists operations whose ids end alike.
func (c *Console) findSeveral(r *http.Request, who Visitor, text string, ids []uuid.UUID) (answer, error) {
	v, n := findView{Text: text}, c.namer(r.Context(), who)
	for _, id := range ids {
		op, err := c.Operations.Find(r.Context(), id)
		if err != nil {
			return answer{}, err
		}
		v.Rows = append(v.Rows, n.row(op))
	}
	return answer{sheet: sheet{name: "find", Title: "Several operations", Place: "Operations", Content: v}}, nil
}

// nothing says what was looked at.
func nothing(text string) answer {
	return answer{sheet: sheet{name: "find", status: http.StatusNotFound, Title: "Nothing found", Content: findView{Text: cut(text, 100)}}}
}
