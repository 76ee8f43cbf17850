package console

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/lane"
)

// Budgets tell what is left of the limits of connections.
type Budgets interface {
	Limits(ctx context.Context, of connection.Connection) ([]Limit, error)
}

// Calls tells how many calls were made through connections, of all replicas.
type Calls interface {
	Calls(ctx context.Context, connection uuid.UUID, since time.Time) ([]lane.Calls, error)
}

// Limit is a limit of a connection now. Whose says in words who shares it. Known is false where another process alone knows
// what is left, which Runner names where one is at work. Of so many calls at once, Now may be made now: of one of so many
// Parts, which is this process's. Next is when the next may be where none may now, and Whole when all may. Bound is how many
// calls may be under way at once, 0 for any number, and Flying how many of this process are.
type Limit struct {
	Key, Whose, Runner string
	// Set tells that an operator has set it.
	Set            bool
	Events         int
	Period         time.Duration
	Known          bool
	Now, Of, Parts int
	Next, Whole    time.Time
	Bound, Flying  int
}

// Allows is what the limit allows, in words.
func (l Limit) Allows() string {
	switch {
	case l.Period <= 0 && l.Bound > 0:
		return count(l.Bound) + " at once"
	case l.Period <= 0:
		return "any number"
	}
	text := connection.Rate{Events: l.Events, Period: l.Period}.String()
	if text == "" || l.Period != time.Second && l.Period != time.Minute && l.Period != time.Hour {
		text = fmt.Sprintf("%s in %s", count(l.Events), l.Period)
	}
	return text
}

// Remains is what is left, in words.
func (l Limit) Remains() string {
	switch {
	case !l.Known && l.Runner != "":
		return "known to " + l.Runner + " alone, which is at work on the lane"
	case !l.Known:
		return "not known here"
	case l.Period <= 0:
		return count(l.Flying) + " under way here, of " + count(l.Bound)
	}
	text := fmt.Sprintf("%s of %s at once", count(l.Now), count(l.Of))
	if l.Parts > 1 {
		text += fmt.Sprintf(", in this replica's part of %d", l.Parts)
	}
	return text
}

// isUsed tells of a limit that there is something to see in it: less than all is left, or an operator has set it.
func (l Limit) isUsed() bool {
	return l.Known && (l.Now < l.Of || l.Flying > 0 || !l.Next.IsZero()) || l.Set
}

// limitTable is some limits, as they are now.
type limitTable struct {
	Now     time.Time
	Caption string
	Rows    []Limit
}

// limitsView are the limits of a connection: those of which something is used, and the Rest, which may be many.
type limitsView struct{ Used, Rest limitTable }

func limitsOf(all []Limit, now time.Time) limitsView {
	v := limitsView{limitTable{Now: now, Caption: "What is left now of each limit that is used"}, limitTable{Now: now, Caption: "The other limits"}}
	for _, l := range all {
		to := &v.Rest
		if l.isUsed() {
			to = &v.Used
		}
		to.Rows = append(to.Rows, l)
	}
	return v
}

// Says is how the rest stands.
func (v limitsView) Says() string {
	unknown := 0
	for _, l := range v.Rest.Rows {
		if !l.Known {
			unknown++
		}
	}
	switch of := some(count(len(v.Rest.Rows)), "limit", "limits"); {
	case unknown == len(v.Rest.Rows):
		return of + " of which it is not known here what is left"
	case unknown > 0:
		return of + " of which nothing is used, as far as is known here"
	default:
		return of + " of which nothing is used"
	}
}

// callsView are the calls of a connection over time.
type callsView struct {
	chart
	Rows []lane.Calls
	// Since is when the first of them was counted, and Back how far the chart looks back.
	Since time.Time
}

// callsOf draws the calls until now.
func callsOf(all []lane.Calls, now time.Time) (v callsView) {
	of := stretch{back: lane.CallsKept, every: lane.CallsEvery}
	first := now.Add(-of.back).Truncate(of.every).Add(of.every)
	slots := make([]lane.Calls, int(of.back/of.every))
	most, made, refused := 1, 0, 0
	for _, n := range all {
		if i := int(n.At.Sub(first) / of.every); !n.At.Before(first) && i < len(slots) {
			slots[i] = n
			most, made, refused = max(most, n.Made), made+n.Made, refused+n.Refused
			if v.Since.IsZero() {
				v.Since = n.At
			}
		}
	}
	scale := 0.0
	v.chart, scale = chartFor(of, first, most)
	v.Says = fmt.Sprintf("Over the last 12 hours %s, and %s answered by asking to wait", some(count(made), "call was made", "calls were made"), some(count(refused), "was", "were"))
	for i, n := range slots {
		v.Bars = append(v.Bars, stacked(i, scale, part{n.Made - n.Refused, ink}, part{n.Refused, wait})...)
		if n.Made > 0 {
			v.Rows = append(v.Rows, n)
		}
	}
	slices.Reverse(v.Rows)
	return v
}
