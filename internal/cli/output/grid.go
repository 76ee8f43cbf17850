package output

import (
	"strings"
	"unicode/utf8"
)

// Grid is a table: the heads of its columns, and rows of as many cells.
type Grid struct {
	Heads []string
	Rows  [][]string
}

// Add adds a row.
func (g *Grid) Add(cells ...string) { g.Rows = append(g.Rows, cells) }

// gap stands between two columns.
const gap = "  "

// table writes a grid. On a terminal the last column is cut where the line ends.
func (p *Printer) table(g Grid) error {
	rows := make([][]string, 0, len(g.Rows)+1)
	if !p.NoHeaders {
		rows = append(rows, g.Heads)
	}
	for _, row := range g.Rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			if cells[i] = Plain(cell); cells[i] == "" {
				cells[i] = "-"
			}
		}
		rows = append(rows, cells)
	}
	widths := make([]int, len(g.Heads))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var out strings.Builder
	for n, row := range rows {
		used := 0
		for i, cell := range row {
			last := i == len(row)-1
			if last && p.Width > 0 {
				cell = cut(cell, p.Width-used)
			}
			out.WriteString(p.coloured(cell, n == 0 && !p.NoHeaders))
			if !last {
				out.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)) + gap)
				used += widths[i] + len(gap)
			}
		}
		out.WriteByte('\n')
	}
	return p.write([]byte(out.String()))
}

// cut shortens a text to a width; one that is too narrow for anything cuts nothing.
func cut(text string, width int) string {
	if width < 10 || utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:width-1]) + "…"
}

// The colours of words that tell how something stands.
var colours = map[string]string{
	"success": "32", "active": "32", "ok": "32", "yes": "32", "finished": "32",
	"failed": "31", "stale": "31", "unknown": "35", "cancelled": "31", "no": "31", "wrong": "31",
	"pending": "33", "paused": "33", "running": "33", "stopping": "33", "partial": "33", "warning": "33",
}

// coloured dresses a cell for the terminal.
func (p *Printer) coloured(cell string, head bool) string {
	code := colours[cell]
	if head {
		code = "1"
	}
	return p.paint(cell, code)
}

// Paint gives a word that tells how something stands its colour.
func (p *Printer) Paint(word string) string { return p.paint(word, colours[word]) }

func (p *Printer) paint(text, code string) string {
	if !p.Colour || code == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
