package signin

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/waybill-dev/waybill/internal/operator"
)

// awayTime is for how long somebody may be at the issuer.
const awayTime = 10 * time.Minute

// awayContext is what sealed cookies of those who are away are bound to.
const awayContext = "console-oidc"

// away is what a browser keeps for us, sealed, while somebody is at the issuer.
type away struct {
	State, Nonce, Verifier, Next string
	Until                        time.Time
}

// leave sends somebody to the issuer.
func (g *Gate) leave(w http.ResponseWriter, r *http.Request) {
	if !g.atIssuer(w, r) {
		return
	}
	to, err := g.Issuer.provider(r.Context())
	if err != nil {
		g.Log.Error("nobody can sign in to the console at the issuer", "issuer", g.Issuer.URL, "error", err)
		g.page(w, r, http.StatusBadGateway, notice{What: "The issuer does not answer",
			Remedy: "Nobody can be sent to " + g.Issuer.name() + " at this moment. Try again, or use a one-time code."})
		return
	}
	a := away{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: within(asked(r, "next")),
		Until: g.Now().Add(awayTime)}
	sealed, err := g.Issuer.seal(a)
	if err != nil {
		g.Log.Error("what a browser is to keep during a sign-in could not be sealed", "error", err)
		g.page(w, r, http.StatusInternalServerError, notice{What: "You could not be sent to the issuer",
			Remedy: "The log of the service says why. Use a one-time code meanwhile."})
		return
	}
	g.put(w, r, http.Cookie{Name: awayCookie, Value: sealed, MaxAge: g.age(a.Until)})
	http.Redirect(w, r, to.client.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), http.StatusSeeOther)
}

// atIssuer refuses what cannot go on to an issuer, or comes from there too often.
func (g *Gate) atIssuer(w http.ResponseWriter, r *http.Request) bool {
	if g.Issuer == nil {
		g.page(w, r, http.StatusNotFound, notice{What: "There is no issuer to sign in at",
			Remedy: "This installation has none set. Use a one-time code."})
		return false
	}
	if !g.private(r) {
		g.page(w, r, http.StatusForbidden, notice{})
		return false
	}
	if wait := g.Attempts.Take(g.Address(r)); wait > 0 {
		g.tooMany(w, r, wait)
		return false
	}
	return true
}

// comeBack takes up somebody whom the issuer sends back. What the issuer says counts only for the browser that was sent:
// else anybody could have others signed in as himself.
func (g *Gate) comeBack(w http.ResponseWriter, r *http.Request) {
	if !g.atIssuer(w, r) {
		return
	}
	a, err := g.Issuer.open(g.read(r, awayCookie))
	g.put(w, r, http.Cookie{Name: awayCookie})
	said := r.URL.Query()
	switch {
	case err != nil || !g.Now().Before(a.Until) || subtle.ConstantTimeCompare([]byte(a.State), []byte(said.Get("state"))) != 1:
		g.page(w, r, http.StatusForbidden, notice{What: "This sign-in was not begun here",
			Remedy: "It was begun in another browser or window, or took longer than 10 minutes. Begin again."})
	case said.Has("iss") && said.Get("iss") != g.Issuer.URL:
		g.Log.Warn("a sign-in to the console came back from another issuer", "iss", said.Get("iss"))
		g.page(w, r, http.StatusForbidden, notice{What: "This sign-in came from another issuer", Remedy: "Nothing was done. Begin again."})
	case said.Get("code") == "":
		why := cut(said.Get("error"))
		g.Log.Warn("the issuer did not sign somebody in to the console", "why", why, "details", cut(said.Get("error_description")))
		g.page(w, r, http.StatusForbidden, notice{What: "The issuer did not sign you in",
			Remedy: fmt.Sprintf("It says: %s. Begin again, or ask who runs it.", why)})
	default:
		g.meet(w, r, said.Get("code"), a)
	}
}

// meet signs in whom the issuer tells of.
func (g *Gate) meet(w http.ResponseWriter, r *http.Request, code string, a away) {
	p, err := g.Issuer.person(r.Context(), code, a)
	switch {
	case errors.Is(err, errNoRole):
		g.page(w, r, http.StatusForbidden, notice{What: "You have no role here",
			Remedy: fmt.Sprintf("%s knows you (%s), and none of your groups has a role at this console. Ask who runs it to give one "+
				"of your groups a role (WAYBILL_CONSOLE_OIDC_ROLES), or to put you into one that has.", g.Issuer.name(), cut(calledBy(p)))})
		return
	case err != nil:
		g.Log.Error("what the issuer says of somebody at the console does not count", "issuer", g.Issuer.URL, "error", err)
		g.page(w, r, http.StatusBadGateway, notice{What: "The issuer's answer does not count",
			Remedy: "You were not signed in; the log of the service says why. Begin again, or use a one-time code."})
		return
	}
	secret, s, err := g.Door.Meet(r.Context(), p)
	switch {
	case errors.Is(err, operator.ErrDisabled):
		g.page(w, r, http.StatusForbidden, notice{What: "You are kept out",
			Remedy: "Whoever runs the server has disabled you here; `waybill operator enable` lets you in again."})
	case err != nil:
		g.unable(w, r, err)
	default:
		g.enter(w, r, entry{secret, s, a.Next})
	}
}

// calledBy is how a person is called.
func calledBy(p operator.Person) string {
	if p.Email != "" {
		return p.Email
	}
	return p.Subject
}

// mostTold bounds what of others' words is shown or logged.
const mostTold = 200

func cut(text string) string {
	if text == "" {
		return "nothing"
	}
	if len(text) > mostTold {
		text = strings.ToValidUTF8(text[:mostTold], "") + "…"
	}
	return text
}

func (i *Issuer) seal(a away) (string, error) {
	plain, err := json.Marshal(a)
	if err != nil {
		return "", err
	}
	sealed, err := i.Sealer.Seal(plain, []byte(awayContext))
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

func (i *Issuer) open(text string) (a away, err error) {
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return a, err
	}
	plain, err := i.Sealer.Open(sealed, []byte(awayContext))
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(plain, &a)
}
