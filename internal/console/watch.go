package console

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
)

// newer is how many rows there are that a list does not show yet, and where they are.
type newer struct {
	Count string
	Path  string
}

// watched is what the stream of a list has to know of what is shown: the rows that can change, and the newest of all.
func watched(q url.Values, shown []operation.Operation) url.Values {
	var ids []string
	for _, op := range shown {
		if !op.State.Ended() || op.IsUnknown() {
			ids = append(ids, op.ID.String())
		}
	}
	of := url.Values{"watch": {strings.Join(ids, ",")}}
	if len(shown) > 0 {
		of.Set("newest", listOf(q).Write(page.Cursor{Place: shown[0].Position(), Backwards: true}))
	}
	return of
}

// rowsShown are the rows of a list that can change, the numbers beside its states, and how many rows are newer than those
// that are shown.
func (c *Console) rowsShown(r *http.Request, who Visitor) ([]fragment, error) {
	given := r.URL.Query()
	q, of, err := c.survey(r)
	if err != nil {
		return nil, err
	}
	n := c.namer(r.Context(), who)
	v := operationsView{}
	for text := range strings.SplitSeq(given.Get("watch"), ",") {
		id, err := uuid.Parse(text)
		if err != nil || len(v.Rows) == rowsShown {
			break
		}
		op, err := c.Operations.Find(r.Context(), id)
		if err != nil && problem.Of(err).Code == problem.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		one := n.row(op)
		one.Gone, one.Tick = !selects(of, op), c.ticks(who)
		v.Rows = append(v.Rows, one)
	}
	tally, err := c.Operations.Tally(r.Context(), of)
	if err != nil {
		return nil, err
	}
	v.Facets = facetsOf(q, of, tally)
	if !given.Has("page") {
		if v.Unseen, err = c.unseen(r, q, of); err != nil {
			return nil, err
		}
	}
	return c.partsOf(r, who, v)
}

// partsOf are the parts of a list that change in place.
func (c *Console) partsOf(r *http.Request, who Visitor, v operationsView) (all []fragment, err error) {
	s := sheet{name: "operations", Place: "Operations", Content: v}
	if all, err = c.around(r, who, s); err != nil {
		return nil, err
	}
	rows := v.Rows
	for _, name := range []string{"facets", "newer"} {
		text, err := c.part(r, who, s, name)
		if err != nil {
			return nil, err
		}
		all = append(all, fragment{ID: name, HTML: text})
	}
	for _, one := range rows {
		v.Rows = []row{one}
		s.Content = v
		text, err := c.part(r, who, s, "rows-alone")
		if err != nil {
			return nil, err
		}
		all = append(all, fragment{ID: "row-" + one.ID.String(), HTML: text})
	}
	return all, nil
}

// unseen counts a bounded part of what is newer than the newest row that is shown.
func (c *Console) unseen(r *http.Request, q url.Values, of operation.Survey) (newer, error) {
	of.Window = page.Window{Limit: rowsShown}
	if text := r.URL.Query().Get("newest"); text != "" {
		at, err := page.Read(text)
		if err == nil {
			err = at.Check(listOf(q))
		}
		if err != nil {
			return newer{}, wrongInput("newest", text, "is no place in this list; reload the page")
		}
		of.Window.Place, of.Window.Backwards = at.Place, true
	}
	found, err := c.Operations.Survey(r.Context(), of)
	if err != nil || len(found.Items) == 0 {
		return newer{}, err
	}
	more := !found.Next.IsZero()
	if of.Window.Backwards {
		more = !found.Previous.IsZero()
	}
	return newer{Count: counted(operation.Count{N: len(found.Items), AtLeast: more}), Path: with(operationsPath, q)}, nil
}

// selects tells whether an operation still has what a list asks for and what can change.
func selects(of operation.Survey, op operation.Operation) bool {
	if of.Cause != "" {
		return !op.State.Ended() && op.Progress != nil && op.Progress.Code == of.Cause
	}
	switch of.Stage {
	case "":
		return true
	case operation.StageLive:
		return !op.State.Ended()
	}
	return op.Stage() == of.Stage
}
