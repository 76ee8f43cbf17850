// Package output writes what the API answered in the form that was asked for: a table for people, and JSON, YAML or ids
// for programs.
package output

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/goccy/go-yaml"
	"github.com/itchyny/gojq"
)

// Format is a form of output.
type Format string

// The formats.
const (
	Table Format = "table"
	JSON  Format = "json"
	Lines Format = "jsonl"
	YAML  Format = "yaml"
	Names Format = "name"
)

// Options say how something is written.
type Options struct {
	Format    Format
	NoHeaders bool
	// Filter is a program of jq through which JSON goes; nil for none.
	Filter *gojq.Code
	// Colour and Width are those of the terminal; Width is 0 where nothing is to be cut.
	Colour bool
	Width  int
	// Terminal tells that a terminal is written to, which what is written must not command.
	Terminal bool
}

// Compile reads a program of jq.
func Compile(text string) (*gojq.Code, error) {
	parsed, err := gojq.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("--jq is no program of jq: %w", err)
	}
	code, err := gojq.Compile(parsed)
	if err != nil {
		return nil, fmt.Errorf("--jq is no program of jq: %w", err)
	}
	return code, nil
}

// Printer writes things.
type Printer struct {
	Options
	out io.Writer
}

// New returns a printer.
func New(out io.Writer, o Options) *Printer { return &Printer{o, out} }

// ForPeople tells that tables and sentences are wanted.
func (p *Printer) ForPeople() bool { return p.Format == Table && p.Filter == nil }

// List writes things of which name is the member that names each. grid is asked where a table is wanted.
func (p *Printer) List(items []jsontext.Value, name string, grid func() Grid) error {
	switch {
	case p.ForPeople():
		return p.table(grid())
	case p.Format == Lines, p.Format == Names:
		for _, item := range items {
			if err := p.Item(item, name); err != nil {
				return err
			}
		}
		return nil
	}
	if items == nil {
		items = []jsontext.Value{}
	}
	all, err := json.Marshal(items)
	if err != nil {
		return fmt.Errorf("writing a list: %w", err)
	}
	return p.value(all)
}

// One writes one thing. page is asked where it is for people.
func (p *Printer) One(item jsontext.Value, name string, page func() string) error {
	if p.ForPeople() {
		return p.write([]byte(page()))
	}
	return p.Item(item, name)
}

// Item writes one thing of several that come after each other, in any format but a table.
func (p *Printer) Item(item jsontext.Value, name string) error {
	if p.Format == Names && p.Filter == nil {
		return p.name(item, name)
	}
	if p.Format == Lines && p.Filter == nil {
		line := item.Clone()
		if err := line.Compact(); err != nil {
			return fmt.Errorf("writing a line: %w", err)
		}
		return p.text(append(line, '\n'))
	}
	return p.value(item)
}

// value writes one value through the filter.
func (p *Printer) value(v jsontext.Value) error {
	if p.Filter != nil {
		return p.filtered(v)
	}
	if p.Format == YAML {
		text, err := yaml.JSONToYAML(v)
		if err != nil {
			return fmt.Errorf("writing YAML: %w", err)
		}
		return p.text(text)
	}
	text := v.Clone()
	if err := text.Indent(jsontext.WithIndent("  ")); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return p.text(append(text, '\n'))
}

// name writes the member by which a thing is named.
func (p *Printer) name(item jsontext.Value, name string) error {
	var members map[string]jsontext.Value
	if err := json.Unmarshal(item, &members); err != nil {
		return fmt.Errorf("what was answered has no name: %w", err)
	}
	var text string
	if err := json.Unmarshal(members[name], &text); err != nil {
		return fmt.Errorf("what was answered has no %s to be named by", name)
	}
	return p.write([]byte(Plain(text) + "\n"))
}

// text writes what is not ours in its lines.
func (p *Printer) text(text []byte) error {
	if p.Terminal {
		text = []byte(PlainLines(string(text)))
	}
	return p.write(text)
}

func (p *Printer) write(text []byte) error {
	if _, err := io.Copy(p.out, bytes.NewReader(text)); err != nil {
		return fmt.Errorf("writing the output: %w", err)
	}
	return nil
}

// Plain takes out of a text what would command a terminal or break a line: texts of a TSP are shown, and never obeyed.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t', r == '\r':
			return ' '
		case commands(r):
			return -1
		}
		return r
	}, text)
}

// PlainLines is Plain for a text of several lines.
func PlainLines(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || !commands(r) {
			return r
		}
		return -1
	}, text)
}

// commands tells whether a character does something to a terminal: controls, and those that turn the direction of a text.
func commands(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}
