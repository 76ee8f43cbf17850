package rest

import (
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
	// Message returns what the TSP says is wrong; "" if it says nothing that people can read.
	Message func(Answer) string
}

// class looks into the body first and at the status second.
func (h Answers) class(a Answer) tsp.Class {
	if h.Class != nil {
		if class := h.Class(a); class != "" {
			return class
		}
	}
	return tsp.ClassOf(a.Status)
}

// refused is the end of a call that was answered with anything but success.
func (l *line) refused(a Answer) error {
	message := fmt.Sprintf("the TSP answered %d %s", a.Status, http.StatusText(a.Status))
	if l.answers.Message != nil {
		if said := readable(l.answers.Message(a)); said != "" {
			message = said
		}
	}
	return &tsp.Error{Class: settled(a.reads, l.answers.class(a)), Message: message, Status: a.Status,
		Headers: a.Headers, RetryAfter: retryafter.Read(a.Headers, l.now())}
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
