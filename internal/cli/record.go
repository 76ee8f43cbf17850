package cli

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
	"github.com/waybill-dev/waybill/internal/resource"
)

type recordCommands struct {
	List recordListCommand `cmd:"" help:"List records of a kind, with the ids that writes take."`
	Get  recordGetCommand  `cmd:"" help:"Show one record, as JSON."`
}

// facts are those of a kind that people name.
func facts(kind string) (resource.Facts, error) {
	of := resource.Kind(kindOf(kind)).Facts()
	if of.Plural != "" {
		return of, nil
	}
	if near := resource.Nearest(kindOf(kind), strings.Split(kindOf(Kinds()), ", ")); near != "" {
		return of, fmt.Errorf("there is no kind %q; did you mean %s?", kind, strings.ReplaceAll(near, "_", "-"))
	}
	return of, fmt.Errorf("there is no kind %q; there are %s", kind, Kinds())
}

type recordListCommand struct {
	at
	shape
	watched
	Kind       string   `arg:"" help:"${kinds}."`
	Connection string   `help:"Of this connection: its id, or its TSP where you have one there." placeholder:"ID"`
	FleetRef   []string `help:"Of the fleet that you call so; repeat for several." sep:"none" placeholder:"REF"`
	SourceID   []string `help:"With this id at the TSP; repeat for several." sep:"none" placeholder:"ID"`
	Since      when     `help:"Of events: occurred since then: 90s, 2h, 7d, or a time." placeholder:"WHEN"`
	Until      when     `help:"Of events: occurred until then." placeholder:"WHEN"`
	Limit      int      `short:"n" help:"How many at most; 0 for all." default:"50"`
}

// Help teaches the command.
func (recordListCommand) Help() string {
	return `Records are what Waybill knows of the TSPs: by imports, and by its own writes. waybill conn import brings them up to date.

  waybill record list vehicle --connection samsara
  waybill record list user --source-id 48400010 -o name`
}

// Validate refuses what is no kind.
func (c recordListCommand) Validate() error {
	_, err := facts(c.Kind)
	return errors.Join(err, c.fits(c.shape), c.bounded(c.Limit), c.shape.Validate())
}

// Run lists the records.
func (c recordListCommand) Run(s *Session) error {
	of, err := facts(c.Kind)
	if err != nil {
		return misused("%w", err)
	}
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	conn, err := s.connectionID(client, c.Connection)
	if err != nil {
		return err
	}
	return s.lists(c.watched, c.shape, func() (listing, error) { return c.found(s, client, of, conn) })
}

// found are the records of a kind, of one connection if that is named.
func (c recordListCommand) found(s *Session, client *remote.Client, of resource.Facts, conn string) (listing, error) {
	l := listing{grid: output.Grid{Heads: []string{"ID", "TSP", "SOURCE ID", "CHANGED", "NAME"}}}
	now := time.Now()
	q := url.Values{}
	if conn != "" {
		q.Set("connection_id", conn)
	}
	for name, values := range map[string][]string{"fleet_refs": c.FleetRef, "source_ids": c.SourceID} {
		if len(values) > 0 {
			q[name] = values
		}
	}
	for name, moment := range map[string]when{"from_datetime": c.Since, "to_datetime": c.Until} {
		if moment.set {
			q.Set(name, instant(moment.time(now)))
		}
	}
	for item, err := range client.List(s.Context, recordsPath(of), q, max(c.Limit, 0)) {
		if err != nil {
			return l, err
		}
		var r record
		if err := remote.Decode(item, &r); err != nil {
			return l, err
		}
		l.grid.Add(r.ID, r.TSP, r.SourceID, ago(r.UpdatedAt, now), r.name())
		l.items = append(l.items, item)
	}
	if c.Limit > 0 && len(l.items) == c.Limit && !c.Watch {
		s.say("these are %d of them; --limit 0 lists all", c.Limit)
	}
	return l, nil
}

func recordsPath(of resource.Facts) string { return "/v2/telematics/" + of.Plural }

// record is what the commands read of one.
type record struct {
	ID        string `json:"id"`
	TSP       string `json:"source_name"`
	SourceID  string `json:"source_id"`
	UpdatedAt string `json:"updated_at"`
	Vehicle   string `json:"vehicle_name"`
	Trailer   string `json:"trailer_name"`
	User      string `json:"username"`
	First     string `json:"first_name"`
	Last      string `json:"last_name"`
	Message   string `json:"message_text"`
	Occurred  string `json:"occurred_at"`
}

// name is by what people know the record.
func (r record) name() string {
	for _, text := range []string{r.Vehicle, r.Trailer, strings.TrimSpace(r.First + " " + r.Last), r.User, r.Message, r.Occurred} {
		if text != "" {
			return text
		}
	}
	return ""
}

type recordGetCommand struct {
	at
	Kind string `arg:"" help:"${kinds}."`
	ID   string `arg:"" help:"The record's id."`

	Output string `short:"o" help:"json, yaml or name (the id alone)." enum:"json,yaml,name" default:"json"`
	JQ     string `name:"jq" help:"Write what this program of jq makes of the record." placeholder:"PROGRAM"`
}

// Validate refuses what is no kind, and one whose records cannot be read by their ids.
func (c recordGetCommand) Validate() error {
	of, err := facts(c.Kind)
	if err == nil && of.IDs == "" {
		err = fmt.Errorf("a %s cannot be read by its id; waybill record list %s lists them", c.Kind, c.Kind)
	}
	return errors.Join(err, shape{JQ: c.JQ}.Validate())
}

// Run shows the record.
func (c recordGetCommand) Run(s *Session) error {
	of, err := facts(c.Kind)
	if err != nil {
		return misused("%w", err)
	}
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	body, err := client.Get(s.Context, recordsPath(of)+"/"+url.PathEscape(c.ID), nil)
	if err != nil {
		return err
	}
	return s.printer(shape{Output: c.Output, JQ: c.JQ}).Item(body, "id")
}
