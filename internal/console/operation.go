package console

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
)

// operationView is what the page of one operation shows.
type operationView struct {
	Op operation.Operation
	row
	Partner string
	Verdict verdict
	Acts    []act
	Stops   []stop
	Tries   []attempt
	// Earlier is where the tries that are not shown are; "" if all are.
	Earlier string
	Total   int
	Fields  []field
	Body    string
	Chain   []linked
	// Source is the record's id at the TSP.
	Source string
	// Same are the ways to ask for the same write once more.
	Same []same
	Told told
	// Open tells that the visitor may read what was written.
	Open bool
	// Sent is how many tries there were.
	Sent int
}

// linked is an operation that another has to do with.
type linked struct {
	ID   uuid.UUID
	Look Look
	Word string
	Here bool
}

// triesShown is how many tries a page shows before it is asked for all.
const triesShown = 20

// showOperation shows one operation.
func (c *Console) showOperation(r *http.Request, who Visitor) (answer, error) {
	id, err := pathID(r)
	if err != nil {
		return answer{}, err
	}
	op, err := c.Operations.Find(r.Context(), id)
	if err != nil {
		return answer{}, err
	}
	s, err := c.operationSheet(r, who, op)
	s.Note = done(op, r.URL.Query())
	return answer{sheet: s}, err
}

// done says what became of an act that has led here, if it is so.
func done(op operation.Operation, q url.Values) *note {
	of, err := uuid.Parse(q.Get("of"))
	if err != nil {
		of = uuid.Nil
	}
	n := note{Look: Look{Glyph: "succeeded", Colour: ok}}
	switch did := q.Get("done"); {
	case did == "retried" && of != uuid.Nil && op.RetryOf == of:
		n.Title, n.Text = "Sent again", "This operation retries "+tail(of)+", which stays as it is."
	case did == "reverted" && of != uuid.Nil && op.RevertOf == of:
		n.Title, n.Text = "Taken back", "This operation gives the record back what it held before "+tail(of)+"."
	case did == "tried":
		return triedNote(op, q.Get("tries"))
	case did == "cancelled" && op.Stage() == operation.StageCancelled:
		return &note{n.Look, "Cancelled", "Nothing of it has been applied, nor will be.", nil}
	case did == "resolved" && op.Resolution != nil:
		return &note{n.Look, "Resolved", "What you found is in the log below, with your name.", nil}
	default:
		return nil
	}
	return &n
}

// triedNote says what became of an operation whose wait was ended behind so many tries; nil where it waits again by itself.
func triedNote(op operation.Operation, tries string) *note {
	before, err := strconv.Atoi(tries)
	// Attempts that are asked for are a second apart.
	waits := op.Progress != nil && op.Progress.NextAttemptAt != nil && op.NextAt.Sub(op.UpdatedAt) > time.Second
	switch {
	case err != nil || op.Tries < before:
		return nil
	case op.Tries > before:
		return &note{Look{Glyph: "succeeded", Colour: ok}, "It had its turn", "The newest try below says what came of that.", nil}
	case waits || op.State.Ended():
		return nil
	}
	return &note{Look{Glyph: "succeeded", Colour: ok}, "It waits no longer", "It has its turn as soon as its lane and every limit let it.", nil}
}

// operationSheet is the page of one operation.
func (c *Console) operationSheet(r *http.Request, who Visitor, op operation.Operation) (sheet, error) {
	n := c.namer(r.Context(), who)
	v := operationView{Op: op, row: n.row(op), Partner: n.partner(op.Partner), Open: who.Payloads, Source: n.source(op.SourceID), Total: len(op.Attempts), Sent: sentOf(op)}
	kept, err := c.Rewrites.Exchanges(r.Context(), op)
	if err != nil {
		return sheet{}, err
	}
	if v.Chain, err = c.chain(r.Context(), op); err != nil {
		return sheet{}, err
	}
	if v.Told, err = c.tellings(r.Context(), who, op); err != nil {
		return sheet{}, err
	}
	most := triesShown
	if r.URL.Query().Get("tries") == "all" {
		most = len(op.Attempts)
	}
	v.Tries = n.tries(op, kept, most)
	if len(v.Tries) < v.Total {
		v.Earlier = operationPath(op.ID) + "?tries=all"
	}
	partly, err := c.Endings.Partly(r.Context(), op)
	if err != nil {
		return sheet{}, err
	}
	v.Verdict, v.Acts = n.verdict(op, partly), n.shut(op, actsOf(op, who, partly))
	for i := range v.Acts {
		if c.ReadOnly {
			v.Acts[i].Barred, v.Acts[i].Kind = readOnly, ""
		}
	}
	v.Stops, v.Same = n.route(op, kept), n.again(op, partly)
	if v.Open {
		v.Fields = n.fields(op)
		v.Body = pretty(string(body(op)))
	}
	return sheet{name: "operation", Title: v.Does + " " + v.What, Place: "Operations", Content: v}, nil
}

// operationPath is that of the page of an operation.
func operationPath(id uuid.UUID) string { return operationsPath + "/" + id.String() }

// chain are the operations that this one follows from, waits for, or is followed by.
func (c *Console) chain(ctx context.Context, op operation.Operation) ([]linked, error) {
	var all []linked
	for _, of := range []struct {
		id   uuid.UUID
		word string
	}{{op.RetryOf, "which this one retries"}, {op.RetriedBy, "which retries this one"},
		{op.RevertOf, "which this one takes back"}, {op.RevertedBy, "which takes this one back"}} {
		if of.id == uuid.Nil {
			continue
		}
		other, err := c.Operations.Find(ctx, of.id)
		if problem.Of(err).Code == problem.NotFound && err != nil {
			all = append(all, linked{ID: of.id, Look: Look{"Kept no longer", "cancelled", idle}, Word: of.word})
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, linked{of.id, lookOf(other), of.word, false})
	}
	live, err := c.Operations.Chain(ctx, op)
	if err != nil || len(live) == 0 || len(live) == 1 && live[0].ID == op.ID {
		return all, err
	}
	for i, one := range live {
		if i > 0 {
			one.Progress = &operation.ProgressRead{Code: operation.Behind}
		}
		at := linked{one.ID, lookOf(one), "before it, of the same record", false}
		switch {
		case one.ID == op.ID:
			at = linked{one.ID, lookOf(op), "this one", true}
		case one.Seq > op.Seq && op.State.Ended():
			at.Word = "after it, of the same record"
		case one.Seq > op.Seq:
			at.Word = "behind it, of the same record"
		}
		all = append(all, at)
	}
	return all, nil
}
