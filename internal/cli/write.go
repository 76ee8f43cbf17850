package cli

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
	"github.com/waybill-dev/waybill/internal/resource"
)

type writeCommand struct {
	at
	shape
	sending
	Kind       string   `arg:"" help:"${kinds}."`
	ID         string   `arg:"" optional:"" help:"The record to update; without it one is created."`
	Connection string   `help:"The connection to write through: its id, or its TSP where you have one there." placeholder:"ID"`
	Set        []string `short:"s" sep:"none" help:"A field, as NAME=VALUE, or NAME:=JSON for null and other JSON; repeat for several." placeholder:"FIELD"`
	File       string   `short:"f" help:"The body: a JSON file, or - for the input. --set and --connection go before what it says." placeholder:"FILE"`
	Fields     bool     `help:"List the fields of the write, and send nothing."`
	DryRun     bool     `help:"Show what would be sent to the TSP; store and send nothing."`
	Strict     bool     `help:"Refuse it if the TSP cannot take one of the fields."`
}

// Help teaches the command.
func (writeCommand) Help() string {
	return `The write is accepted and goes out in the background; --wait waits for its end, --sync sends it at once. The exit code
is 0 once it is accepted, or has succeeded where that is waited for, 5 if it has failed, 6 if nobody knows.

  waybill write vehicle --fields
  waybill write vehicle $VEHICLE --connection samsara --set vehicle_name="Truck 42" --wait 30s
  waybill write message --connection samsara -s sender_id=$SENDER -s recipient_id=$RECIPIENT -s message_text="Dock 7 is free"`
}

// Kinds names what can be written, as people write it.
func Kinds() string {
	var names []string
	for _, f := range resource.AllFacts() {
		names = append(names, strings.ReplaceAll(string(f.Kind), "_", "-"))
	}
	return strings.Join(names, ", ")
}

// Validate refuses what can be no write.
func (c writeCommand) Validate() error {
	schema, err := c.schema()
	set := map[string]bool{}
	for _, text := range c.Set {
		given, _, ok := strings.Cut(text, "=")
		name, whole := strings.CutSuffix(given, ":")
		switch {
		case !ok || name == "":
			err = errors.Join(err, fmt.Errorf("--set %q names no field; write one such as vehicle_name=\"Truck 42\"", text))
		case name == "connection_id" && c.Connection != "":
			err = errors.Join(err, errors.New("--connection and --set connection_id are both given; give one"))
		case set[name] && (whole || schema == nil || !isList(schema.Field(name))):
			err = errors.Join(err, fmt.Errorf("--set %s is given twice, and only a list takes several; give it once", name))
		}
		set[name] = true
	}
	return errors.Join(err, c.shape.Validate())
}

// isList tells whether a field takes a list that is set item by item.
func isList(f *resource.Field) bool {
	return f != nil && slices.Contains([]resource.Type{resource.UUIDs, resource.Enums, resource.Texts}, f.Type)
}

// schema is the field table of the write.
func (c writeCommand) schema() (*resource.Schema, error) {
	of, err := facts(c.Kind)
	if err != nil {
		return nil, err
	}
	verb := resource.Create
	if c.ID != "" {
		verb = resource.Update
	}
	schema, err := resource.For(of.Kind, verb)
	if err != nil {
		return nil, fmt.Errorf("%w; leave the id out to create one", err)
	}
	return schema, nil
}

// Run makes the write.
func (c writeCommand) Run(s *Session) error {
	schema, err := c.schema()
	if err != nil {
		return misused("%w", err)
	}
	p := s.printer(c.shape)
	if c.Fields {
		return fields(p, schema)
	}
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	body, err := c.body(s, client, schema)
	if err != nil {
		return err
	}
	r := remote.Request{Method: http.MethodPost, Path: recordsPath(schema.Kind.Facts()), Query: url.Values{}, Body: body}
	if c.ID != "" {
		r.Method, r.Path = http.MethodPatch, r.Path+"/"+url.PathEscape(c.ID)
	}
	if c.Strict {
		r.Query.Set("strict", "true")
	}
	return s.send(client, p, c.sending.with(r, c.DryRun))
}

// body puts the body together: what the file says, with the fields that are set by themselves.
func (c writeCommand) body(s *Session, client *remote.Client, schema *resource.Schema) ([]byte, error) {
	members := map[string]jsontext.Value{}
	if c.File != "" {
		text, err := s.readAll(c.File)
		if err != nil {
			return nil, err
		}
		if members, err = object(c.File, text); err != nil {
			return nil, err
		}
		if len(c.Set) == 0 && c.Connection == "" {
			return text, nil
		}
	}
	for _, text := range c.Set {
		name, value, err := assigned(schema, text, members)
		if err != nil {
			return nil, err
		}
		members[name] = value
	}
	if c.Connection != "" {
		id, err := s.connectionID(client, c.Connection)
		if err != nil {
			return nil, err
		}
		members["connection_id"] = jsontext.Value(`"` + id + `"`)
	}
	if _, ok := members["connection_id"]; !ok {
		return nil, misused("the connection is missing; give it with --connection (waybill conn list shows yours)")
	}
	text, err := json.Marshal(members, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("putting the body together: %w", err)
	}
	return text, nil
}

// fields lists the fields of a write.
func fields(p *output.Printer, schema *resource.Schema) error {
	g := output.Grid{Heads: []string{"FIELD", "TYPE", "REQUIRED", "VALUES"}}
	var all []jsontext.Value
	for _, f := range schema.Fields {
		need := ""
		if f.Required {
			need = "yes"
		}
		says := strings.Join(f.Values, ", ")
		if f.Ref != nil {
			says = "the id of a " + string(f.Ref.Kind)
		}
		g.Add(f.Name, string(f.Type), need, says)
		one, err := json.Marshal(struct {
			Name     string   `json:"name"`
			Type     string   `json:"type"`
			Required bool     `json:"required"`
			Nullable bool     `json:"nullable"`
			Values   []string `json:"values,omitempty"`
		}{f.Name, string(f.Type), f.Required, f.Nullable, f.Values})
		if err != nil {
			return fmt.Errorf("listing fields: %w", err)
		}
		all = append(all, one)
	}
	return p.List(all, "name", func() output.Grid { return g })
}
