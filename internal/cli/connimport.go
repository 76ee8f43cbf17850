package cli

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

// fresh is how fresh the records of one kind of a connection are.
type fresh struct {
	Connection string `json:"connection_id"`
	Kind       string `json:"resource"`
	Last       string `json:"last_successful_execution_at"`
	Next       string `json:"next_execution_at"`
	Status     string `json:"schedule_status"`
	Problem    string `json:"problem"`
}

// since tells whether the kind was imported after a time.
func (f fresh) since(t time.Time) bool {
	last, err := time.Parse(time.RFC3339, f.Last)
	return err == nil && last.After(t)
}

// freshness reads that of the kinds of a connection.
func (s *Session) freshness(c *remote.Client, conn connection) ([]fresh, error) {
	body, err := c.Get(s.Context, allConnections+"/data-freshness", url.Values{"fleet_ids": {conn.FleetID}})
	if err != nil {
		return nil, err
	}
	var all, own []fresh
	if err := remote.Decode(body, &all); err != nil {
		return nil, err
	}
	for _, f := range all {
		if f.Connection == conn.ID {
			own = append(own, f)
		}
	}
	return own, nil
}

// freshnessPage tells how fresh records are.
func freshnessPage(all []fresh, now time.Time) string {
	g := output.Grid{Heads: []string{"KIND", "IMPORTED", "NEXT", "PROBLEM"}}
	for _, f := range all {
		g.Add(f.Kind, ago(f.Last, now), ago(f.Next, now), f.Problem)
	}
	var out strings.Builder
	_ = output.New(&out, output.Options{Format: output.Table}).List(nil, "", func() output.Grid { return g })
	return out.String()
}

// ask asks for an import, and returns the connection with the time from which on its kinds are imported by that.
func (c oneConnection) ask(s *Session) (*remote.Client, connection, jsontext.Value, time.Time, error) {
	client, conn, _, err := c.read(s)
	if err != nil {
		return nil, conn, nil, time.Time{}, err
	}
	a, err := client.Do(s.Context, remote.Request{Method: http.MethodPost, Path: allConnections + "/" + conn.ID + "/import"})
	// The service's clock counts, and its answer tells it.
	asked, parsed := http.ParseTime(a.Header.Get("Date"))
	if parsed != nil {
		asked = time.Now()
	}
	if a.Status == http.StatusTooManyRequests {
		s.say("an import was asked for less than a minute ago; that one counts")
		return client, conn, []byte("[]"), asked.Add(-time.Minute), nil
	}
	return client, conn, a.Body, asked.Add(-time.Second), err
}

// asked is for how long an import is waited for.
type asked struct {
	Timeout time.Duration `help:"Wait so long at most." default:"1m" placeholder:"TIME"`
}

type connImportCommand struct {
	oneConnection
	asked
	Wait bool `help:"Wait until every kind was imported."`
}

// Run imports the records of the connection.
func (c connImportCommand) Run(s *Session) error {
	client, conn, raw, since, err := c.ask(s)
	if err != nil {
		return err
	}
	p := s.printer(c.shape)
	if !c.Wait {
		return p.One(raw, "resource", func() string {
			return "the import is asked for; waybill conn get " + conn.ID + " tells how far it is\n"
		})
	}
	kinds, err := s.imported(client, conn, c.Timeout, func(all []fresh) bool {
		for _, f := range all {
			// What was never imported and is not due never will be: the TSP does not list it.
			if never := f.Last == "" && f.Next == ""; !never && !f.since(since) && f.Problem == "" {
				return false
			}
		}
		return true
	})
	if err != nil {
		return err
	}
	return p.One(raw, "resource", func() string { return freshnessPage(kinds, time.Now()) })
}

// errSlow is the end of a wait for an import that is not over.
var errSlow = errors.New("the import has not ended in time; it goes on")

// imported waits until the freshness of a connection's kinds is such, or the connection is not active any more.
func (s *Session) imported(c *remote.Client, conn connection, most time.Duration, done func([]fresh) bool) ([]fresh, error) {
	for began := time.Now(); ; {
		kinds, err := s.freshness(c, conn)
		if err != nil || done(kinds) {
			return kinds, err
		}
		body, err := c.Get(s.Context, allConnections+"/"+conn.ID, nil)
		if err != nil {
			return nil, err
		}
		var now connection
		if err := remote.Decode(body, &now); err != nil {
			return nil, err
		}
		if now.Status != "active" {
			return nil, &Failure{Exit: ExitFailed, Err: fmt.Errorf("the connection is %s: %s", now.Status, now.Problem)}
		}
		if time.Since(began) > most {
			return kinds, &Failure{Exit: ExitError, Err: errSlow, Hint: "waybill conn get " + conn.ID + " tells how far it is"}
		}
		if err := s.pause(firstLook); err != nil {
			return nil, err
		}
	}
}
