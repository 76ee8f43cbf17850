package cli

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type connCommands struct {
	List     connListCommand     `cmd:"" help:"List the connections."`
	Get      connGetCommand      `cmd:"" help:"Show a connection, and how fresh its records are."`
	Test     connTestCommand     `cmd:"" help:"Try the connection's credentials at its TSP, and tell what comes of it."`
	Import   connImportCommand   `cmd:"" help:"Import the records of a connection now."`
	Pause    connPauseCommand    `cmd:"" help:"Pause a connection: its writes wait, and new ones are refused."`
	Activate connActivateCommand `cmd:"" help:"Let a paused connection go on; of a stale one the credentials are tried first."`
}

type connListCommand struct {
	at
	shape
	watched
	TSP      string   `name:"tsp" help:"At this TSP, such as samsara." placeholder:"NAME"`
	FleetRef []string `help:"Of the fleet that you call so; repeat for several." sep:"none" placeholder:"REF"`
}

// Validate refuses what can be no list.
func (c connListCommand) Validate() error { return errors.Join(c.fits(c.shape), c.shape.Validate()) }

// Run lists the connections.
func (c connListCommand) Run(s *Session) error {
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	q := url.Values{}
	if len(c.FleetRef) > 0 {
		q["fleet_refs"] = c.FleetRef
	}
	if c.TSP != "" {
		id, err := s.tspID(client, c.TSP)
		if err != nil {
			return err
		}
		q.Set("tsp_id", id)
	}
	return s.lists(c.watched, c.shape, func() (listing, error) { return connectionsFound(s, client, q) })
}

// connectionsFound are the connections that a query selects.
func connectionsFound(s *Session, client *remote.Client, q url.Values) (listing, error) {
	l := listing{grid: output.Grid{Heads: []string{"ID", "TSP", "FLEET", "STATUS", "CHANGED", "PROBLEM"}}}
	now := time.Now()
	for item, err := range client.List(s.Context, allConnections, q, 0) {
		if err != nil {
			return l, err
		}
		var conn connection
		if err := remote.Decode(item, &conn); err != nil {
			return l, err
		}
		l.grid.Add(conn.ID, conn.SourceName, conn.FleetRef, conn.Status, ago(conn.UpdatedAt, now), conn.Problem)
		l.items = append(l.items, item)
	}
	return l, nil
}

// oneConnection is what commands about one take.
type oneConnection struct {
	at
	shape
	ID string `arg:"" help:"The connection: its id, or its TSP where you have one there."`
}

// read finds the connection and reads it.
func (c oneConnection) read(s *Session) (*remote.Client, connection, jsontext.Value, error) {
	var conn connection
	client, err := s.dial(c.at)
	if err != nil {
		return nil, conn, nil, err
	}
	id, err := s.connectionID(client, c.ID)
	if err != nil {
		return nil, conn, nil, err
	}
	body, err := client.Get(s.Context, allConnections+"/"+url.PathEscape(id), nil)
	if err == nil {
		err = remote.Decode(body, &conn)
	}
	return client, conn, body, err
}

type connGetCommand struct{ oneConnection }

// Run shows the connection.
func (c connGetCommand) Run(s *Session) error {
	client, conn, raw, err := c.read(s)
	if err != nil {
		return err
	}
	p := s.printer(c.shape)
	if !p.ForPeople() {
		return p.Item(raw, "id")
	}
	kinds, err := s.freshness(client, conn)
	if err != nil {
		return err
	}
	return p.One(raw, "id", func() string { return conn.page(p) + "\n" + freshnessPage(kinds, time.Now()) })
}

// page tells of a connection to people.
func (conn connection) page(p *output.Printer) string {
	var out page
	out.line("Connection", "%s", conn.ID)
	out.line("TSP", "%s", conn.SourceName)
	fmt.Fprintf(&out, "%-14s %s\n", "Status:", p.Paint(output.Plain(conn.Status)))
	out.line("Problem", "%s", conn.Problem)
	out.line("Fleet", "%s (%s)", conn.FleetRef, conn.FleetID)
	out.line("Description", "%s", conn.Description)
	out.line("Made", "%s", conn.CreatedAt)
	out.line("Changed", "%s", conn.UpdatedAt)
	return out.String()
}

type connPauseCommand struct {
	oneConnection
	Sure
}

// Help teaches the command.
func (connPauseCommand) Help() string {
	return `New writes to the connection are refused with 409, and what waits stays where it is until waybill conn activate.`
}

// Run pauses the connection.
func (c connPauseCommand) Run(s *Session) error {
	client, conn, _, err := c.read(s)
	if err != nil {
		return err
	}
	if err := c.Agreed(s, fmt.Sprintf("pause connection %s (%s of %s) and hold up its writes", conn.ID, conn.SourceName, conn.FleetRef)); err != nil {
		return err
	}
	return c.move(s, client, conn, "paused")
}

type connActivateCommand struct{ oneConnection }

// Run activates the connection.
func (c connActivateCommand) Run(s *Session) error {
	client, conn, _, err := c.read(s)
	if err != nil {
		return err
	}
	return c.move(s, client, conn, "active")
}

// move gives the connection another status.
func (c oneConnection) move(s *Session, client *remote.Client, conn connection, to string) error {
	a, err := client.Do(s.Context, remote.Request{Method: http.MethodPatch, Path: allConnections + "/" + conn.ID,
		Body: []byte(`{"status":"` + to + `"}`)})
	raw := a.Body
	var refused *remote.Problem
	if errors.As(err, &refused) && refused.Status == http.StatusConflict {
		// The service looks at stale connections, too, and may have been first.
		var again error
		if _, conn, raw, again = c.read(s); again == nil && conn.Status == to {
			err = nil
		}
	}
	if err != nil {
		return err
	}
	if err := remote.Decode(raw, &conn); err != nil {
		return err
	}
	p := s.printer(c.shape)
	return p.One(raw, "id", func() string { return fmt.Sprintf("%s  %s  %s\n", conn.ID, conn.SourceName, p.Paint(conn.Status)) })
}
