package main

import (
	"fmt"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// imports says which of the TSP's own records are read, and why others are not.
func imports(b *strings.Builder, s tsp.Spec) {
	b.WriteString("\n## Imports\n\nThe TSP's own records of these kinds are read, whoever made them, except what a note leaves out.\n\n| records | imported | note |\n| --- | --- | --- |\n")
	for _, kind := range resource.Kinds() {
		fmt.Fprintf(b, "| %s | %s | %s |\n", plural(kind), yesNo(s.WhyNotImported(kind) == ""), cell(importNote(s, kind)))
	}
}

// importNote is what there is to say about the import of a kind.
func importNote(s tsp.Spec, kind resource.Kind) string {
	if why := s.WhyNotImported(kind); why != "" {
		return why
	}
	var said []string
	if kind.Facts().Log {
		said = append(said, "by time: those since the last import, or of as many days as the installation looks back")
	}
	if note := s.ImportNote(kind); note != "" {
		said = append(said, note)
	}
	return strings.Join(said, "; ")
}

// importedRecords is the part of the matrix about imports.
func importedRecords(specs []tsp.Spec) string {
	var b strings.Builder
	b.WriteString("\n## What is imported\n\nWhich of a TSP's own records Waybill reads. Messages, inspections and purchases are read by time.\n\n| records |")
	line := "| --- |"
	for _, s := range specs {
		fmt.Fprintf(&b, " [%s](tsps/%s.md#imports) |", cell(s.DisplayName), s.Name)
		line += " --- |"
	}
	fmt.Fprintf(&b, "\n%s\n", line)
	for _, kind := range resource.Kinds() {
		fmt.Fprintf(&b, "| %s |", plural(kind))
		for _, s := range specs {
			fmt.Fprintf(&b, " %s |", yesNo(s.WhyNotImported(kind) == ""))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func plural(kind resource.Kind) string { return strings.ReplaceAll(kind.Facts().Plural, "-", " ") }

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
