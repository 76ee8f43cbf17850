package cli

import (
	"errors"
	"fmt"
	"net/url"
	"slices"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

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

// Validate refuses what is no kind.
func (c tspCapabilitiesCommand) Validate() error {
	if c.Kind == "" {
		return c.shape.Validate()
	}
	_, err := facts(c.Kind)
	return errors.Join(err, c.shape.Validate())
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
	if p.ForPeople() {
		return p.List(nil, "", func() output.Grid { return of.grid(kindOf(c.Kind)) })
	}
	if c.Kind != "" {
		if body, err = ofKind(body, kindOf(c.Kind)); err != nil {
			return err
		}
	}
	return p.Item(body, "source_name")
}

// ofKind is a capability document with the writes of one kind alone.
func ofKind(body []byte, kind string) ([]byte, error) {
	var members map[string]jsontext.Value
	var writes []jsontext.Value
	if err := remote.Decode(body, &members); err != nil {
		return nil, err
	}
	if err := remote.Decode(members["writes"], &writes); err != nil {
		return nil, err
	}
	writes = slices.DeleteFunc(writes, func(w jsontext.Value) bool {
		var of struct {
			Kind string `json:"resource"`
		}
		return remote.Decode(w, &of) == nil && of.Kind != kind
	})
	text, err := json.Marshal(writes)
	if err != nil {
		return nil, fmt.Errorf("telling of one kind: %w", err)
	}
	members["writes"] = text
	if text, err = json.Marshal(members, json.Deterministic(true)); err != nil {
		return nil, fmt.Errorf("telling of one kind: %w", err)
	}
	return text, nil
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
