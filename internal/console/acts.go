package console

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// act is something that one can do with an operation.
type act struct {
	Word, Path string
	// Posts tells that it is done at once; any other leads to a page that asks first.
	Posts bool
	// Kind is main, danger or "".
	Kind string
	// Explains says what follows from it.
	Explains string
	// Barred says why it cannot be done; "" if it can.
	Barred string
}

// actsOf are what a visitor can do with an operation.
func actsOf(op operation.Operation, who Visitor, partly bool) (all []act) {
	at := operationPath(op.ID)
	switch {
	case !op.State.Ended():
		all = append(tryNow(op, at), act{Word: "Cancel…", Path: at + "/cancel", Kind: "danger",
			Explains: "Ends it, if nothing of it has been applied."})
	case op.IsUnknown():
		all = []act{{Word: "Resolve by hand…", Path: at + "/resolve", Kind: "main",
			Explains: "You looked at the TSP and say what became of the write. What was not applied can be retried then."}}
	case op.State == operation.Failed:
		all = retries(op, at, partly)
	case isUpdate(op):
		all = []act{{Word: "Revert…", Path: at + "/revert",
			Explains: "A new write that gives the record back what it held before, if nothing has changed it since."}}
	}
	for i := range all {
		if !who.Role.May(Operator) {
			all[i].Barred, all[i].Kind = "it needs the role operator, and yours is "+string(who.Role), ""
		}
	}
	return all
}

// tryNow is what ends the wait of an operation for its next attempt, or look; none where it waits for anything else.
func tryNow(op operation.Operation, at string) []act {
	// At what is due already it would change nothing that can be seen.
	if op.Progress == nil || op.Progress.NextAttemptAt == nil || !op.Progress.CanBeTried {
		return nil
	}
	a := act{Path: at + "/try", Posts: true, Kind: "main"}
	switch op.Progress.Code {
	case operation.BackOff:
		a.Word = "Try now"
		a.Explains = "The next try at once, once what ailed the TSP is mended. It counts as it would have later, and every limit holds."
	case operation.LookingUp:
		a.Word = "Look now"
		a.Explains = "The next look at once. What is not there yet is not sent again before that can do no harm."
	default:
		return nil
	}
	return []act{a}
}

// barred is an act as a visitor may do it who needs a role for it.
func (c *Console) barred(a act, who Visitor, needs Role) act {
	switch {
	case !who.Role.May(needs):
		a.Barred, a.Kind = "it needs the role "+string(needs)+", and yours is "+string(who.Role), ""
	case c.ReadOnly:
		a.Barred, a.Kind = readOnly, ""
	}
	return a
}

// retries are the two ways to send a failed operation again.
func retries(op operation.Operation, at string, partly bool) []act {
	edit := act{Word: "Edit and retry…", Path: at + "/edit", Explains: "A new write, linked to this one, with your changes. You see what would go out before it does."}
	again := act{Word: "Retry as it is", Path: at + "/retry", Posts: true, Explains: "The same write once more, linked to this one, which stays as it is. You are asked first if newer values would be lost."}
	main := &again
	if last := lastOf(op); last != nil && (last.Class == tsp.Rejected || last.Class == tsp.Missing || last.Class == tsp.Unsupported) {
		main = &edit
		again.Explains += " Of use only if something has changed at the TSP."
	}
	switch {
	case partly && op.RetriedBy == uuid.Nil:
		again.Barred = "a part of it has reached the TSP, and would be sent twice"
		edit.Explains = "A new write, linked to this one. A part of this one is at the TSP already: leave only what is missing."
	case op.RetriedBy != uuid.Nil:
		edit.Barred = "it was retried as operation " + tail(op.RetriedBy) + "; see what became of that one"
		again.Barred = edit.Barred
	default:
		main.Kind = "main"
	}
	return []act{edit, again}
}

// operationOf finds the operation in the path of a request.
func (c *Console) operationOf(r *http.Request) (operation.Operation, error) {
	id, err := pathID(r)
	if err != nil {
		return operation.Operation{}, err
	}
	return c.Operations.Find(r.Context(), id)
}

// stays shows the page of an operation with what kept an act from being done.
func (c *Console) stays(r *http.Request, who Visitor, op operation.Operation, err error) (answer, error) {
	now, again := c.Operations.Find(r.Context(), op.ID)
	if again != nil {
		return answer{}, err
	}
	s, again := c.operationSheet(r, who, now)
	if again != nil {
		return answer{}, err
	}
	s.Note = c.noteOf(r, err)
	s.status = statusOf(err)
	return answer{sheet: s}, nil
}

// noted writes an act into the audit log and leads to the page of an operation that says so.
func (c *Console) noted(r *http.Request, action string, op operation.Operation, from uuid.UUID) (answer, error) {
	c.note(r, action, "", "operation:"+from.String())
	v := url.Values{"done": {action}}
	if from != op.ID {
		v.Set("of", from.String())
	}
	return answer{to: with(operationPath(op.ID), v)}, nil
}

// retryOperation sends a failed operation again as it is. Where that would write older values over newer ones it is asked for
// first.
func (c *Console) retryOperation(r *http.Request, who Visitor) (answer, error) {
	op, err := c.operationOf(r)
	if err != nil {
		return answer{}, err
	}
	made, err := c.retried(r, op)
	if overwritten(err) != nil {
		return answer{to: operationPath(op.ID) + "/retry"}, nil
	}
	if err != nil {
		return c.stays(r, who, op, err)
	}
	return c.noted(r, "retried", made, op.ID)
}

// cancelOperation ends an operation of which nothing was sent.
func (c *Console) cancelOperation(r *http.Request, who Visitor) (answer, error) {
	op, err := c.operationOf(r)
	if err != nil {
		return answer{}, err
	}
	if op, err = c.Endings.Cancel(r.Context(), op.Partner, op.Connection, op.ID); err != nil {
		return c.stays(r, who, op, err)
	}
	return c.noted(r, "cancelled", op, op.ID)
}

// tryOperation ends the wait of an operation for its next attempt, or look.
func (c *Console) tryOperation(r *http.Request, who Visitor) (answer, error) {
	op, err := c.operationOf(r)
	if err != nil {
		return answer{}, err
	}
	if _, err = c.Endings.Try(r.Context(), op.Partner, op.Connection, op.ID); err != nil {
		return c.stays(r, who, op, err)
	}
	c.note(r, "tried", "", "operation:"+op.ID.String())
	return answer{to: with(operationPath(op.ID), url.Values{"done": {"tried"}, "tries": {strconv.Itoa(op.Tries)}})}, nil
}

// revertOperation takes an update back.
func (c *Console) revertOperation(r *http.Request, who Visitor) (answer, error) {
	op, err := c.operationOf(r)
	if err != nil {
		return answer{}, err
	}
	request, err := c.Rewrites.Reverted(r.Context(), op.Connection, op.ID, operation.Request{Partner: op.Partner})
	if err != nil {
		return c.stays(r, who, op, err)
	}
	made, _, err := c.Rewrites.Submit(r.Context(), request)
	if err != nil {
		return c.stays(r, who, op, err)
	}
	return c.noted(r, "reverted", made, op.ID)
}
