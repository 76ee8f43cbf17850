package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
)

// handView is a page that asks before something is done to a connection by hand.
type handView struct {
	Name, Back, Path  string
	Text, Consequence string
	Word              string
	Danger            bool
	// Rate is that which was given, and Slow that the page asks for one; Now is the one in force.
	Rate, Now string
	Slow      bool
	Why       string
}

// askPause asks why a connection is to be paused.
func (c *Console) askPause(r *http.Request, who Visitor) (answer, error) {
	return c.asksHand(r, who, nil, "Pause this connection?", handView{Path: "pause", Word: "Pause it", Danger: true,
		Text:        "New writes are refused with 409, and what waits stays where it is until somebody resumes it. Every process stops within a second.",
		Consequence: "Its fleet can resume it, too. Whoever asks why a write waits or is refused reads the reason."})
}

// askRate asks to which rate a connection is to be kept.
func (c *Console) askRate(r *http.Request, who Visitor) (answer, error) {
	return c.askingRate(r, who, nil)
}

func (c *Console) askingRate(r *http.Request, who Visitor, err error) (answer, error) {
	return c.asksHand(r, who, err, "Which rate shall it keep to?", handView{Path: "rate", Word: "Keep it to this rate", Slow: true,
		Text:        "Every call of the connection is charged to the rate: writes, imports and look-ups, over all processes together.",
		Consequence: "What its TSP allows holds beside it, so a rate that is not lower is refused. Writes that wait for it tell so."})
}

// asksHand is such a page; err says what was wrong with what was given.
func (c *Console) asksHand(r *http.Request, who Visitor, err error, title string, v handView) (answer, error) {
	of, again := c.connectionOf(r)
	if again != nil {
		return answer{}, again
	}
	row, again := c.linkRows(r, who, []connection.Connection{of})
	if again != nil {
		return answer{}, again
	}
	v.Name, v.Back, v.Now = row[0].TSP+" of "+row[0].Fleet, connectionPath(of.ID), of.Rate.String()
	v.Why, v.Rate = r.PostFormValue("reason"), r.PostFormValue("rate")
	s := sheet{name: "hand", Title: title, Place: "Lanes", Content: v}
	if err != nil {
		s.Note, s.status = c.noteOf(r, err), statusOf(err)
	}
	return answer{sheet: s}, nil
}

func (c *Console) pauseConnection(r *http.Request, who Visitor) (answer, error) {
	_, err := c.Hands.Pause(r.Context(), handOf(r))
	if err != nil && problem.Of(err).Code == problem.Invalid {
		a, again := c.askPause(r, who)
		a.Note, a.status = c.noteOf(r, err), statusOf(err)
		return a, again
	}
	return c.changed(r, who, "paused", err)
}

func (c *Console) resumeConnection(r *http.Request, who Visitor) (answer, error) {
	of, err := c.connectionOf(r)
	if err != nil {
		return answer{}, err
	}
	if of.Status == connection.Paused {
		_, err = c.Hands.Resume(r.Context(), handOf(r))
		return c.changed(r, who, "resumed", err)
	}
	return c.retryConnection(r, who)
}

// slowConnection keeps a connection to a rate, or lifts the one that it is kept to.
func (c *Console) slowConnection(r *http.Request, who Visitor) (answer, error) {
	to := connection.Rate{}
	if r.PostFormValue("do") != "clear" {
		var err error
		if to, err = readRate(r.PostFormValue("rate"), r.PostFormValue("per")); err != nil {
			return c.askingRate(r, who, err)
		}
	}
	h := handOf(r)
	if to.Events == 0 {
		h.Why = ""
	}
	_, err := c.Hands.Slow(r.Context(), h, to)
	if err != nil && problem.Of(err).Code == problem.Invalid {
		return c.askingRate(r, who, err)
	}
	did := "slowed"
	if to.Events == 0 {
		did = "freed"
	}
	return c.changed(r, who, did, err)
}

// readRate reads a rate from the members of a form.
func readRate(count, per string) (to connection.Rate, err error) {
	n, wrong := strconv.Atoi(count)
	if wrong != nil || n < 1 || n > 1_000_000 {
		return to, wrongInput("rate", count, "must be a number of calls from 1 on")
	}
	period := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}[per]
	if period == 0 {
		return to, wrongInput("per", per, "must be s, m or h")
	}
	return connection.Rate{Events: n, Period: period}, nil
}

// handOf is what a form asks for, in the name of its visitor. Its page has refused a path without an id.
func handOf(r *http.Request) connection.Hand {
	id, _ := pathID(r) // a wrong one is no connection's
	return connection.Hand{Connection: id, By: audit.Of(r.Context()).Name, Why: r.PostFormValue("reason")}
}

// changed leads back to the connection that something was done to, or stays on its page if that was refused.
func (c *Console) changed(r *http.Request, who Visitor, did string, err error) (answer, error) {
	of, again := c.connectionOf(r)
	if again != nil {
		return answer{}, again
	}
	if err != nil {
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

// pausedBy says who paused a connection and why, as far as that is known.
func pausedBy(of connection.Connection) string {
	said := "What waits stays until somebody resumes it."
	if of.Pause.By != "" {
		said = fmt.Sprintf("By %s, %s. ", of.Pause.By, of.Pause.At.UTC().Format("2 Jan 15:04 UTC")) + said
	}
	if of.Pause.Why != "" {
		said = fmt.Sprintf("%q. ", of.Pause.Why) + said
	}
	return said
}
