package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type tspCommands struct {
	List         tspListCommand         `cmd:"" help:"List the TSPs of the installation."`
	Matrix       tspMatrixCommand       `cmd:"" help:"Show which writes each TSP takes: yes with every field, partial, or no."`
	Capabilities tspCapabilitiesCommand `cmd:"" help:"Show what a TSP, or one connection, does with each field of a write, and why."`
}

// integrations is what the commands read of a TSP.
type integrations struct {
	ID     string                       `json:"tsp_id"`
	Name   string                       `json:"source_name"`
	Levels map[string]string            `json:"share_levels"`
	Writes map[string]map[string]string `json:"writes"`
}

// allTSPs is the path of their list.
const allTSPs = "/v2/integrations/tsps"

// tsps reads the TSPs.
func (s *Session) tsps(c *remote.Client) (all []integrations, raw []jsontext.Value, err error) {
	for item, err := range c.List(s.Context, allTSPs, nil, 0) {
		if err != nil {
			return nil, nil, err
		}
		var one integrations
		if err := remote.Decode(item, &one); err != nil {
			return nil, nil, err
		}
		all, raw = append(all, one), append(raw, item)
	}
	return all, raw, nil
}

// tspID is the id of a TSP that people name by its name.
func (s *Session) tspID(c *remote.Client, text string) (string, error) {
	if uuid.Validate(text) == nil {
		return text, nil
	}
	all, _, err := s.tsps(c)
	if err != nil {
		return "", err
	}
	var names []string
	for _, one := range all {
		if one.Name == text {
			return one.ID, nil
		}
		names = append(names, one.Name)
	}
	return "", &Failure{Exit: ExitNotFound, Err: fmt.Errorf("there is no TSP %q; there are %s", text, strings.Join(names, ", "))}
}

type tspListCommand struct {
	at
	shape
}

// Run lists the TSPs.
func (c tspListCommand) Run(s *Session) error {
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	all, raw, err := s.tsps(client)
	if err != nil {
		return err
	}
	g := output.Grid{Heads: []string{"NAME", "ID", "READ AND WRITTEN", "READ"}}
	for _, one := range all {
		by := map[string][]string{}
		for kind, level := range one.Levels {
			by[level] = append(by[level], kind)
		}
		slices.Sort(by["read"])
		slices.Sort(by["read_write"])
		g.Add(one.Name, one.ID, strings.Join(by["read_write"], " "), strings.Join(by["read"], " "))
	}
	return s.printer(c.shape).List(raw, "source_name", func() output.Grid { return g })
}

type tspMatrixCommand struct {
	at
	shape
}

// Run shows the matrix.
func (c tspMatrixCommand) Run(s *Session) error {
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	all, raw, err := s.tsps(client)
	if err != nil {
		return err
	}
	return s.printer(c.shape).List(raw, "source_name", func() output.Grid { return matrix(all) })
}

// matrix has a row for each write and a column for each TSP.
func matrix(all []integrations) output.Grid {
	g := output.Grid{Heads: []string{"WRITE"}}
	var writes []string
	for _, one := range all {
		g.Heads = append(g.Heads, strings.ToUpper(one.Name))
		for kind, verbs := range one.Writes {
			for verb := range verbs {
				writes = append(writes, kind+" "+verb)
			}
		}
	}
	slices.Sort(writes)
	for _, write := range slices.Compact(writes) {
		kind, verb, _ := strings.Cut(write, " ")
		row := []string{verb + " " + kind}
		for _, one := range all {
			cell := one.Writes[kind][verb]
			if cell == "" {
				cell = "no"
			}
			row = append(row, cell)
		}
		g.Add(row...)
	}
	return g
}
