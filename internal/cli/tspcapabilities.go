package cli

import (
	"net/url"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type tspCapabilitiesCommand struct {
	at
	shape
	Name       string `arg:"" optional:"" help:"The TSP, such as samsara."`
	Connection string `help:"What this connection can do, with its grant and its settings." placeholder:"ID"`
	Kind       string `help:"Of this kind alone, such as vehicle." placeholder:"KIND"`
}

// capabilities is what the command reads of a capability document.
type capabilities struct {
	Writes []struct {
		Kind      string `json:"resource"`
		Verb      string `json:"operation_type"`
		Available bool   `json:"available"`
		Reason    string `json:"reason"`
		Strength  string `json:"idempotency"`
		Fields    []struct {
			Name   string `json:"name"`
			Use    string `json:"use"`
			Reason string `json:"reason"`
		} `json:"fields"`
	} `json:"writes"`
}

// Run shows the capabilities.
func (c tspCapabilitiesCommand) Run(s *Session) error {
	if (c.Name == "") == (c.Connection == "") {
		return misused("name a TSP, such as samsara, or give a connection with --connection")
	}
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	path := allTSPs
	id, err := "", error(nil)
	if c.Connection != "" {
		path = allConnections
		id, err = s.connectionID(client, c.Connection)
	} else {
		id, err = s.tspID(client, c.Name)
	}
	if err != nil {
		return err
	}
	body, err := client.Get(s.Context, path+"/"+url.PathEscape(id)+"/capabilities", nil)
	if err != nil {
		return err
	}
	var of capabilities
	if err := remote.Decode(body, &of); err != nil {
		return err
	}
	p := s.printer(c.shape)
	if !p.ForPeople() {
		return p.Item(body, "source_name")
	}
	return p.List(nil, "", func() output.Grid { return of.grid(kindOf(c.Kind)) })
}

// grid has a row for each field of each write.
func (of capabilities) grid(kind string) output.Grid {
	g := output.Grid{Heads: []string{"WRITE", "FIELD", "USE", "WHY"}}
	for _, w := range of.Writes {
		if kind != "" && kind != w.Kind {
			continue
		}
		write := w.Verb + " " + w.Kind
		if !w.Available {
			g.Add(write, "", "no", w.Reason)
			continue
		}
		for _, f := range w.Fields {
			g.Add(write, f.Name, f.Use, f.Reason)
		}
	}
	return g
}
