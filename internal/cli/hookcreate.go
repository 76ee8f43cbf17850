package cli

import (
	"errors"
	"fmt"
	"net/http"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type hookCreateCommand struct {
	at
	shape
	URL        string   `arg:"" name:"url" help:"Where to send: https://… (http on this machine alone), or waybill:feed for events that are read."`
	Event      string   `arg:"" help:"The event, or several by a wildcard, such as resource_operation.*."`
	FleetRef   []string `help:"Of the fleet that you call so alone; repeat for several." sep:"none" placeholder:"REF"`
	SecretFile string   `help:"A secret of your own: a file, or - for the input. Waybill makes one if left out." placeholder:"FILE"`
	Encoding   string   `help:"automatic, gzip or identity." enum:",automatic,gzip,identity" default:"" placeholder:"ENCODING"`
}

// Help teaches the command.
func (hookCreateCommand) Help() string {
	return `Shows the secret once, on the output: keep it, the receiver verifies with it. docs/webhooks.md tells how.

  waybill hook create https://receiver.example.com/hooks "resource_operation.*"`
}

// Run makes the subscription.
func (c hookCreateCommand) Run(s *Session) error {
	body := map[string]any{"url": c.URL, "event_name": c.Event}
	if c.SecretFile != "" {
		secret, err := s.secretFile(c.SecretFile)
		if err != nil {
			return err
		}
		body["secret"] = secret
	}
	if len(c.FleetRef) > 0 {
		body["filters"] = map[string]any{"fleet_refs": c.FleetRef}
	}
	if c.Encoding != "" {
		body["encoding"] = c.Encoding
	}
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	raw, subs, err := s.subscribe(client, body)
	if err != nil {
		return err
	}
	for _, sub := range subs {
		for _, w := range sub.Warnings {
			s.say("warning: %s: %s: %s", sub.Event, w.Path, w.Message)
		}
	}
	return s.printer(c.shape).List(raw, "id", func() output.Grid {
		g := output.Grid{Heads: []string{"ID", "EVENT", "STATUS", "SECRET"}}
		for _, sub := range subs {
			g.Add(sub.ID, sub.Event, sub.Status, sub.Secret)
		}
		return g
	})
}

// subscribe makes subscriptions: one, or those of a wildcard.
func (s *Session) subscribe(c *remote.Client, body map[string]any) ([]jsontext.Value, []subscription, error) {
	text, err := json.Marshal(body, json.Deterministic(true))
	if err != nil {
		return nil, nil, fmt.Errorf("subscribing: %w", err)
	}
	a, err := c.Do(s.Context, remote.Request{Method: http.MethodPost, Path: allHooks, Body: text})
	if err != nil {
		return nil, nil, err
	}
	raw := []jsontext.Value{jsontext.Value(a.Body)}
	if jsontext.Value(a.Body).Kind() == '[' {
		raw = nil
		if err := remote.Decode(a.Body, &raw); err != nil {
			return nil, nil, err
		}
	}
	var subs []subscription
	for _, one := range raw {
		var sub subscription
		if err := remote.Decode(one, &sub); err != nil {
			return nil, nil, err
		}
		subs = append(subs, sub)
	}
	return raw, subs, nil
}

// secretFile reads a secret from a file.
func (s *Session) secretFile(name string) (string, error) {
	text, err := s.readAll(name)
	if err != nil {
		return "", err
	}
	secret := string(trimLine(text))
	if secret == "" {
		return "", &Failure{Exit: ExitUsage, Err: errors.New("the secret is empty")}
	}
	return secret, nil
}

// trimLine takes the end of a line off, which editors put behind every text.
func trimLine(text []byte) []byte {
	for len(text) > 0 && (text[len(text)-1] == '\n' || text[len(text)-1] == '\r') {
		text = text[:len(text)-1]
	}
	return text
}
