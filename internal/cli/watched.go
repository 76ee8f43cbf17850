package cli

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
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

// listing is a list as it was found.
type listing struct {
	items []jsontext.Value
	grid  output.Grid
}

// lists writes a list whose items have ids, again and again if that is wanted, until the command is interrupted. A service
// that restarts meanwhile is waited for.
func (s *Session) lists(w watched, of shape, find func() (listing, error)) error {
	if !w.Watch {
		l, err := find()
		if err != nil {
			return err
		}
		return s.printer(of).List(l.items, "id", func() output.Grid { return l.grid })
	}
	p := s.printer(of)
	draws := s.Shows && p.ForPeople()
	if !draws && of.Output == string(output.Table) {
		of.Output = string(output.Lines)
		p = s.printer(of)
	}
	last := map[string]jsontext.Value{}
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
	return p.List(l.items, "id", func() output.Grid { return l.grid })
}

// changes writes what was not in a list or was otherwise, and returns the list for the next time.
func changes(p *output.Printer, l listing, last map[string]jsontext.Value) (map[string]jsontext.Value, error) {
	now := make(map[string]jsontext.Value, len(l.items))
	for _, item := range l.items {
		var of struct {
			ID string `json:"id"`
		}
		if err := remote.Decode(item, &of); err != nil {
			return nil, err
		}
		now[of.ID] = item
		if bytes.Equal(last[of.ID], item) {
			continue
		}
		if err := p.Item(item, "id"); err != nil {
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
