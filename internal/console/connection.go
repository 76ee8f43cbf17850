package console

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/lane"
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
	Limits    limitsView
	Calls     callsView
	// SignsIn is the kind of its credentials; "" if they cannot be read.
	SignsIn string
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
	case done == "changed" && c.Now().Sub(of.UpdatedAt) < time.Minute:
		s.Note = &note{Look{Glyph: "succeeded", Colour: ok}, "Changed a moment ago", "The settings beside are those that it has now.", nil}
	case strings.HasPrefix(done, "renewed") && c.Now().Sub(of.UpdatedAt) < time.Minute:
		s.Note = c.renewedNote(of, done)
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

// openConnection finds the connection that a page asks about: of one that has ended nothing can be changed.
func (c *Console) openConnection(r *http.Request) (connection.Connection, error) {
	of, err := c.connectionOf(r)
	if err == nil {
		err = hasNotEnded(of)
	}
	return of, err
}

// hasNotEnded refuses what can be done with a connection only while it has not ended.
func hasNotEnded(of connection.Connection) error {
	if of.Status.Ended() {
		return problem.New(problem.Conflict, "the connection is %s: nothing is sent through it any more, and nothing is changed about it", of.Status)
	}
	return nil
}

// connectionSheet is the page of one connection.
func (c *Console) connectionSheet(r *http.Request, who Visitor, of connection.Connection) (sheet, error) {
	rows, err := c.linkRows(r, who, []connection.Connection{of})
	if err != nil {
		return sheet{}, err
	}
	v := connectionView{linkRow: rows[0], Of: of, Verdict: c.healthOf(of, who), SignsIn: c.Links.CredentialKind(of)}
	if v.Schedules, err = c.Connections.SchedulesOf(r.Context(), []uuid.UUID{of.ID}); err != nil {
		return sheet{}, err
	}
	for i := range v.Schedules {
		if of := &v.Schedules[i]; !record.OwnProblem(of.Problem) {
			of.Problem = veiled(who, of.Problem, "It failed; the words of "+v.TSP+" are hidden from you")
		}
	}
	v.Acts = c.connectionActs(of, who)
	for _, name := range slices.Sorted(maps.Keys(of.Settings)) {
		v.Settings = append(v.Settings, member{name, fmt.Appendf(nil, "%v", of.Settings[name])})
	}
	limits, err := c.Budgets.Limits(r.Context(), of)
	if err != nil {
		return sheet{}, err
	}
	v.Limits = limitsOf(limits, c.Now())
	calls, err := c.Calls.Calls(r.Context(), of.ID, c.Now().Add(-lane.CallsKept))
	if err != nil {
		return sheet{}, err
	}
	v.Calls = callsOf(calls, c.Now())
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
		if of.Rate.Events > 0 {
			v.Text = "It is kept to " + of.Rate.String() + ", so its writes may wait for that."
		}
	case of.Status == connection.Stale:
		v.Title, v.Text = "Stale: "+who+" refuses the credentials", sentence(of.Problem)+" Writes wait. It is tried again by itself, and goes on when the TSP takes them; "+
			"its fleet can also give it new ones by the API, and an admin here."
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
