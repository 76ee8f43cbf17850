package signin

import (
	"bytes"
	_ "embed"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

//go:embed sign-in.html
var pageText string

//go:embed sign-in.css
var styleText []byte

// policy lets the page load its style and send its form here.
const policy = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// notice is what somebody is told above the form; Calm is one of nothing that went wrong.
type notice struct {
	What, Remedy string
	Calm         bool
}

// asked is a value of a form that was read, or of the address. Nothing is read for it: whoever is sent away costs nothing.
func asked(r *http.Request, name string) string {
	if v := r.PostForm.Get(name); v != "" {
		return v
	}
	return r.URL.Query().Get(name)
}

// sheet is what the page is made of.
type sheet struct {
	Host, Theme, Style string
	Notice             notice
	Code, Next         string
	// Issuer is where signing in at the issuer begins, with its host's name; "" if there is none.
	Issuer, IssuerName string
	// Signed is who is signed in already.
	Signed string
	// Closed says why nobody can sign in over this connection.
	Closed bool
}

// page answers with the sign-in.
func (g *Gate) page(w http.ResponseWriter, r *http.Request, status int, n notice) {
	s := sheet{Host: g.called(r), Theme: "system", Style: stylePath, Notice: n, Next: within(asked(r, "next")), Closed: !g.private(r)}
	// The console's own choice, which its pages keep.
	if c, err := r.Cookie("waybill_theme"); err == nil && (c.Value == "light" || c.Value == "dark") {
		s.Theme = c.Value
	}
	if r.Method == http.MethodGet && r.URL.Path == signInPath {
		s.Code = asked(r, "code")
		if len(s.Code) > mostCode {
			s.Code = ""
		}
	}
	if g.Issuer != nil && !s.Closed {
		s.Issuer, s.IssuerName = issuerPath+"?"+url.Values{"next": {s.Next}}.Encode(), g.Issuer.name()
	}
	if v, ok := g.Visitor(r); ok {
		s.Signed = v.Name
	}
	var text bytes.Buffer
	if err := g.sheet.Execute(&text, s); err != nil {
		g.Log.Error("the sign-in page could not be made", "error", err)
		http.Error(w, "the sign-in page could not be made; the log of the service says why", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes()) // whoever asked may hang up
}

// style answers with the page's style.
func style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=300")
	_, _ = w.Write(styleText)
}

// tooMany tells somebody to come later.
func (g *Gate) tooMany(w http.ResponseWriter, r *http.Request, wait time.Duration) {
	seconds := int(math.Ceil(wait.Seconds()))
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	g.page(w, r, http.StatusTooManyRequests, notice{What: "Too many tries from your address",
		Remedy: fmt.Sprintf("Nothing was done. Try again in %d s.", seconds)})
}
