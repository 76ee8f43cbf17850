package console

import (
	"strings"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// tspRow is how a TSP fares: its connections by their health, and what has not ended.
type tspRow struct {
	Name            string
	All, Broken     string
	Look            Look
	Rates           chartRow
	Waiting         *Waiting
	Path, Succeeded string
}

// linkSums counts the connections of TSPs, those that take writes and those that need somebody.
type linkSums struct{ all, active, broken int }

func linkedBy(tally []connection.Tally) map[tsp.Name]linkSums {
	of := map[tsp.Name]linkSums{}
	for _, t := range tally {
		n := of[t.TSP]
		switch t.Status {
		case connection.Cancelled:
			continue
		case connection.Active:
			n.active += t.N
		case connection.Stale, connection.Failed:
			n.broken += t.N
		}
		n.all += t.N
		of[t.TSP] = n
	}
	return of
}

// headline answers whether it is well, worst first.
func (c *Console) headline(o overview, v *homeView) string {
	if v.Fresh {
		return "Nothing has been written yet"
	}
	by := linkedBy(o.links)
	var down []string
	for _, name := range c.TSPs.Names() {
		if n := by[name]; n.active == 0 && n.broken > 0 {
			down = append(down, displayName(c.TSPs, name))
		}
	}
	var says []string
	add := func(look Look, text string) {
		if len(says) == 0 {
			v.Look = look
		}
		says = append(says, text)
	}
	broken := linkCount(o.links, linkStates()["broken"]...)
	switch {
	case len(down) == 1:
		add(Look{"", "stale", bad}, down[0]+" takes no writes")
	case len(down) > 1:
		add(Look{"", "stale", bad}, count(len(down))+" of "+count(len(by))+" TSPs take no writes")
	case broken.N > 0:
		add(Look{"", "stale", bad}, some(counted(broken), "connection is", "connections are")+" broken")
	}
	if o.stale.N > 0 {
		add(Look{"", "stale", bad}, some(counted(o.stale), "webhook is", "webhooks are")+" stale")
	}
	if v.writes != "" {
		add(Look{"", "failed", bad}, v.writes)
	}
	if n := v.silent(); n > 0 {
		add(Look{"", "suspect", wait}, some(count(n), "replica is", "replicas are")+" silent")
	}
	if n := len(says); n > 0 {
		says[0] = capital(says[0])
	}
	switch n := len(says); {
	case n > 1:
		says[n-2] += " and " + says[n-1]
		return strings.Join(says[:n-1], ", ")
	case n == 1:
		return says[0]
	}
	return "Nothing needs you" + taking(by)
}

// taking says how many TSPs take writes, where nothing is broken: those that are paused take none.
func taking(by map[tsp.Name]linkSums) string {
	takes, paused := 0, 0
	for _, n := range by {
		if n.active > 0 {
			takes++
		} else {
			paused++
		}
	}
	switch {
	case len(by) == 0:
		return ""
	case takes == 0:
		return ", and no TSP takes writes: all connections are paused"
	case paused > 0:
		return ": " + some(count(takes), "TSP takes", "TSPs take") + " writes, and " + some(count(paused), "is", "are") + " paused"
	}
	return ": " + some(count(takes), "TSP takes", "TSPs take") + " writes"
}

// some is a number with what it counts.
func some(n, one, more string) string {
	if n == "1" {
		return "1 " + one
	}
	return n + " " + more
}
