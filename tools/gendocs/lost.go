package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// lost says what becomes of writes to one TSP whose answer was lost.
func lost(b *strings.Builder, s tsp.Spec) {
	fmt.Fprintf(b, "\n## Lost answers\n\n"+
		"A write whose answer was lost may take effect for %s longer%s. Until then Waybill looks for it again and\n"+
		"again but takes \"not found\" for no answer, and sends nothing newer on the same record. Source: %s.\n",
		span(s.Settling(tsp.Capability{})), exceptions(s), said(s.SettlesSource))
}

// exceptions lists the writes that take longer or less than the others.
func exceptions(s tsp.Spec) string {
	var all []string
	for _, c := range tsp.Capabilities() {
		if _, ok := s.Actions[c]; ok && s.Settling(c) != s.Settling(tsp.Capability{}) {
			all = append(all, title(c)+" for "+span(s.Settling(c)))
		}
	}
	if len(all) == 0 {
		return ""
	}
	return " (" + strings.Join(all, ", ") + ")"
}

// lostAnswers is the same for all TSPs, with what cannot be known.
func lostAnswers(specs []tsp.Spec) string {
	var b strings.Builder
	b.WriteString("\n## Lost answers\n\n" +
		"How each write is kept from taking effect twice stands on the page of its TSP. After an answer that was lost a write\n" +
		"may take effect for so long; until then Waybill takes \"not found\" for no answer and sends nothing newer on the same\n" +
		"record.\n\n" +
		"| TSP | how long | source |\n| --- | --- | --- |\n")
	for _, s := range specs {
		fmt.Fprintf(&b, "| [%s](tsps/%s.md#lost-answers) | %s%s | %s |\n", cell(s.DisplayName), s.Name,
			span(s.Settling(tsp.Capability{})), exceptions(s), cell(said(s.SettlesSource)))
	}
	b.WriteString("\nWhat no look-up can know then. Where nothing tells a write from an equal one the operation ends with the outcome\n" +
		"unknown.\n\n" +
		"| write | TSP | what cannot be known |\n| --- | --- | --- |\n")
	for _, c := range tsp.Capabilities() {
		for _, s := range specs {
			if a, ok := s.Actions[c]; ok && a.Unknowable != "" {
				fmt.Fprintf(&b, "| %s | [%s](tsps/%s.md#%s) | %s |\n", title(c), cell(s.DisplayName), s.Name, anchor(c),
					cell(a.Unknowable))
			}
		}
	}
	return b.String()
}

// said is where a settling time comes from.
func said(source string) string {
	if source == "" {
		return "assumed: as long as a call is waited for"
	}
	return source
}

// span says a length of time for people.
func span(d time.Duration) string {
	if d%time.Minute == 0 && d > time.Minute {
		return fmt.Sprintf("%d minutes", d/time.Minute)
	}
	return fmt.Sprintf("%g seconds", d.Seconds())
}
