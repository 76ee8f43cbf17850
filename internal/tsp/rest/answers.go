package rest

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/retryafter"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Answers says what only the adapter's author knows about the TSP's answers. Both members
// may be nil, and see cut and empty bodies too.
type Answers struct {
	// Class classifies an answer from its body; "" leaves it to the status. It is asked about
	// answers of 2xx too, because some TSPs put errors into those. Done makes a success of any
	// status, such as a refusal because there is nothing to change; Decode reads it.
	Class func(Answer) tsp.Class
	// Theirs tells whether a 401 or 403 that is no web page has the form of the TSP's own; nil takes each for one.
	// RefusesInJSON is for TSPs that say everything in JSON. What is not theirs is somebody's on the way.
	Theirs func(Answer) bool
	// Message returns what the TSP says is wrong; "" if it says nothing that people can read. It is not
	// asked about the refusals of somebody on the way, which Class does not know.
	Message func(Answer) string
}

// class looks into the body first and at the status second. theirs tells that the TSP said it, and
// not somebody on the way.
func (h Answers) class(a Answer) (class tsp.Class, theirs bool) {
	if h.Class != nil {
		if class := h.Class(a); class != "" {
			return class, true
		}
	}
	class = tsp.ClassOf(a.Status)
	if a.redirects() {
		// Whoever moves a read may be a proxy's sign-in or maintenance, which passes, and nothing was applied.
		if a.reads {
			class = tsp.Unavailable
		}
		return class, false
	}
	if page := tsp.ClassOfPage(a.Status); page != class && h.foreign(a) {
		return page, false
	}
	return class, a.Status != http.StatusProxyAuthRequired
}

// foreign tells whether a refusal is not in any form of the TSP's.
func (h Answers) foreign(a Answer) bool {
	if isPage(a) {
		return true
	}
	said := a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden
	return said && h.Theirs != nil && !h.Theirs(a)
}

// RefusesInJSON tells whether an answer is a JSON object, as the refusals of most TSPs are.
func RefusesInJSON(a Answer) bool {
	text := jsontext.Value(bytes.TrimSpace(a.Body))
	return text.Kind() == '{' && text.IsValid()
}

// refused is the end of a call that was answered with anything but success.
func (l *line) refused(a Answer) error {
	class, theirs := l.answers.class(a)
	message := answered("the TSP", a)
	if foreign := l.answers.foreign(a) && !theirs; foreign && !isPage(a) {
		message += ", not in its own form, as a firewall or a proxy on the way does"
	}
	if theirs && l.answers.Message != nil {
		if said := readable(l.answers.Message(l.hidden().redactAnswer(a))); said != "" {
			message = said
		}
	}
	return &tsp.Error{Class: settled(a.reads, class), Message: message, Own: true, Status: a.Status,
		Headers: a.Headers, RetryAfter: retryafter.Read(a.Headers, l.now())}
}

// answered tells what came from where nothing better is known.
func answered(who string, a Answer) string {
	status := strings.TrimSpace(fmt.Sprintf("%s answered %d %s", who, a.Status, http.StatusText(a.Status)))
	if a.redirects() {
		return status + ", a redirect" + a.elsewhere() + ", which Waybill does not follow"
	}
	if a.Status == http.StatusProxyAuthRequired {
		return status + ", as a proxy on the way does"
	}
	if isPage(a) {
		return status + " with a web page, as a firewall or a proxy on the way does"
	}
	return status
}

// redirects tells whether an answer sends the caller elsewhere. Nothing follows it: the secret is for the
// host that the fleet or the operator named.
func (a Answer) redirects() bool { return a.Status >= 300 && a.Status < 400 }

// elsewhere names the host that a redirect points at. The rest of its URL may hold anything.
func (a Answer) elsewhere() string {
	at, err := url.Parse(a.Headers.Get("Location"))
	if err != nil || at.Host == "" {
		return ""
	}
	return " to " + strings.TrimPrefix(at.Scheme+"://", "://") + at.Host
}

// isPage tells whether an answer is HTML, which no API of a TSP speaks. Its type is not asked: some
// frameworks call empty answers, and some servers their JSON, text/html.
func isPage(a Answer) bool {
	return bytes.HasPrefix(bytes.TrimSpace(a.Body), []byte("<"))
}

// readable makes one line of valid text out of what a TSP said; strings.Map also replaces
// what is no UTF-8.
func readable(said string) string {
	said = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, said)
	return strings.Join(strings.Fields(said), " ")
}
