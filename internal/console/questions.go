package console

import (
	"net/http"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/problem"
)

// about is what an act is done to: its name, its id as people see it, and the list that it is one of.
type about struct {
	Name, ID, List string
	// Counts are what stands behind the act.
	Counts []counting
}

// counting is a number that says what an act would touch.
type counting struct{ Word, Count, Under string }

// deed is an act by the word that the audit log and the address of the page behind it have for it, with the reason that was
// given; "" for none.
type deed struct{ word, why string }

// reason is what a form gives as the reason of an act.
func reason(r *http.Request) (string, error) { return problem.Reason("why", r.PostFormValue("why")) }

// asksAgain is the page of a question, with what was wrong with its answer.
func (c *Console) asksAgain(r *http.Request, a answer, failed, wrong error) (answer, error) {
	if q, is := a.Content.(question); is {
		q.Why = cut(r.PostFormValue("why"), problem.MostReason)
		a.Content = q
	}
	a.Note, a.status = c.noteOf(r, wrong), statusOf(wrong)
	return a, failed
}

// note writes an act into the audit log, with the reason that was given for it; "" for none. What was done stays done if
// the log cannot be written, which then is told in the program's own.
func (c *Console) note(r *http.Request, did, why, object string) {
	if why != "" {
		did += ": " + problem.Quoted(why)
	}
	if err := c.Journal.Note(r.Context(), audit.Entry{Action: did, Object: object}); err != nil {
		c.Log.Error("an act of the console is not in the audit log", "action", did, "object", object, "error", err)
	}
}
