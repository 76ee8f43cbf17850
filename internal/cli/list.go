package cli

import (
	"fmt"

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
		text, err := json.Marshal(thing)
		if err != nil {
			return fmt.Errorf("writing a list: %w", err)
		}
		items[i] = text
	}
	return s.printer(of).List(items, l.Name, func() output.Grid { return output.Grid{Heads: l.Heads, Rows: l.Rows} })
}
