package cli

import (
	"fmt"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/output"
)

// Shape is the flags of a command of another group whose list is written as those of the group Client are.
type Shape = shape

// Listed is a list as a command writes it: the heads and rows of its table, and for programs the things, of which Name is
// the member that names each.
type Listed[T any] struct {
	Name   string
	Things []T
	Heads  []string
	Rows   [][]string
}

// Write writes the list in the form that is asked for.
func (l Listed[T]) Write(s *Session, of Shape) error {
	items := make([]jsontext.Value, len(l.Things))
	for i, thing := range l.Things {
		text, err := encoded(thing)
		if err != nil {
			return err
		}
		items[i] = text
	}
	return s.printer(of).List(items, l.Name, func() output.Grid { return output.Grid{Heads: l.Heads, Rows: l.Rows} })
}

// WriteOne writes the one thing of a list by itself: for people as a page of its heads and what stands below them.
func (l Listed[T]) WriteOne(s *Session, of Shape) error {
	text, err := encoded(l.Things[0])
	if err != nil {
		return err
	}
	return s.printer(of).One(text, l.Name, func() string {
		var out page
		for i, head := range l.Heads {
			if head != "TSP" {
				head = head[:1] + strings.ToLower(head[1:])
			}
			out.line(head, "%s", l.Rows[0][i])
		}
		return out.String()
	})
}

func encoded(thing any) (jsontext.Value, error) {
	text, err := json.Marshal(thing)
	if err != nil {
		return nil, fmt.Errorf("writing a list: %w", err)
	}
	return text, nil
}
