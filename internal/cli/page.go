package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/output"
)

// page is one thing told to people: lines of a name and what it is.
type page struct{ strings.Builder }

// line adds a line; one that would say nothing is left out.
func (p *page) line(name, format string, args ...any) {
	text := output.Plain(fmt.Sprintf(format, args...))
	if strings.TrimSpace(text) == "" {
		return
	}
	fmt.Fprintf(p, "%-14s %s\n", name+":", text)
}

// head begins a part of the page.
func (p *page) head(text string) { fmt.Fprintf(p, "\n%s\n", text) }

// text adds a line of free text.
func (p *page) text(format string, args ...any) {
	fmt.Fprintln(p, output.Plain(fmt.Sprintf(format, args...)))
}

// ago tells a time of the API by how long ago or ahead it is, as people do.
func ago(text string, now time.Time) string {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	d := now.Sub(t)
	if d < 0 {
		return "in " + span(-d)
	}
	return span(d) + " ago"
}

// span is a length of time in its two greatest units at most.
func span(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dd%02dh", int(d.Hours())/24, int(d.Hours())%24)
}

// lines writes something of which each state is written as it comes.
func lines(p *output.Printer, raw jsontext.Value, name, text string, out func(string)) error {
	if p.ForPeople() {
		out(text)
		return nil
	}
	return p.Item(raw, name)
}
