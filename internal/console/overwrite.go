package console

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
)

// outwritten is what a page shows of what a retry would write older values over.
type outwritten struct {
	// row is the newer operation, with the Path of its page; without a path not all was looked at, and none is known.
	row
	Path string
	Both []both
	// Values tells that the visitor may read them.
	Values bool
	// Agree is what a form sends back for this one to be written over.
	Agree string
}

// both is a field that the newer operation has and the retry as well.
type both struct{ Name, Newer, Older string }

// overwritten is what an error says that a retry would write over; nil if it says something else.
func overwritten(err error) *operation.Overwrites {
	var o *operation.Overwrites
	errors.As(err, &o)
	return o
}

// newer shows what a retry would write over. asked is the body of the retry.
func (n *namer) newer(o *operation.Overwrites, asked []byte) *outwritten {
	v := &outwritten{Agree: o.By.ID.String(), Values: n.open && o.By.ID != uuid.Nil}
	if o.By.ID != uuid.Nil {
		v.row, v.Path = n.row(o.By), operationPath(o.By.ID)
	}
	theirs := given(o.By)
	ours, err := membersOf(asked)
	if err != nil {
		ours = nil
	}
	for _, name := range o.Fields {
		b := both{Name: name}
		if v.Values {
			b.Newer, b.Older = valueOf(theirs, name), valueOf(ours, name)
		}
		v.Both = append(v.Both, b)
	}
	return v
}

// valueOf is the value of a member as people read it; "" for one that is not there.
func valueOf(all []member, name string) string {
	if i := slices.IndexFunc(all, func(m member) bool { return m.Name == name }); i >= 0 {
		return all[i].text()
	}
	return ""
}

// agreed is a retry that writes over what a visitor has seen and agreed to. What is newer than that is none of it.
func (c *Console) agreed(r *http.Request, request operation.Request) operation.Request {
	to := r.PostFormValue("overwrite")
	if to == "" {
		return request
	}
	if _, _, err := c.Rewrites.Preview(r.Context(), request); err != nil {
		o := overwritten(err)
		request.Overwrite = o != nil && o.By.ID.String() == to
	}
	return request
}

// askRetry asks whether a failed operation is to be sent again as it is, and shows what it would write older values over.
func (c *Console) askRetry(r *http.Request, who Visitor) (answer, error) {
	op, err := c.operationOf(r)
	if err != nil {
		return answer{}, err
	}
	request, err := c.Rewrites.Retried(r.Context(), op.Connection, op.ID, operation.Request{Partner: op.Partner})
	if err != nil {
		return c.stays(r, who, op, err)
	}
	_, preview, err := c.Rewrites.Preview(r.Context(), request)
	o := overwritten(err)
	if err != nil && o == nil {
		return c.stays(r, who, op, err)
	}
	n := c.namer(r.Context(), who)
	q := question{Text: "The same write once more, linked to this one, which stays as it is.", Path: "retry", Word: "Retry as it is"}
	if o == nil {
		w := n.would(preview)
		q.Would = &w
		return c.asks(r, who, "Send this write again?", q)
	}
	q.Newer, q.Word, q.Danger = n.newer(o, request.Body), "Overwrite all the same", true
	q.Text = "This write is older than another of the same record, and would put its values in the place of newer ones: " +
		strings.Join(o.Fields, ", ") + "."
	q.Consequence = "Nothing has been sent again. Overwrite only if the older values are meant; else edit the write, and leave out what was written since."
	if o.Unread {
		q.Text = "The record was written so often since this write that Waybill does not know whether it would put older values in the place of newer ones."
	}
	if who.Payloads {
		q.Edit = operationPath(op.ID) + "/edit"
	}
	return c.asks(r, who, "Write older values over newer ones?", q)
}
