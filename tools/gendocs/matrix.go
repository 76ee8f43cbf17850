package main

import (
	"fmt"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// supportTable is the README's table: a row per write, a column per TSP.
func supportTable(matrix []tsp.MatrixRow) string {
	var b strings.Builder
	b.WriteString("| write |")
	line := "| --- |"
	for _, row := range matrix {
		fmt.Fprintf(&b, " [%s](%s/%s.md) |", cell(row.DisplayName), pages, row.TSP)
		line += " --- |"
	}
	fmt.Fprintf(&b, "\n%s\n", line)
	for i, c := range tsp.Capabilities() {
		fmt.Fprintf(&b, "| %s |", title(c))
		for _, row := range matrix {
			one := row.Cells[i]
			link := fmt.Sprintf("%s/%s.md#%s", pages, row.TSP, anchor(c))
			switch one.Support {
			case tsp.Yes:
				b.WriteString(" yes |")
			case tsp.Partial:
				fmt.Fprintf(&b, " [partial](%s) %d/%d |", link, one.Sent, one.Fields)
			default:
				fmt.Fprintf(&b, " [no](%s) |", link)
			}
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "\n*yes*: every field of the write reaches the TSP. *partial*: so many of them do; the link says which do not and why,\n"+
		"or which setting a connection needs. What does not is dropped with a warning or refused, never silently lost.\n"+
		"All reasons on one page: [%s](%s).\n", capabilities, capabilities)
	return b.String()
}

// capabilityPage is the matrix with its reasons.
func capabilityPage(matrix []tsp.MatrixRow) string {
	var b strings.Builder
	b.WriteString("# What can be written where\n\n" +
		"*yes*: every field of the unified model reaches the TSP. *partial*: some do not (dropped with a warning, or rejected\n" +
		"with 422), or a connection needs a setting. *no*: the write is answered with 501. The same as data:\n" +
		"`GET /v2/integrations/tsps/{tsp_id}/capabilities`, and for one connection\n" +
		"`GET /v2/integrations/connections/{connection_id}/capabilities`.\n")
	for i, c := range tsp.Capabilities() {
		fmt.Fprintf(&b, "\n## %s\n\n| TSP | support | fields | what is missing |\n| --- | --- | --- | --- |\n", title(c))
		for _, row := range matrix {
			one := row.Cells[i]
			fields := "–"
			if one.Fields > 0 {
				fields = fmt.Sprintf("%d of %d", one.Sent, one.Fields)
			}
			fmt.Fprintf(&b, "| [%s](tsps/%s.md#%s) | %s | %s | %s |\n", cell(row.DisplayName), row.TSP, anchor(c),
				one.Support, fields, cell(one.Reason))
		}
	}
	return b.String()
}

// title is a capability for people.
func title(c tsp.Capability) string { return strings.ReplaceAll(c.String(), "_", " ") }

// anchor is the place of a write's heading on a page.
func anchor(c tsp.Capability) string { return strings.ReplaceAll(title(c), " ", "-") }

// cell makes a text fit into a table.
func cell(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}
