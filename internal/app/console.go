package app

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/console"
	"github.com/waybill-dev/waybill/internal/console/signin"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/listen"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// openConsole makes the operator's console, where there is a gate before it.
func (a *App) openConsole(operations *operation.Service, records *record.Service, of *tsp.Registry) error {
	gate := a.gate()
	if gate == nil {
		return nil
	}
	signOut := ""
	if a.signIn != nil {
		signOut = signin.OutPath
	}
	var err error
	a.console, err = console.New(console.Config{Gate: gate, Operations: operations, Rewrites: operations, Endings: operations,
		Journal: a.db, Naming: a.db, Connections: a.db, Links: a.connections, Imports: records, Lanes: a.allLanes(), Here: lanesHere{a.dispatcher}, Budgets: budgets{a}, Calls: a.db, Hands: a.connections,
		Webhooks: a.webhooks, Trails: a.webhooks, Receivers: a.webhooks, Partners: a.db, Clients: a.db, Grants: a.db, Rates: a.db, Troubles: a.db, Installation: installation{a},
		Facts: a.facts(), Jobs: a.jobs,
		TSPs: of, SignOut: signOut, ReadOnly: a.config.Console.ReadOnly, Many: a.replica != nil, About: a.about(), Now: a.now, Log: a.log})
	return err
}

// lanesHere are the lanes of this process, in the console's words.
type lanesHere struct{ *dispatch.Dispatcher }

// Lanes lists lanes, those that are kept from their work first.
func (l lanesHere) Lanes(most int) ([]console.LaneHere, int) {
	stands, all := l.Dispatcher.Lanes(most)
	some := make([]console.LaneHere, len(stands))
	for i, s := range stands {
		some[i] = console.LaneHere{Kind: s.Kind, ID: s.ID, Label: s.Label, Waits: string(s.Waits), Until: s.Until, Flying: s.Flying}
	}
	return some, all
}

// facts are the settings that the console shows. Addresses of others may hold passwords, and are none of them.
func (a *App) facts() []console.Fact {
	c, kept := a.config, "none"
	if c.KeepExchanges > 0 {
		kept = fmt.Sprintf("%d days", c.KeepExchanges)
	}
	sealed := "as they are"
	if c.SealAtRest {
		sealed = "sealed"
	}
	var all []console.Fact
	for _, f := range [][2]string{
		{"Version", version()}, {"Store", a.about()[1]}, {"Texts in the store", sealed},
		{"Operations are kept for", days(c.KeepOperations) + " after their end"}, {"Calls to TSPs are kept for", kept},
		{"Records of messages and other events are kept for", days(keeps(c).OfRecords())},
		{"Events wait for a stale or paused webhook for", days(c.KeepEvents)}, {"A write waits at most", days(c.MaxAge)},
		{"A call to a TSP takes at most", c.CallDeadline.String()}, {"Connections are imported every", c.ImportEvery.String()},
		{"A list is read for at most", c.ListDeadline.String()},
	} {
		all = append(all, console.Fact{Name: f[0], Value: f[1]})
	}
	return all
}

// days is a time in days where it is whole ones.
func days(d time.Duration) string {
	if day := 24 * time.Hour; d >= day && d%day == 0 {
		return fmt.Sprintf("%d days", d/day)
	}
	return d.String()
}

// about is what the console says of the program beside every page.
func (a *App) about() []string {
	version := "Waybill"
	if build, ok := debug.ReadBuildInfo(); ok && build.Main.Version != "" && build.Main.Version != "(devel)" {
		version += " " + build.Main.Version
	}
	if a.replica != nil {
		return []string{version, "PostgreSQL"}
	}
	return []string{version, "SQLite"}
}

// gate says who may use the console; nil for nobody.
func (a *App) gate() console.Gate {
	switch {
	case a.dev:
		return devGate{}
	case a.signIn != nil:
		return a.signIn
	}
	return nil
}

// devGate lets everybody on this machine in. A page of another site cannot use it by a name that it has pointed to this
// machine: the name must be one of the machine's own.
type devGate struct{}

// Visitor returns the demo's admin to whoever asks from this machine.
func (devGate) Visitor(r *http.Request) (console.Visitor, bool) {
	if !signin.IsHere(r) {
		return console.Visitor{}, false
	}
	return console.Visitor{Name: "dev", Role: console.Admin, Payloads: true}, true
}

// Still is Visitor: nobody signs out.
func (g devGate) Still(r *http.Request) (console.Visitor, bool) { return g.Visitor(r) }

// SignIn refuses everybody else.
func (devGate) SignIn(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "the console of `waybill dev` has no sign-in, so it is shown on this machine alone; open it there as "+
		"http://127.0.0.1 with the port of the API", http.StatusForbidden)
}

// rooted gives the console what lies under its path, and the API all else. Both refuse what cannot be trusted.
func (a *App) rooted() http.Handler {
	if a.console == nil {
		return a.api
	}
	var pages http.Handler = a.console
	if a.signIn != nil {
		pages = a.signIn.Around(a.console)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != strings.TrimSuffix(console.Root, "/") && !strings.HasPrefix(r.URL.Path, console.Root) {
			a.api.ServeHTTP(w, r)
			return
		}
		if err := listen.Check(r); err != nil {
			w.Header().Set("Connection", "close")
			http.Error(w, "the request cannot be trusted; send it again", http.StatusBadRequest)
			return
		}
		pages.ServeHTTP(w, r)
	})
}
