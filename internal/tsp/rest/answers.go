package rest

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"unicode"

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
	// Message returns what the TSP says is wrong; "" if it says nothing that people can read. It is not
	// asked about the refusals of somebody on the way, which are web pages that Class does not know.
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
	if page := tsp.ClassOfPage(a.Status); page != class && isPage(a) {
		return page, false
	}
	return class, true
}

// refused is the end of a call that was answered with anything but success.
func (l *line) refused(a Answer) error {
	class, theirs := l.answers.class(a)
	message := answered("the TSP", a)
	if theirs && l.answers.Message != nil {
		if said := readable(l.answers.Message(a)); said != "" {
			message = said
		}
	}
	return &tsp.Error{Class: settled(a.reads, class), Message: message, Status: a.Status,
		Headers: a.Headers, RetryAfter: retryafter.Read(a.Headers, l.now())}
}

// answered tells what came from where nothing better is known.
func answered(who string, a Answer) string {
	status := strings.TrimSpace(fmt.Sprintf("%s answered %d %s", who, a.Status, http.StatusText(a.Status)))
	if isPage(a) {
		return status + " with a web page, as a firewall or a proxy on the way does"
	}
	return status
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
