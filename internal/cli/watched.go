package cli

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/output"
)

// watched is what lists take that can be looked at again and again.
type watched struct {
	Watch bool `short:"w" help:"Look again every two seconds: a terminal is drawn anew, and elsewhere a line of JSON is written for what is new or has changed."`
}

// fits refuses forms of output that have an end.
func (w watched) fits(of shape) error {
	if w.Watch && (of.Output == string(output.JSON) || of.Output == string(output.YAML)) {
		return fmt.Errorf("--watch has no end, and -o %s writes one document; use -o jsonl", of.Output)
	}
	return nil
}

// each is how often a list is looked at again.
const each = 2 * time.Second

// erased begins a terminal anew.
const erased = "\x1b[H\x1b[2J"

// listing is a list as it was found. Its items are named by the member name, and by their id where that is left out.
type listing struct {
	items []jsontext.Value
	grid  output.Grid
	name  string
}

// lists writes a list, again and again if that is wanted, until the command is interrupted. A service
// that restarts meanwhile is waited for.
func (s *Session) lists(w watched, of shape, find func() (listing, error)) error {
	if !w.Watch {
		l, err := find()
		if err != nil {
			return err
		}
		return s.printer(of).List(l.items, l.named(), func() output.Grid { return l.grid })
	}
	p := s.printer(of)
	draws := s.Shows && p.ForPeople()
	if !draws && of.Output == string(output.Table) {
		of.Output = string(output.Lines)
		p = s.printer(of)
	}
	var last map[string]bool
	for {
		var l listing
		err := s.patiently(func() (err error) {
			l, err = find()
			return err
		})
		if err != nil {
			return err
		}
		if draws {
			err = s.draw(p, l)
		} else {
			last, err = changes(p, l, last)
		}
		if err != nil {
			return err
		}
		if err := s.pause(each); err != nil {
			return err
		}
	}
}

// draw writes a list over the one before.
func (s *Session) draw(p *output.Printer, l listing) error {
	if _, err := fmt.Fprintf(s.Out, "%severy %s, %d at %s; Ctrl-C ends\n\n", erased, each, len(l.items), time.Now().Format(time.TimeOnly)); err != nil {
		return fmt.Errorf("writing the output: %w", err)
	}
	return p.List(l.items, l.named(), func() output.Grid { return l.grid })
}

// named is the member that names the items.
func (l listing) named() string { return cmp.Or(l.name, "id") }

// changes writes what was not in a list as it is now, and returns what is, for the next time.
func changes(p *output.Printer, l listing, last map[string]bool) (map[string]bool, error) {
	now := make(map[string]bool, len(l.items))
	for _, item := range l.items {
		now[string(item)] = true
		if last[string(item)] {
			continue
		}
		if err := p.Item(item, l.named()); err != nil {
			return nil, err
		}
	}
	return now, nil
}

// bounded refuses to look at all there is every two seconds.
func (w watched) bounded(limit int) error {
	if w.Watch && limit == 0 {
		return errors.New("--watch with --limit 0 would read all there is every two seconds; give a number")
	}
	return nil
}
