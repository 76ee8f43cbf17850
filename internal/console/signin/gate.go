// Package signin is the door of the console: the page on which operators sign in, by one-time codes or at an
// OpenID Connect issuer, the cookies that hold their sessions, and the gate that says who sent a request.
package signin

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/console"
	"github.com/waybill-dev/waybill/internal/operator"
)

// Door lets operators in and out; operator.Door does.
type Door interface {
	SignIn(ctx context.Context, code string) (secret string, s operator.Session, err error)
	Meet(ctx context.Context, p operator.Person) (secret string, s operator.Session, err error)
	Session(ctx context.Context, secret string) (operator.Session, error)
	// Look is Session, and counts as no use.
	Look(ctx context.Context, secret string) (operator.Session, error)
	SignOut(ctx context.Context, secret string) error
}

// Limit bounds how often an address comes. Take charges it and returns zero, or returns how long it must wait.
type Limit interface {
	Take(caller string) (wait time.Duration)
}

// Config is what a Gate is made of.
type Config struct {
	Door Door
	// Issuer is where people sign in as well; nil if there is none.
	Issuer *Issuer
	// URL is where browsers reach the console, without a path; "" where only a request tells.
	URL string
	// From is from where a request came, as far as that can be believed, and Address the same as one customer has it.
	From    func(*http.Request) (netip.Addr, bool)
	Address func(*http.Request) string
	// Requests bounds all that comes from an address, and Attempts how often it tries to sign in.
	Requests, Attempts Limit
	Now                func() time.Time
	Log                *slog.Logger
}

// Gate says who sent a request, and has strangers sign in. It is a console.Gate.
type Gate struct {
	Config
	// host is the name by which browsers know the console, and secure whether by TLS; both as URL tells.
	host   string
	secure bool
	cross  *http.CrossOriginProtection
	sheet  *template.Template
}

// New returns a gate.
func New(c Config) (*Gate, error) {
	g := &Gate{Config: c, cross: http.NewCrossOriginProtection()}
	var err error
	if g.sheet, err = template.New("sign-in").Parse(pageText); err != nil {
		return nil, fmt.Errorf("reading the sign-in page: %w", err)
	}
	if c.URL == "" {
		return g, nil
	}
	u, err := url.Parse(c.URL)
	if err != nil {
		return nil, fmt.Errorf("the address of the console: %w", err)
	}
	g.host, g.secure = u.Host, u.Scheme == "https"
	// A proxy may have put another name into the request than the browser knows.
	return g, g.cross.AddTrustedOrigin(c.URL)
}

// called is the name by which the browser of a request knows the console.
func (g *Gate) called(r *http.Request) string {
	if g.host != "" {
		return g.host
	}
	return r.Host
}

type key struct{}

// Around answers what is under the console's root: signing in and out by itself, all else by the pages. Whoever
// sent a request is found out once, and named to the audit log as who does what the request does.
func (g *Gate) Around(pages http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+signInPath, g.show)
	mux.HandleFunc("POST "+signInPath, g.take)
	mux.HandleFunc("GET "+issuerPath, g.leave)
	mux.HandleFunc("GET "+callbackPath, g.comeBack)
	mux.HandleFunc("GET "+stylePath, style)
	mux.HandleFunc("POST "+OutPath, g.signOut)
	mux.Handle("/", pages)
	g.cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.page(w, r, http.StatusForbidden, notice{What: "Nothing was done",
			Remedy: "The form was sent from another site. Open this page yourself, and send it from here."})
	}))
	guarded := g.cross.Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := uuid.NewString()
		w.Header().Set("X-Request-Id", id)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		// The pages' files say otherwise.
		w.Header().Set("Cache-Control", "no-store")
		// Not no-referrer: with that a browser tells no origin of its own forms either.
		w.Header().Set("Referrer-Policy", "same-origin")
		if g.overTLS(r) {
			w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		}
		if wait := g.Requests.Take(g.Address(r)); wait > 0 {
			g.tooMany(w, r, wait)
			return
		}
		who := audit.Actor{Name: "stranger", Request: id}
		if from, ok := g.From(r); ok {
			who.Remote = from.String()
		}
		s, err := g.session(r)
		switch {
		case err == nil:
			who.Name = s.Operator.Actor()
			r = r.WithContext(context.WithValue(r.Context(), key{}, s))
		case !errors.Is(err, operator.ErrNoSession):
			g.Log.Error("who sent a request to the console could not be found out", "request_id", id, "error", err)
			w.Header().Set("Retry-After", "5")
			g.page(w, r, http.StatusServiceUnavailable, notice{What: "The console cannot tell who you are",
				Remedy: "Its database does not answer. You stay signed in; load the page again in a moment."})
			return
		}
		guarded.ServeHTTP(w, r.WithContext(audit.By(r.Context(), who)))
	})
}

// session is that of the cookie of a request.
func (g *Gate) session(r *http.Request) (operator.Session, error) {
	secret := g.read(r, sessionCookie)
	if secret == "" {
		return operator.Session{}, operator.ErrNoSession
	}
	// The stream of a page that is open connects anew by itself, so it is no use.
	if strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
		return g.Door.Look(r.Context(), secret)
	}
	return g.Door.Session(r.Context(), secret)
}

// Visitor returns who sent a request that came through Around, and false for a stranger.
func (g *Gate) Visitor(r *http.Request) (console.Visitor, bool) {
	s, ok := r.Context().Value(key{}).(operator.Session)
	if !ok {
		return console.Visitor{}, false
	}
	return visitor(s.Operator)
}

// Still returns who sent a request as they are now, and false once they are signed out or kept out. One who cannot be
// found out is gone as well.
func (g *Gate) Still(r *http.Request) (console.Visitor, bool) {
	s, err := g.Door.Look(r.Context(), g.read(r, sessionCookie))
	if err != nil {
		return console.Visitor{}, false
	}
	return visitor(s.Operator)
}

// visitor is an operator as the pages know him.
func visitor(o operator.Operator) (console.Visitor, bool) {
	v := console.Visitor{Name: o.Name, Email: o.Email, Role: console.Role(o.Role), Payloads: o.SeesPayloads()}
	// Who may do nothing, as by a role of a later release, is let in to nothing.
	if !v.Role.May(console.Viewer) {
		return console.Visitor{}, false
	}
	return v, true
}

// SignIn sends a stranger to the page on which one signs in, and from there back to what was asked for. What a
// script asks for is not answered with a page.
func (g *Gate) SignIn(w http.ResponseWriter, r *http.Request) {
	next := r.URL.RequestURI()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		// What was sent is lost, and must not be sent by a link: back to the page on which it was written.
		next = ""
		if from, err := url.Parse(r.Referer()); err == nil && from.Host == g.called(r) {
			next = from.RequestURI()
		}
	}
	to := signInURL(next)
	if r.Header.Get("HX-Request") == "true" {
		w.Header().Set("HX-Redirect", to)
		http.Error(w, "you are not signed in any more; load the page again", http.StatusUnauthorized)
		return
	}
	if r.Header.Get("Sec-Fetch-Dest") == "empty" {
		http.Error(w, "you are not signed in any more; load the page again", http.StatusUnauthorized)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}
