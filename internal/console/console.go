package console

import (
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Root is the path under which all of the console lies.
const Root = "/console/"

// Config is what a Console is made of.
type Config struct {
	Gate        Gate
	Operations  Operations
	Rewrites    Rewrites
	Endings     Endings
	Journal     Journal
	Naming      Naming
	Connections Connections
	Links       Links
	Imports     Imports
	Lanes       Lanes
	Here        LanesHere
	Budgets     Budgets
	Calls       Calls
	Hands       Hands
	Webhooks    Webhooks
	Trails      Trails
	Receivers   Receivers
	Partners    Partners
	Clients     Clients
	Grants      Grants
	Rates       Rates
	Troubles    Troubles
	// Installation tells of all processes.
	Installation Installation
	Jobs         Jobs
	// Facts are shown on the page of the settings.
	Facts []Fact
	TSPs  *tsp.Registry
	// SignOut is where a form signs the visitor out; "" where nobody signs in. ReadOnly lets nobody act,
	// whatever the role.
	SignOut  string
	ReadOnly bool
	// Many tells that several processes may serve one database.
	Many bool
	// About is shown beside every page, such as the version and the engine of the store.
	About []string
	Now   func() time.Time
	Log   *slog.Logger
}

// Console answers requests under Root.
type Console struct {
	Config
	sheets  map[string]*template.Template
	files   files
	handler http.Handler
	open    *streams
	views   overviews
}

// New returns a console. It fails if what is embedded is not whole.
func New(c Config) (*Console, error) {
	out := &Console{Config: c, open: newStreams()}
	var err error
	if out.files, err = readFiles(); err != nil {
		return nil, err
	}
	if out.sheets, err = readSheets(); err != nil {
		return nil, err
	}
	out.handler = out.routes()
	return out, nil
}

// ServeHTTP answers one request.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.handler.ServeHTTP(w, r) }

// rowsShown is how many rows a page of a list has.
const rowsShown = 50

// placeOf reads the page of a list that a request asks for.
func placeOf(r *http.Request, l page.List) (page.Window, error) {
	w := page.Window{Limit: rowsShown}
	text := r.FormValue("page")
	if text == "" {
		return w, nil
	}
	at, err := page.Read(text)
	if err == nil {
		err = at.Check(l)
	}
	if err != nil {
		return w, wrongInput("page", text, "leads to no page of this list; go to its first page")
	}
	w.Place, w.Backwards = at.Place, at.Backwards
	return w, nil
}
