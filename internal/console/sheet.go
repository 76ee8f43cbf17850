package console

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
)

//go:embed templates
var templates embed.FS

// sheet is one page before it is framed.
type sheet struct {
	// name is that of its template, and status that of the answer; 200 if it is 0.
	name   string
	status int
	Title  string
	// Place is which entry of the navigation it belongs to.
	Place   string
	Note    *note
	Content any
	cookies []*http.Cookie
	// watched is what its stream must be told of what is shown.
	watched url.Values
}

// note is said above a page: what became of an act, or why it was refused.
type note struct {
	Look   Look
	Title  string
	Text   string
	Points []string
}

// frame is a sheet with all that stands around it.
type frame struct {
	sheet
	Who   Visitor
	Now   time.Time
	Theme string
	// Keys tells that single keys do something.
	Keys   bool
	Places [][]place
	About  []string
	// SignOut is that of the Config.
	SignOut string
	Files   files
	// Path is where the visitor is, to come back there.
	Path  string
	Query string
	// MayLive tells that the page can go on changing, Live that the visitor wants that of pages, and Stream by what.
	MayLive, Live bool
	Stream        string
}

// place is an entry of the navigation.
type place struct {
	Name, Path, Glyph string
	Badge             badge
}

// places are those of the navigation, in two groups.
func places() [][]place {
	return [][]place{{
		{Name: "Home", Path: Root, Glyph: "home"},
		{Name: "Operations", Path: Root + "operations", Glyph: "list"},
		{Name: "Lanes", Path: Root + "lanes", Glyph: "lanes"},
		{Name: "Connections", Path: Root + "connections", Glyph: "link"},
		{Name: "Webhooks", Path: Root + "webhooks", Glyph: "hooks"},
	}, {
		{Name: "TSPs", Path: Root + "tsps", Glyph: "matrix"},
		{Name: "Clients", Path: Root + "clients", Glyph: "key"},
		{Name: "Audit", Path: Root + "audit", Glyph: "log"},
		{Name: "Settings", Path: Root + "settings", Glyph: "settings"},
	}}
}

// readSheets parses every page within the layout and beside the parts that all share.
func readSheets() (map[string]*template.Template, error) {
	shared, err := template.New("").Funcs(functions()).ParseFS(templates, "templates/shared/*.html")
	if err != nil {
		return nil, fmt.Errorf("reading the console's templates: %w", err)
	}
	names, err := fs.Glob(templates, "templates/*.html")
	if err != nil {
		return nil, err
	}
	all := map[string]*template.Template{}
	for _, name := range names {
		one, err := shared.Clone()
		if err == nil {
			one, err = one.ParseFS(templates, name)
		}
		if err != nil {
			return nil, fmt.Errorf("reading the console's templates: %w", err)
		}
		all[strings.TrimSuffix(path.Base(name), ".html")] = one
	}
	return all, nil
}

// frame puts a sheet into what stands around it.
func (c *Console) frame(r *http.Request, who Visitor, s sheet) frame {
	f := frame{sheet: s, Who: who, Now: c.Now().UTC(), Theme: theme(r), Keys: keys(r), Places: places(), About: c.About,
		SignOut: c.SignOut, Files: c.files,
		Path: r.URL.RequestURI(), Query: r.FormValue("q"), Live: live(r), Stream: c.streamOf(r, s.watched)}
	_, f.MayLive = c.living()[r.Pattern]
	// Whoever is not known is told nothing of the installation.
	var badges map[string]badge
	if who != (Visitor{}) {
		badges = c.badges(r.Context())
	}
	for _, group := range f.Places {
		for i := range group {
			group[i].Badge = badges[group[i].Name]
		}
	}
	if r.Method != http.MethodGet {
		f.Path = Root
	}
	return f
}

// show answers with a page. Nothing is sent before it is whole.
func (c *Console) show(w http.ResponseWriter, r *http.Request, who Visitor, s sheet) {
	f := c.frame(r, who, s)
	var text bytes.Buffer
	page := c.sheets[s.name]
	if page == nil {
		c.Log.Error("a page of the console has no template", "page", s.name)
		http.Error(w, "this page is missing from the program", http.StatusInternalServerError)
		return
	}
	if err := page.ExecuteTemplate(&text, "layout", f); err != nil {
		c.Log.Error("writing a page of the console", "page", s.name, "path", r.URL.Path, "error", err)
		http.Error(w, "this page could not be written; the log says why", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if s.status != 0 {
		w.WriteHeader(s.status)
	}
	if _, err := w.Write(text.Bytes()); err != nil {
		c.Log.Debug("writing an answer", "error", err)
	}
}

// fail answers with the page of a problem.
func (c *Console) fail(w http.ResponseWriter, r *http.Request, who Visitor, err error) {
	c.show(w, r, who, c.failed(r, err))
}

// failed is the page of a problem. One of our own gets a number, by which the log tells of it.
func (c *Console) failed(r *http.Request, err error) sheet {
	p := problem.Of(err)
	s := sheet{name: "problem", status: int(p.Code), Title: http.StatusText(int(p.Code)), Note: c.noteOf(r, err)}
	return s
}

// noteOf says what is wrong in words for a visitor, and logs what is our own fault.
func (c *Console) noteOf(r *http.Request, err error) *note {
	p := problem.Of(err)
	n := &note{Look: Look{Glyph: "failed", Colour: bad}, Title: titleOf(p.Code), Text: worded(sentence(p.Detail))}
	for _, d := range p.Details {
		n.Points = append(n.Points, worded(strings.TrimPrefix(d.Path+": "+d.Message, ": ")))
	}
	if p.Code != problem.Internal && p.Err == nil {
		return n
	}
	number := uuid.New()
	if !errors.Is(err, r.Context().Err()) || r.Context().Err() == nil {
		c.Log.Error("a request of the console failed", "method", r.Method, "path", r.URL.Path, "request_id", number, "error", err)
	}
	if p.Code == problem.Internal {
		n.Text = "This is a fault of the program. The log tells of it under request_id " + number.String() + "."
	}
	return n
}

// titleOf says in a few words what a code means for a visitor.
func titleOf(code problem.Code) string {
	switch code {
	case problem.NotFound:
		return "Not found"
	case problem.Forbidden, problem.Unauthorized:
		return "Not allowed"
	case problem.Unavailable, problem.GatewayTimeout, problem.TooMany:
		return "Not possible now"
	case problem.Internal:
		return "Something went wrong here"
	}
	return "Refused, and nothing was changed"
}
