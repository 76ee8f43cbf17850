package console

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
)

// rateView is the page that asks to which rate a connection is to be kept.
type rateView struct {
	Name, Back string
	// Now is the rate in force, "" for none; Rate, Per and Why are what was given.
	Now, Rate, Why string
	Per            []option
}

// askRate asks to which rate a connection is to be kept.
func (c *Console) askRate(r *http.Request, who Visitor) (answer, error) {
	of, err := c.openConnection(r)
	if err != nil {
		return answer{}, err
	}
	row, err := c.linkRows(r, who, []connection.Connection{of})
	if err != nil {
		return answer{}, err
	}
	v := rateView{Name: row[0].TSP + " of " + row[0].Fleet, Back: connectionPath(of.ID), Now: of.Rate.String(),
		Rate: r.PostFormValue("rate"), Why: r.PostFormValue("why")}
	per := cmp.Or(r.PostFormValue("per"), "m")
	for _, one := range [][2]string{{"s", "second"}, {"m", "minute"}, {"h", "hour"}} {
		v.Per = append(v.Per, option{one[0], one[1], one[0] == per})
	}
	return answer{sheet: sheet{name: "rate", Title: "Which rate shall it keep to?", Place: "Connections", Content: v}}, nil
}

// slowConnection keeps a connection to a rate, or lifts the one that it is kept to. What was given wrongly is asked for anew.
func (c *Console) slowConnection(r *http.Request, who Visitor) (answer, error) {
	anew := func(err error) (answer, error) {
		a, failed := c.askRate(r, who)
		a.Note, a.status = c.noteOf(r, err), statusOf(err)
		return a, failed
	}
	to, why, did := connection.Rate{}, "", deed{"freed", ""}
	if r.PostFormValue("do") != "clear" {
		var err error
		if to, err = readRate(r.PostFormValue("rate"), r.PostFormValue("per")); err == nil {
			why, err = reason(r)
			did = deed{"slowed", to.String() + ": " + why}
		}
		if err != nil {
			return anew(err)
		}
	}
	of, err := c.connectionOf(r)
	if err != nil {
		return answer{}, err
	}
	_, err = c.Hands.Slow(r.Context(), handOf(r, of.ID, why), to)
	if err != nil && problem.Of(err).Code == problem.Invalid {
		return anew(err)
	}
	return c.changeConnection(r, who, did, func(connection.Connection, access.Principal) error { return err })
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

// handOf is what a visitor wants done to a connection, in the visitor's name.
func handOf(r *http.Request, id uuid.UUID, why string) connection.Hand {
	return connection.Hand{Connection: id, By: audit.Of(r.Context()).Name, Why: why}
}

// pausedBy says who paused a connection and why, as far as that is known.
func pausedBy(of connection.Connection) string {
	said := "What waits stays until somebody resumes it."
	if of.Pause.By != "" {
		said = fmt.Sprintf("By %s, %s. ", of.Pause.By, of.Pause.At.UTC().Format("2 Jan 15:04 UTC")) + said
	}
	if of.Pause.Why != "" {
		said = strings.TrimSuffix(of.Pause.Why, ".") + ". " + said
	}
	return said
}
