package console

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
)

// connectionView is what the page of one connection shows.
type connectionView struct {
	linkRow
	Of        connection.Connection
	Verdict   verdict
	Acts      []act
	Schedules []record.Schedule
	Settings  []member
	Rows      []row
}

// troublesShown is how many operations the page of a connection shows of each kind.
const troublesShown = 10

// showConnection shows one connection.
func (c *Console) showConnection(r *http.Request, who Visitor) (answer, error) {
	of, err := c.connectionOf(r)
	if err != nil {
		return answer{}, err
	}
	s, err := c.connectionSheet(r, who, of)
	// What the address says was so once; what is said is what is so now.
	switch done := r.URL.Query().Get("done"); {
	case err != nil:
	case done == "paused" && of.Status == connection.Paused:
		s.Note = &note{Look{Glyph: "succeeded", Colour: ok}, "Paused", "It takes no writes, and what waits stays until it is resumed.", nil}
	case done == "resumed" && of.Status == connection.Active && !c.Links.Shut(of):
		s.Note = &note{Look{Glyph: "succeeded", Colour: ok}, "Active", "It takes writes, and what waited goes on.", nil}
	case done == "slowed" && of.Rate.Events > 0:
		s.Note = &note{Look{Glyph: "succeeded", Colour: ok}, "Kept to " + of.Rate.String(), "Every process keeps to it within a second.", nil}
	case done == "freed" && of.Rate.Events == 0:
		s.Note = &note{Look{Glyph: "succeeded", Colour: ok}, "Kept to no rate of ours", "What its TSP allows holds alone.", nil}
	case done == "imported" && slices.ContainsFunc(s.Content.(connectionView).Schedules, func(one record.Schedule) bool {
		return !one.NextAt.IsZero() && !one.NextAt.After(c.Now())
	}):
		s.Note = &note{Look{Glyph: "succeeded", Colour: ok}, "Its import is due now", "The times below tell when it is done.", nil}
	}
	return answer{sheet: s}, err
}

// connectionOf finds the connection in the path of a request.
func (c *Console) connectionOf(r *http.Request) (connection.Connection, error) {
	id, err := pathID(r)
	if err != nil {
		return connection.Connection{}, err
	}
	of, err := c.Naming.Connection(r.Context(), id)
	if errors.Is(err, connection.ErrNotFound) {
		return of, problem.New(problem.NotFound, "there is no connection %s", id)
	}
	return of, err
}

// connectionSheet is the page of one connection.
func (c *Console) connectionSheet(r *http.Request, who Visitor, of connection.Connection) (sheet, error) {
	rows, err := c.linkRows(r, who, []connection.Connection{of})
	if err != nil {
		return sheet{}, err
	}
	v := connectionView{linkRow: rows[0], Of: of, Verdict: c.healthOf(of, who)}
	if v.Schedules, err = c.Connections.SchedulesOf(r.Context(), []uuid.UUID{of.ID}); err != nil {
		return sheet{}, err
	}
	for i := range v.Schedules {
		v.Schedules[i].Problem = veiled(who, v.Schedules[i].Problem, "It failed; the words of "+v.TSP+" are hidden from you")
	}
	v.Acts = c.connectionActs(of, who)
	for _, name := range slices.Sorted(maps.Keys(of.Settings)) {
		v.Settings = append(v.Settings, member{name, fmt.Appendf(nil, "%v", of.Settings[name])})
	}
	n := c.namer(r.Context(), who)
	for _, stage := range []operation.Stage{operation.StageLive, operation.StageUnknown, operation.StageFailed} {
		found, err := c.Operations.Survey(r.Context(), operation.Survey{Connection: of.ID, Stage: stage, Window: page.Window{Limit: troublesShown}})
		if err != nil {
			return sheet{}, err
		}
		for _, op := range found.Items {
			v.Rows = append(v.Rows, n.row(op))
		}
	}
	return sheet{name: "connection", Title: v.TSP + " of " + v.Fleet, Place: "Connections", Content: v}, nil
}

// healthOf says how a connection stands, and what follows for what waits.
func (c *Console) healthOf(of connection.Connection, visitor Visitor) verdict {
	who := displayName(c.TSPs, of.TSP)
	of.Problem = c.problemOf(of, visitor)
	v := verdict{Look: health(of, c.Links.Shut(of))}
	switch {
	case v.Look.Word == "Suspect":
		v.Title, v.Text = "Suspect: "+who+" refused the credentials once", "They are being checked. Writes wait meanwhile; nothing is lost."
	case of.Status == connection.Active:
		v.Title, v.Text = "Active: "+who+" takes its writes", "Nothing is known that keeps it from working."
	case of.Status == connection.Stale:
		v.Title, v.Text = "Stale: "+who+" refuses the credentials", sentence(of.Problem)+" Writes wait. It is tried again by itself, and goes on when the TSP takes them; "+
			"its fleet can also give it new ones by the API."
	case of.Status == connection.Paused:
		v.Title, v.Text = "Paused: it takes no writes", pausedBy(of)
	case of.Status.Ended():
		v.Title, v.Text = v.Look.Word+": nothing is sent through it any more", "What was written stays readable."
	default:
		v.Title, v.Text = v.Look.Word, sentence(of.Problem)
	}
	return v
}

// problemOf is what is wrong with a connection. The words of its TSP are for those who may read payloads.
func (c *Console) problemOf(of connection.Connection, who Visitor) string {
	return veiled(who, worded(of.Problem), "What "+displayName(c.TSPs, of.TSP)+" said is hidden from you")
}

// connectionActs are what a visitor can do with a connection.
func (c *Console) connectionActs(of connection.Connection, who Visitor) (all []act) {
	at := connectionPath(of.ID)
	switch of.Status {
	case connection.Active:
		all = []act{{Word: "Import now", Path: at + "/import", Posts: true, Explains: "Reads its records at the TSP, beside its writes."},
			{Word: "Pause…", Path: at + "/pause", Kind: "danger", Explains: "New writes are refused with 409, and what waits stays where it is until it is resumed."}}
	case connection.Stale:
		all = []act{{Word: "Try it now", Path: at + "/resume", Posts: true, Kind: "main", Explains: "Asks the TSP whether it takes the credentials. If it does, what waits goes on."}}
	case connection.Paused:
		all = []act{{Word: "Resume", Path: at + "/resume", Posts: true, Kind: "main", Explains: "It takes writes again, and what waits goes on."}}
	}
	if !of.Status.Ended() {
		all = append(all, act{Word: "Rate…", Path: at + "/rate", Explains: "Keeps it to a lower rate of calls than its TSP allows."})
	}
	for i := range all {
		needs := Admin
		if all[i].Word == "Import now" {
			needs = Operator
		}
		all[i] = c.barred(all[i], who, needs)
	}
	return all
}

// retryConnection has the credentials of a connection tried that is not paused.
func (c *Console) retryConnection(r *http.Request, who Visitor) (answer, error) {
	return c.changeConnection(r, who, "resumed", func(of connection.Connection, fleet access.Principal) error {
		_, err := c.Links.Update(r.Context(), fleet, of.ID, []byte(`{"status":"active"}`))
		return err
	})
}

func (c *Console) importConnection(r *http.Request, who Visitor) (answer, error) {
	return c.changeConnection(r, who, "imported", func(of connection.Connection, fleet access.Principal) error {
		_, err := c.Imports.RequestImport(r.Context(), fleet, of.ID)
		return err
	})
}

// changeConnection does with a connection what its fleet may do, and stays on its page if that is refused.
func (c *Console) changeConnection(r *http.Request, who Visitor, did string,
	change func(of connection.Connection, fleet access.Principal) error) (answer, error) {
	of, err := c.connectionOf(r)
	if err != nil {
		return answer{}, err
	}
	if err := change(of, access.Principal{Fleet: access.Fleet{ID: of.Fleet}}); err != nil {
		s, again := c.connectionSheet(r, who, of)
		if again != nil {
			return answer{}, err
		}
		s.Note, s.status = c.noteOf(r, err), statusOf(err)
		return answer{sheet: s}, nil
	}
	if err := c.Journal.Note(r.Context(), audit.Entry{Action: did, Object: "connection:" + of.ID.String()}); err != nil {
		c.Log.Error("an act of the console is not in the audit log", "action", did, "connection", of.ID, "error", err)
	}
	return answer{to: with(connectionPath(of.ID), url.Values{"done": {did}})}, nil
}
