package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
)

// tickedPath is where one acts on the rows of a list that were ticked.
const tickedPath = operationsPath + "/ticked"

// tickedView is what the page shows on which one acts on what was ticked.
type tickedView struct {
	Rows    []tickedRow
	Filters string
	Back    string
	Choices []tickedChoice
	// Gone are those that are there no more, such as what the retention has removed since the list was shown.
	Gone []uuid.UUID
	// Done tells that it has been acted on them.
	Done bool
}

// tickedRow is an operation that was ticked, and what can be done or was done with it.
type tickedRow struct {
	row
	// Retry and Cancel say why it can be neither; "" if it can.
	Retry, Cancel act
	// Did says what was done, Not why nothing was, and Made is the operation that was made; zero for none.
	Did, Not string
	Made     uuid.UUID
}

// tickedChoice is something that can be done with some of what was ticked.
type tickedChoice struct {
	act
	Action string
	N      int
}

// the two things that are done with what was ticked.
const (
	tickedRetry  = "retry"
	tickedCancel = "cancel"
)

// askTicked shows what acting on the ticked rows would touch.
func (c *Console) askTicked(r *http.Request, who Visitor) (answer, error) {
	v, ops, err := c.ticked(r, who, r.URL.Query())
	if err != nil {
		return answer{}, err
	}
	for i, op := range ops {
		if retry := &v.Rows[i].Retry; retry.Barred == "" {
			retry.Barred = c.refusedRetry(r, op)
		}
	}
	v.Choices = c.tickedChoices(v.Rows, who)
	return answer{sheet: tickedSheet("Retry or cancel the ticked", v)}, nil
}

// tickedSheet is the page, which names what is there no more.
func tickedSheet(title string, v tickedView) sheet {
	s := sheet{name: "ticked", Title: title, Place: "Operations", Content: v}
	if n := len(v.Gone); n > 0 {
		s.Note = &note{Look{Glyph: "failed", Colour: wait}, some(count(n), "of them is", "of them are") + " there no more", "The others are acted on without it:", nil}
		if n > 1 {
			s.Note.Text = "The others are acted on without them:"
		}
		if len(v.Rows) == 0 {
			s.Note.Text = "Go back to the list, which holds what there is."
		}
		for _, id := range v.Gone {
			s.Note.Points = append(s.Note.Points, id.String())
		}
	}
	return s
}

// ticked finds what was ticked.
func (c *Console) ticked(r *http.Request, who Visitor, given url.Values) (v tickedView, ops []operation.Operation, err error) {
	v, err = c.tickedAt(given)
	if err != nil {
		return v, nil, err
	}
	ids, err := tickedIDs(given)
	if err != nil {
		return v, nil, err
	}
	n := c.namer(r.Context(), who)
	for _, id := range ids {
		op, err := c.Operations.Find(r.Context(), id)
		if err != nil && statusOf(err) == http.StatusNotFound {
			v.Gone = append(v.Gone, id)
			continue
		}
		if err != nil {
			return v, nil, err
		}
		partly, err := c.Endings.Partly(r.Context(), op)
		if err != nil {
			return v, nil, err
		}
		one := tickedRow{row: n.row(op)}
		one.Retry, one.Cancel = c.mayRetry(op, who, partly), c.mayCancel(op, who)
		v.Rows, ops = append(v.Rows, one), append(ops, op)
	}
	return v, ops, nil
}

// tickedChoices are what can be done with rows.
func (c *Console) tickedChoices(rows []tickedRow, who Visitor) []tickedChoice {
	retry, cancel := 0, 0
	for _, one := range rows {
		retry, cancel = retry+one.Retry.counts(), cancel+one.Cancel.counts()
	}
	all := []tickedChoice{
		{act{Word: "Retry", Kind: "main", Explains: "Sends each of them once more as it is, as a write of its own."}, tickedRetry, retry},
		{act{Word: "Cancel", Kind: "danger", Explains: "Ends each of them, if nothing of it has been applied."}, tickedCancel, cancel},
	}
	for i := range all {
		all[i].act = c.barred(all[i].act, who, Operator)
	}
	return all
}

// refusedRetry says why a retry of an operation as it is would be refused now; "" if it would not, or nobody knows.
func (c *Console) refusedRetry(r *http.Request, op operation.Operation) string {
	request, err := c.Rewrites.Retried(r.Context(), op.Connection, op.ID, operation.Request{Partner: op.Partner})
	if err == nil {
		_, _, err = c.Rewrites.Preview(r.Context(), request)
	}
	o := overwritten(err)
	switch {
	case o != nil && o.Unread:
		return "nobody knows whether it would write older values over newer ones; its page asks whether that is meant"
	case o != nil:
		return "it would write older values over newer ones: " + strings.Join(o.Fields, ", ") + "; its page asks whether that is meant"
	case err == nil || statusOf(err) >= http.StatusInternalServerError:
		return ""
	}
	n := c.noteOf(r, err)
	return strings.TrimSuffix(strings.Join(append([]string{n.Text}, n.Points...), " "), ".")
}

// tickedAt is the page with the list from which one came.
func (c *Console) tickedAt(given url.Values) (v tickedView, err error) {
	list, err := url.ParseQuery(given.Get("filters"))
	if err == nil {
		err = only(list, append(filterNames(), "page"))
	}
	if err == nil {
		_, _, err = c.filters(list)
	}
	if err != nil {
		return v, wrongInput("filters", given.Get("filters"), "cannot be read; begin at the list of operations")
	}
	v.Filters, v.Back = given.Get("filters"), with(operationsPath, list)
	return v, nil
}

// tickedIDs are those of the rows that were ticked, each once.
func tickedIDs(given url.Values) (ids []uuid.UUID, err error) {
	seen := map[uuid.UUID]bool{}
	for _, text := range given["id"] {
		id, err := uuid.Parse(text)
		if err != nil {
			return nil, wrongInput("id", text, "is no id of an operation; go back to the list and tick rows")
		}
		if !seen[id] {
			seen[id], ids = true, append(ids, id)
		}
	}
	switch {
	case len(ids) == 0:
		return nil, wrongInput("id", "", "is missing: go back to the list and tick a row")
	case len(ids) > rowsShown:
		return nil, wrongInput("id", "", fmt.Sprintf("is given %d times, and %d are the most; act on all that match instead", len(ids), rowsShown))
	}
	return ids, nil
}

// counts is 1 for an act that can be done.
func (a act) counts() int {
	if a.Barred != "" {
		return 0
	}
	return 1
}

// mayRetry is the retry of an operation as it is, by the rules of its page.
func (c *Console) mayRetry(op operation.Operation, who Visitor, partly bool) act {
	for _, a := range actsOf(op, who, partly) {
		if strings.HasSuffix(a.Path, "/retry") {
			return c.barred(a, who, Operator)
		}
	}
	return act{Barred: "only what has failed, and is not of unknown outcome, is retried"}
}

func (c *Console) mayCancel(op operation.Operation, who Visitor) act {
	if op.State.Ended() {
		return act{Barred: "it has ended"}
	}
	return c.barred(act{}, who, Operator)
}

// doTicked retries or cancels what was ticked, one by one, and tells what became of each. What can be done with none of it
// is left alone; so is what somebody else was faster with.
func (c *Console) doTicked(r *http.Request, who Visitor) (answer, error) {
	if err := r.ParseForm(); err != nil {
		return answer{}, problem.New(problem.BadRequest, "the form cannot be read; go back to the list and tick rows")
	}
	action := r.PostFormValue("action")
	if action != tickedRetry && action != tickedCancel {
		return answer{}, wrongInput("action", action, "must be retry or cancel")
	}
	v, ops, err := c.ticked(r, who, r.PostForm)
	if err != nil {
		return answer{}, err
	}
	done := 0
	for i, op := range ops {
		if r.Context().Err() != nil {
			return answer{}, r.Context().Err()
		}
		done += c.doOne(r, action, op, &v.Rows[i])
	}
	v.Done, v.Choices = true, nil
	title := fmt.Sprintf("%d of %d retried", done, len(ops)+len(v.Gone))
	if action == tickedCancel {
		title = fmt.Sprintf("%d of %d cancelled", done, len(ops)+len(v.Gone))
	}
	return answer{sheet: tickedSheet(title, v)}, nil
}

// doOne acts on one operation, and counts what was done.
func (c *Console) doOne(r *http.Request, action string, op operation.Operation, of *tickedRow) int {
	may, did := of.Retry, "retried"
	if action == tickedCancel {
		may, did = of.Cancel, "cancelled"
	}
	if may.Barred != "" {
		of.Not = "Left alone: " + may.Barred + "."
		return 0
	}
	var err error
	if action == tickedRetry {
		var made operation.Operation
		made, err = c.retried(r, op)
		of.Made = made.ID
	} else {
		_, err = c.Endings.Cancel(r.Context(), op.Partner, op.Connection, op.ID)
	}
	if err != nil {
		n := c.noteOf(r, err)
		of.Not = n.Title + ": " + strings.Join(append([]string{n.Text}, n.Points...), " ")
		return 0
	}
	of.Did = map[string]string{"retried": "Sent again as", "cancelled": "Cancelled"}[did]
	c.note(r, did, "", "operation:"+op.ID.String())
	return 1
}

// retried sends an operation again as it is, and returns what it made.
func (c *Console) retried(r *http.Request, op operation.Operation) (made operation.Operation, err error) {
	request, err := c.Rewrites.Retried(r.Context(), op.Connection, op.ID, operation.Request{Partner: op.Partner})
	if err == nil {
		made, _, err = c.Rewrites.Submit(r.Context(), c.agreed(r, request))
	}
	return made, err
}
