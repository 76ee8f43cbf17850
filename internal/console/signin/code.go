package signin

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/waybill-dev/waybill/internal/operator"
)

// mostCode bounds what is taken for a code, and mostForm the form around it, in bytes.
const (
	mostCode = 64
	mostForm = 8 << 10
)

// show shows the page. A link fills its code in, and signs nobody in: those who look into mails follow links too.
func (g *Gate) show(w http.ResponseWriter, r *http.Request) {
	if _, signed := g.Visitor(r); signed && asked(r, "code") == "" {
		http.Redirect(w, r, within(asked(r, "next")), http.StatusSeeOther)
		return
	}
	n := notice{}
	if r.URL.Query().Has("out") {
		n = notice{What: "You are signed out", Remedy: "Close the browser if others use it.", Calm: true}
	}
	g.page(w, r, http.StatusOK, n)
}

// take signs somebody in by a code.
func (g *Gate) take(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, mostForm)
	if err := r.ParseForm(); err != nil {
		// What of it was read must not be taken for all.
		r.Form, r.PostForm = url.Values{}, url.Values{}
		g.page(w, r, http.StatusBadRequest, notice{What: "Nothing was done",
			Remedy: "The form could not be read. Load the page and send it again."})
		return
	}
	if !g.private(r) {
		g.page(w, r, http.StatusForbidden, notice{})
		return
	}
	// Else the code would be used up for a cookie that the browser does not take there.
	if from := r.Header.Get("Origin"); g.URL != "" && from != "" && from != g.URL {
		g.page(w, r, http.StatusForbidden, notice{What: "The console is somewhere else",
			Remedy: "Nothing was done, and the code still opens. Open " + g.URL + root + " and sign in there."})
		return
	}
	if wait := g.Attempts.Take(g.Address(r)); wait > 0 {
		g.tooMany(w, r, wait)
		return
	}
	code := r.PostForm.Get("code")
	if len(code) > mostCode {
		code = ""
	}
	secret, s, err := g.Door.SignIn(r.Context(), code)
	switch {
	case errors.Is(err, operator.ErrNoCode):
		g.Log.Warn("a wrong one-time code was given at the console", "remote_address", g.Address(r))
		g.page(w, r, http.StatusForbidden, notice{What: "This code does not open",
			Remedy: "It is wrong, was used already, or is older than 15 minutes. Ask for another one."})
	case err != nil:
		g.unable(w, r, err)
	default:
		g.enter(w, r, entry{secret, s, r.PostForm.Get("next")})
	}
}

// entry is somebody who is about to come in, and where to.
type entry struct {
	secret  string
	session operator.Session
	next    string
}

// enter gives a browser its session. Whoever was signed in there before is signed out: a session is never taken on.
func (g *Gate) enter(w http.ResponseWriter, r *http.Request, e entry) {
	if before := g.read(r, sessionCookie); before != "" {
		if err := g.Door.SignOut(r.Context(), before); err != nil {
			g.Log.Warn("the session that this browser had before could not be ended; it ends by its time", "error", err)
		}
	}
	g.put(w, r, http.Cookie{Name: sessionCookie, Value: e.secret, MaxAge: g.age(e.session.EndsAt)})
	http.Redirect(w, r, within(e.next), http.StatusSeeOther)
}

// unable tells of what failed here.
func (g *Gate) unable(w http.ResponseWriter, r *http.Request, err error) {
	g.Log.Error("signing in to the console failed", "error", err)
	w.Header().Set("Retry-After", "5")
	g.page(w, r, http.StatusServiceUnavailable, notice{What: "You could not be signed in",
		Remedy: "The database does not answer. Try again in a moment; a code that was not used still opens."})
}

// signOut ends the session of a browser. One that could not be ended is told: the cookie alone is no end.
func (g *Gate) signOut(w http.ResponseWriter, r *http.Request) {
	if secret := g.read(r, sessionCookie); secret != "" {
		if err := g.Door.SignOut(r.Context(), secret); err != nil {
			g.Log.Error("signing out of the console failed", "error", err)
			w.Header().Set("Retry-After", "5")
			g.page(w, r, http.StatusServiceUnavailable, notice{What: "You are still signed in",
				Remedy: "The database does not answer, so your session could not be ended. Try again in a moment."})
			return
		}
	}
	g.put(w, r, http.Cookie{Name: sessionCookie})
	http.Redirect(w, r, signInPath+"?out", http.StatusSeeOther)
}
