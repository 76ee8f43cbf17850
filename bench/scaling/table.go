package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// table is what a scenario tells.
type table struct {
	title, note string
	head        []string
	rows        [][]string
}

// add adds a row; figures are written with the digits that mean something.
func (t *table) add(cells ...any) {
	var row []string
	for _, cell := range cells {
		switch v := cell.(type) {
		case float64:
			row = append(row, round(v))
		case time.Duration:
			row = append(row, round(float64(v)/float64(time.Millisecond))+" ms")
		default:
			row = append(row, fmt.Sprint(v))
		}
	}
	t.rows = append(t.rows, row)
}

func round(f float64) string {
	switch {
	case f >= 100:
		return fmt.Sprintf("%.0f", f)
	case f >= 10:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.2f", f)
}

const preface = `# Scaling: figures of the model

Written by ` + "`go run ./bench/scaling --out docs/scaling-figures.md`" + `; do not edit.
[scaling.md](scaling.md) says what follows from them. They are those of a simulation in virtual time, which is the same
for everybody who runs it, and hold as far as the first table does: a parameter that is measured anew is changed in
bench/scaling/parameters.go.
`

// document is all tables as Markdown.
func document() string {
	var b strings.Builder
	b.WriteString(preface)
	given := table{title: "What is taken as given", head: []string{"parameter", "value", "", "source"}}
	for _, p := range parameters() {
		given.add(p.name, p.value, p.origin, p.source)
	}
	for _, t := range append([]table{given}, scenarios()...) {
		fmt.Fprintf(&b, "\n## %s\n\n", t.title)
		if t.note != "" {
			b.WriteString(t.note + "\n\n")
		}
		fmt.Fprintf(&b, "| %s |\n|%s\n", strings.Join(t.head, " | "), strings.Repeat(" --- |", len(t.head)))
		for _, row := range t.rows {
			fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		}
	}
	return b.String()
}

// save writes the document, or prints it where no file is named.
func save(path string) error {
	if path == "" {
		fmt.Print(document())
		return nil
	}
	return os.WriteFile(path, []byte(document()), 0o644)
}
