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
	Body string
	// Said are the TSP's words.
	Said  string
	Back  string
	Would *would
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
	return c.editing(r, who, op, pretty(string(body(op)))), nil
}

// editing is the page on which an operation is edited.
func (c *Console) editing(r *http.Request, who Visitor, op operation.Operation, text string) answer {
	n := c.namer(r.Context(), who)
	v := editView{row: n.row(op), Body: text, Back: operationPath(op.ID)}
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
	a := c.editing(r, who, op, r.PostFormValue("body"))
	refused := func(err error) (answer, error) {
		a.Note, a.status = c.noteOf(r, err), statusOf(err)
		return a, nil
	}
	text := []byte(r.PostFormValue("body"))
	if len(text) == 0 {
		return refused(wrongInput("body", "", "must be a JSON object; go back to retry the write as it is"))
	}
	request, err := c.Rewrites.Retried(r.Context(), op.Connection, op.ID, operation.Request{Partner: op.Partner, Body: text})
	if err != nil {
		return refused(err)
	}
	if r.PostFormValue("do") != "send" {
		_, preview, err := c.Rewrites.Preview(r.Context(), request)
		if err != nil {
			return refused(err)
		}
		v := a.Content.(editView)
		w := c.namer(r.Context(), who).would(preview)
		v.Would, a.Content = &w, v
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
			Request: n.message(planned.Request.Method+" "+planned.Request.URL, planned.Request.Headers, planned.Request.Content)})
	}
	if p.Failure != nil {
		w.Notes = append(w.Notes, "It would fail: "+p.Failure.ErrorDetails)
	}
	for _, name := range p.Dropped {
		w.Notes = append(w.Notes, name+" would not reach the TSP.")
	}
	if p.Behind != nil {
		w.Notes = append(w.Notes, "It would wait for an earlier write of the same record.")
	}
	return w
}
