package console

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
)

// allView is what the page shows on which one acts on all that match.
type allView struct {
	Partners []option
	Kept     []facet
	Filters  string
	Key      uuid.UUID
	Choices  []jobChoice
	Recent   []jobRow
	Back     string
	// Barred says why none can be begun; "" if one can.
	Barred string
}

// jobChoice is something that can be done to all that match.
type jobChoice struct {
	Action  job.Action
	Matched int
	// Typed tells that the number must be typed, because it is large.
	Typed              bool
	Word, Says, Leaves string
	Kind               string
}

// jobRow is a job in a list.
type jobRow struct {
	job.Job
	Look Look
	Path string
}

// typedFrom is from how many operations up the number must be typed.
const typedFrom = 101

// askAll shows what acting on all that match would touch.
func (c *Console) askAll(r *http.Request, _ Visitor) (answer, error) {
	return c.asking(r, r.URL.Query(), nil)
}

// asking is the page of askAll; refused says why an act was not begun.
func (c *Console) asking(r *http.Request, given url.Values, refused error) (answer, error) {
	q, of, err := c.filters(given)
	if err != nil {
		return answer{}, err
	}
	v := allView{Key: uuid.New(), Back: with(operationsPath, q)}
	if c.ReadOnly {
		v.Barred = readOnly
	}
	if _, v.Partners, err = c.choosePartner(r, q); err != nil {
		return answer{}, err
	}
	if of.Partner != uuid.Nil {
		if v.Choices, err = c.jobChoices(r, of); err != nil && refused == nil {
			refused = err
		}
		found, err := c.Jobs.List(r.Context(), job.Query{Partner: of.Partner, Of: job.Operations, Window: page.Window{Limit: troublesShown}})
		if err != nil {
			return answer{}, err
		}
		for _, j := range found.Items {
			v.Recent = append(v.Recent, jobRow{j, jobLook(j.State), jobPath(j)})
		}
	} else {
		for i := range v.Partners {
			v.Partners[i].Chosen = false
		}
	}
	v.Filters = q.Encode()
	for _, name := range jobFilters() {
		if name != "partner" && q.Has(name) {
			v.Kept = append(v.Kept, facet{Word: name, Count: q.Get(name)})
		}
	}
	s := sheet{name: "all", Title: "Retry or cancel all that match", Place: "Operations", Content: v}
	if refused != nil {
		s.Note, s.status = c.noteOf(r, refused), statusOf(refused)
	}
	return answer{sheet: s}, nil
}

// jobChoices tell how many operations each act would touch.
func (c *Console) jobChoices(r *http.Request, of operation.Survey) (all []jobChoice, err error) {
	for _, choice := range []jobChoice{
		{Action: job.Retry, Word: "Retry", Kind: "main", Says: "Sends each write that failed once more, as a write of its own, at the pace that the TSP allows.",
			Leaves: "What was cancelled or expired, was retried already, or has an unknown outcome is left alone."},
		{Action: job.Cancel, Word: "Cancel", Kind: "danger", Says: "Ends each write that has not ended and of which nothing has been applied.",
			Leaves: "What is under way, or was sent, is left alone."},
	} {
		body, err := c.jobBody(choice.Action, of)
		if err != nil {
			return nil, err
		}
		j, _, err := c.Jobs.Create(r.Context(), job.Request{Partner: of.Partner, Of: job.Operations, Body: body, Preview: true})
		if err != nil {
			return nil, err
		}
		choice.Matched, choice.Typed = j.Matched, j.Matched >= typedFrom
		all = append(all, choice)
	}
	return all, nil
}

// farthest is how far back a job looks unless a time is given: nearly as far as it may.
const farthest = 45*24*time.Hour - time.Minute

// jobBody asks for a job as callers of the API do.
func (c *Console) jobBody(action job.Action, of operation.Survey) ([]byte, error) {
	f := job.Filter{Connection: of.Connection, Kind: of.Kind, TSP: of.TSP, Verb: of.Verb, SourceID: of.SourceID, Resource: of.Resource,
		From: of.From, To: of.To}
	if f.From.IsZero() {
		f.From = c.Now().Add(-farthest).UTC()
	}
	return json.Marshal(map[string]any{"action": action, "filter": f}, json.Deterministic(true))
}

// doAll begins a job of all that match.
func (c *Console) doAll(r *http.Request, who Visitor) (answer, error) {
	given, err := url.ParseQuery(r.PostFormValue("filters"))
	if err != nil {
		return answer{}, wrongInput("filters", r.PostFormValue("filters"), "cannot be read; begin at the list of operations")
	}
	if err := only(given, jobFilters()); err != nil {
		return answer{}, err
	}
	_, of, err := c.filters(given)
	if err != nil {
		return answer{}, err
	}
	if of.Partner == uuid.Nil {
		return c.asking(r, given, wrongInput("partner", "", "must be chosen: a job is for the writes of one partner"))
	}
	action := job.Action(r.PostFormValue("action"))
	body, err := c.jobBody(action, of)
	if err != nil {
		return answer{}, err
	}
	sum := sha256.Sum256([]byte(r.PostFormValue("filters") + "\x00" + string(action)))
	request := job.Request{Partner: of.Partner, Client: audit.Of(r.Context()).Name, Of: job.Operations, Body: body, Preview: true}
	seen, _, err := c.Jobs.Create(r.Context(), request)
	if typed := r.PostFormValue("typed"); err == nil && seen.Matched >= typedFrom && typed != fmt.Sprint(seen.Matched) {
		err = wrongInput("typed", typed, fmt.Sprintf("must be the number of those that match, which is %d now", seen.Matched))
	}
	if err != nil {
		return c.asking(r, given, err)
	}
	request.Preview, request.Key = false, &operation.Key{Client: request.Client, Value: r.PostFormValue("key"), Fingerprint: sum[:]}
	made, _, err := c.Jobs.Create(r.Context(), request)
	if err != nil {
		return c.asking(r, given, err)
	}
	c.noteJob(r, string(action)+" of all that match", made)
	return answer{to: jobPath(made)}, nil
}

// noteJob writes an act on a job into the audit log.
func (c *Console) noteJob(r *http.Request, action string, j job.Job) {
	c.note(r, audit.Entry{Action: action, Object: "job:" + j.ID.String()})
}
