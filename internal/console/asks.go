package console

import (
	"net/http"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
)

// question is a page that asks before an act is done.
type question struct {
	row
	// About is what the act is done to, where that is no operation.
	About             *about
	Text, Consequence string
	Path, Word, Back  string
	Danger            bool
	// Asks tells that a reason must be given, Reads who gets to read it, and Why is what was given. All says that the act is
	// done to all that there is.
	Asks, All  bool
	Reads, Why string
	// Would is what would go out; nil where it is not known before.
	Would *would
	// Resolves tells that the question is what became of a write, and Needs that the id of what it made must be given.
	Resolves, Needs bool
	SourceID, Said  string
	// Newer is what would be written over, nil for nothing, and Edit the page on which it can be left out; "" for who may not.
	Newer *outwritten
	Edit  string
}

// asks is the page of a question about an operation.
func (c *Console) asks(r *http.Request, who Visitor, title string, q question) (answer, error) {
	op, err := c.operationOf(r)
	if err != nil {
		return answer{}, err
	}
	q.row, q.Back = c.namer(r.Context(), who).row(op), operationPath(op.ID)
	return answer{sheet: sheet{name: "question", Title: title, Place: "Operations", Content: q}}, nil
}

// askCancel asks whether an operation is to be cancelled.
func (c *Console) askCancel(r *http.Request, who Visitor) (answer, error) {
	return c.asks(r, who, "Cancel this operation?", question{Text: "It ends as failed, with the reason cancelled, and its partner is told by events.",
		Consequence: "Safe: if something of it has been applied, or is under way to it, it is not cancelled, and you are told what is out.",
		Path:        "cancel", Word: "Cancel the operation", Danger: true})
}

// askRevert shows what taking an update back would send.
func (c *Console) askRevert(r *http.Request, who Visitor) (answer, error) {
	op, err := c.operationOf(r)
	if err != nil {
		return answer{}, err
	}
	request, err := c.Rewrites.Reverted(r.Context(), op.Connection, op.ID, operation.Request{Partner: op.Partner})
	if err != nil {
		return c.stays(r, who, op, err)
	}
	_, preview, err := c.Rewrites.Preview(r.Context(), request)
	if err != nil {
		return c.stays(r, who, op, err)
	}
	w := c.namer(r.Context(), who).would(preview)
	return c.asks(r, who, "Take this update back?", question{Text: "A new write, linked to this one, gives the record back what it held before.",
		Consequence: "It is refused if the record has been changed since, by whomever.", Path: "revert", Word: "Take it back", Would: &w})
}

// askResolve asks what became of a write whose outcome is unknown.
func (c *Console) askResolve(r *http.Request, who Visitor) (answer, error) {
	op, err := c.operationOf(r)
	if err != nil {
		return answer{}, err
	}
	return c.resolving(r, who, op, nil)
}

// resolving is the page that asks what became of a write; err says what was wrong with what was said.
func (c *Console) resolving(r *http.Request, who Visitor, op operation.Operation, err error) (answer, error) {
	n := c.namer(r.Context(), who)
	a, again := c.asks(r, who, "What became of this write?", question{
		Text:        "Look at " + n.tsp(op) + " first. What you say here is final, and stands in the log with your name.",
		Consequence: "What was applied has succeeded from then on, and is read at " + n.tsp(op) + " where that can be. What was not applied stays failed, and can be retried.",
		Path:        "resolve", Word: "Say so", Resolves: true, Needs: !isUpdate(op) && !op.Kind.Facts().Log,
		SourceID: r.PostFormValue("source_id"), Said: r.PostFormValue("outcome")})
	if err != nil {
		a.Note, a.status = c.noteOf(r, err), statusOf(err)
	}
	return a, again
}

// resolveOperation says what became of a write.
func (c *Console) resolveOperation(r *http.Request, who Visitor) (answer, error) {
	op, err := c.operationOf(r)
	if err != nil {
		return answer{}, err
	}
	said := map[string]string{"outcome": r.PostFormValue("outcome")}
	if id := r.PostFormValue("source_id"); id != "" {
		said["source_id"] = id
	}
	text, err := json.Marshal(said, json.Deterministic(true))
	if err != nil {
		return answer{}, err
	}
	now, err := c.Endings.Resolve(r.Context(), operation.Word{Partner: op.Partner, Connection: op.Connection, Operation: op.ID,
		Body: text, By: audit.Of(r.Context()).Name})
	switch {
	case err != nil && problem.Of(err).Code == problem.Invalid:
		return c.resolving(r, who, op, err)
	case err != nil:
		return c.stays(r, who, op, err)
	}
	return c.noted(r, "resolved", now, op.ID)
}

// statusOf is the status of an answer that tells of an error.
func statusOf(err error) int { return int(problem.Of(err).Code) }
