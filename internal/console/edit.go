package console

import (
	"fmt"
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
)

// editView is what the page shows on which a failed operation is edited.
type editView struct {
	row
	// Fields are those of the body, beside what they were; without them the body is edited as JSON.
	Fields []editField
	Body   string
	// Said are the TSP's words.
	Said  string
	Back  string
	Would *would
	// Newer is what it would write older values over; nil for nothing.
	Newer *outwritten
	// Agreed is the newer operation that is to be written over.
	Agreed string
}

// would is what a write would send.
type would struct {
	Calls []call
	Notes []string
	At    time.Time
}

// editOperation shows what a failed operation asked, for it to be changed.
func (c *Console) editOperation(r *http.Request, who Visitor) (answer, error) {
	op, err := c.operationOf(r)
	if err != nil {
		return answer{}, err
	}
	if !who.Payloads {
		return answer{}, problem.New(problem.Forbidden, "whoever edits a write reads it, and you may not read payloads; ask an admin for it")
	}
	// Asked with a body, so that what was sent in part can be edited as well.
	if _, err := c.Rewrites.Retried(r.Context(), op.Connection, op.ID, operation.Request{Partner: op.Partner, Body: []byte("{}")}); err != nil {
		return c.stays(r, who, op, err)
	}
	return c.editing(r, who, op, edited{text: pretty(string(body(op)))}), nil
}

// edited is a body as it was sent back, as JSON or as fields.
type edited struct {
	text   string
	asJSON bool
}

// editedIn reads the body of a form: a text of JSON, or a text for each field. The buttons of the form choose how it is
// shown next.
func editedIn(r *http.Request, op operation.Operation) (edited, error) {
	e := edited{text: r.PostFormValue("body"), asJSON: true}
	if r.PostFormValue("as") == "fields" {
		text, err := assembled(op, r.PostForm)
		if err != nil {
			return e, wrongInput("as", "fields", "what was asked cannot be read any more, so give the body as JSON")
		}
		e = edited{text: pretty(text)}
	}
	switch r.PostFormValue("do") {
	case "json":
		e.asJSON = true
	case "fields":
		e.asJSON = false
	}
	return e, nil
}

// editing is the page on which an operation is edited.
func (c *Console) editing(r *http.Request, who Visitor, op operation.Operation, e edited) answer {
	n := c.namer(r.Context(), who)
	v := editView{row: n.row(op), Body: e.text, Back: operationPath(op.ID)}
	if !e.asJSON {
		v.Fields = editFields(op, e.text)
	}
	if last := lastOf(op); last != nil {
		v.Said = last.Details
	}
	return answer{sheet: sheet{name: "edit", Title: "Edit and retry: " + v.Does + " " + v.What, Place: "Operations", Content: v}}
}

// rewriteOperation checks or sends a failed operation with another body.
func (c *Console) rewriteOperation(r *http.Request, who Visitor) (answer, error) {
	op, err := c.operationOf(r)
	if err != nil {
		return answer{}, err
	}
	if !who.Payloads {
		return answer{}, problem.New(problem.Forbidden, "whoever edits a write reads it, and you may not read payloads; ask an admin for it")
	}
	e, err := editedIn(r, op)
	a := c.editing(r, who, op, e)
	refused := func(err error) (answer, error) {
		a.Note, a.status = c.noteOf(r, err), statusOf(err)
		if o := overwritten(err); o != nil {
			v := a.Content.(editView)
			v.Newer = c.namer(r.Context(), who).newer(o, []byte(e.text))
			a.Content = v
		}
		return a, nil
	}
	do := r.PostFormValue("do")
	if err != nil {
		return refused(err)
	}
	if do == "json" || do == "fields" {
		return a, nil
	}
	text := []byte(e.text)
	if len(text) == 0 {
		return refused(wrongInput("body", "", "must be a JSON object; go back to retry the write as it is"))
	}
	request, err := c.Rewrites.Retried(r.Context(), op.Connection, op.ID, operation.Request{Partner: op.Partner, Body: text})
	if err != nil {
		return refused(err)
	}
	request = c.agreed(r, request)
	if do != "send" {
		_, preview, err := c.Rewrites.Preview(r.Context(), request)
		if err != nil {
			return refused(err)
		}
		v := a.Content.(editView)
		w := c.namer(r.Context(), who).would(preview)
		v.Would, v.Agreed = &w, r.PostFormValue("overwrite")
		a.Content = v
		return a, nil
	}
	made, _, err := c.Rewrites.Submit(r.Context(), request)
	if err != nil {
		return refused(err)
	}
	return c.noted(r, "retried", made, op.ID)
}

// would is what a preview tells.
func (n *namer) would(p operation.Preview) would {
	w := would{At: time.Time(p.EarliestAt)}
	for i, planned := range p.Requests {
		w.Calls = append(w.Calls, call{Out: fmt.Sprintf("Request %d of %d", i+1, len(p.Requests)),
			Request: n.message(planned.Request.Method+" "+n.address(planned.Request.URL), planned.Request.Headers, planned.Request.Content)})
	}
	if p.Failure != nil {
		says := "It would fail: " + p.Failure.ErrorDetails
		if !n.open {
			says = "It would fail; why is hidden from you."
		}
		w.Notes = append(w.Notes, says)
	}
	for _, name := range p.Dropped {
		w.Notes = append(w.Notes, name+" would not reach the TSP.")
	}
	if p.Behind != nil {
		w.Notes = append(w.Notes, "It would wait for an earlier write, of the same record or between the same two people.")
	}
	return w
}
