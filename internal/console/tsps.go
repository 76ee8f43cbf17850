package console

import (
	"fmt"
	"net/http"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// tspsView is what the page of the TSPs shows.
type tspsView struct {
	TSPs   []tspColumn
	Writes []writeRow
}

// tspColumn is a TSP with what is known of it.
type tspColumn struct {
	Name   string
	Docs   []tsp.Doc
	Limits []limitRow
	At     string
}

// limitRow is a limit in words.
type limitRow struct{ Key, Says, Source string }

// writeRow is a write with how far each TSP takes it.
type writeRow struct {
	Write string
	Cells []supportCell
}

// supportCell is how far a TSP takes a write.
type supportCell struct {
	TSP    string
	Look   Look
	Fields string
	Reason string
}

// showTSPs shows which writes each TSP takes, and its limits.
func (c *Console) showTSPs(_ *http.Request, _ Visitor) (answer, error) {
	var specs []tsp.Spec
	var v tspsView
	for _, name := range c.TSPs.Names() {
		adapter, ok := c.TSPs.Adapter(name)
		if !ok {
			continue
		}
		spec := adapter.Spec()
		specs = append(specs, spec)
		column := tspColumn{Name: spec.DisplayName, Docs: spec.Docs, At: c.TSPs.BaseURL(name)}
		for _, l := range spec.Limits {
			column.Limits = append(column.Limits, limitRow{l.Key, limitOf(l), l.Source})
		}
		v.TSPs = append(v.TSPs, column)
	}
	for i, capability := range tsp.Capabilities() {
		row := writeRow{Write: capital(words(capability.Verb)) + " " + words(capability.Kind)}
		for _, of := range tsp.Matrix(specs) {
			row.Cells = append(row.Cells, supportOf(of, of.Cells[i]))
		}
		v.Writes = append(v.Writes, row)
	}
	return answer{sheet: sheet{name: "tsps", Title: "TSPs", Place: "TSPs", Content: v}}, nil
}

// supportOf is how a cell of the matrix is shown.
func supportOf(of tsp.MatrixRow, c tsp.Cell) supportCell {
	s := supportCell{TSP: of.DisplayName, Reason: c.Reason}
	switch c.Support {
	case tsp.Yes:
		s.Look = Look{"Yes", "succeeded", ok}
	case tsp.Partial:
		s.Look, s.Fields = Look{"Partial", "queued", idle}, fmt.Sprintf("%d of %d fields", c.Sent, c.Fields)
	default:
		s.Look = Look{"No", "cancelled", idle}
	}
	return s
}

// limitOf says a limit in words.
func limitOf(l tsp.Limit) string {
	says := ""
	if l.Events > 0 {
		says = fmt.Sprintf("%s in %s for each %s", count(l.Events), span(l.Period), words(l.Scope))
	}
	if l.AtOnce > 0 {
		if says != "" {
			says += ", "
		}
		says += fmt.Sprintf("%d at once", l.AtOnce)
	}
	if says == "" {
		return "no rate is known"
	}
	return says
}
