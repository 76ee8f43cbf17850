package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// imports says of which kinds the TSP's records are read, and why of the others they are not.
func imports(b *strings.Builder, s tsp.Spec) {
	b.WriteString("\n## Imports\n\nWhat a connection's records are read of, whoever made them. Of a kind that is not imported, reads show what was\n" +
		"written through Waybill.\n\n| kind | imported |\n| --- | --- |\n")
	for _, k := range resource.Kinds() {
		name, imported := strings.ReplaceAll(string(k), "_", " "), "no"
		if slices.ContainsFunc(s.Imports, func(i tsp.ImportKind) bool { return i.Kind == k }) {
			imported = "yes"
		} else if why := s.NotImported[k]; why != "" {
			imported = "no: " + strings.TrimSuffix(why, ".")
		}
		fmt.Fprintf(b, "| %s | %s |\n", name, imported)
	}
}
