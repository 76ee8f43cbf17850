package job

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// mostRefs bounds the fleets that a filter names.
const mostRefs = 100

// unsaid is how far back a filter goes that does not say from when, as lists do. One that does goes as far as it says.
const unsaid = 45 * 24 * time.Hour

// operationsTable is the filter of jobs about operations.
func operationsTable() *resource.Table {
	kinds := make([]string, 0, len(resource.Kinds()))
	for _, k := range resource.Kinds() {
		kinds = append(kinds, string(k))
	}
	names := make([]string, 0, len(tsp.Names()))
	for _, name := range tsp.Names() {
		names = append(names, string(name))
	}
	return &resource.Table{Of: "a filter of operations", Fields: []resource.Field{
		{Name: "connection_id", Type: resource.UUID},
		{Name: "resource", Type: resource.Enum, Values: kinds},
		{Name: "source_name", Type: resource.Enum, Values: names},
		{Name: "fleet_refs", Type: resource.Texts, Most: mostRefs},
		{Name: "operation", Type: resource.Enum, Values: []string{string(resource.Create), string(resource.Update)}},
		{Name: "source_id", Type: resource.Text, NonEmpty: true},
		{Name: "resource_id", Type: resource.UUID},
		{Name: "from_datetime", Type: resource.DateTime},
		{Name: "to_datetime", Type: resource.DateTime},
	}}
}

// deadLettersTable is the filter of jobs about dead letters.
func deadLettersTable() *resource.Table {
	return &resource.Table{Of: "a filter of dead letters", Fields: []resource.Field{
		{Name: "webhook_id", Type: resource.UUID, Required: true},
		{Name: "start_date", Type: resource.DateTime},
		{Name: "end_date", Type: resource.DateTime},
	}}
}

// read reads what is to be done and to what. A filter that selects everything for want of members is refused: it may
// have been lost on the way.
func read(of Of, body []byte, now time.Time) (j Job, err error) {
	names := make([]string, 0, 2)
	for _, a := range of.Actions() {
		names = append(names, string(a))
	}
	table := operationsTable()
	if of == DeadLetters {
		table = deadLettersTable()
	}
	o := resource.Read(body, resource.Table{Of: "a job", Fields: append([]resource.Field{
		{Name: "action", Type: resource.Text, Required: true, Hint: "it is one of " + strings.Join(names, ", ")},
		{Name: "filter", Type: resource.Nested, Required: true, Table: table,
			Hint: "give what selects those that are meant"},
	}, overwriting(of)...)})
	f := o.Object("filter")
	if f == nil {
		f = resource.Read([]byte("{}"), resource.Table{})
	}
	if o.Has("filter") && f.Len() == 0 {
		o.Refuse("filter", resource.CodeMissing,
			"must not be empty; for all that there are give from_datetime, the time from which on they are meant")
	}
	if f.Has("fleet_refs") && len(f.Texts("fleet_refs")) == 0 {
		o.Add(resource.Problem{Path: "filter.fleet_refs", Code: resource.CodeListShort,
			Message: "must name a fleet; leave it out where it is to narrow nothing"})
	}
	j.Action, j.Filter = Action(o.Text("action").Or("")), filterOf(f)
	if o.Has("action") && !slices.Contains(of.Actions(), j.Action) {
		o.Refuse("action", resource.CodeEnum, "%s", of.without(j.Action, names))
	}
	given, _ := o.Value(overwriteField)
	if j.Overwrite, _ = given.(bool); o.Has(overwriteField) && j.Action == Cancel {
		o.Refuse(overwriteField, resource.CodeUnknown, "goes with the action retry alone; leave it out")
	}
	j.check(o, now)
	if wrong := o.Problems(); len(wrong) > 0 {
		return j, problem.InvalidBody(wrong...)
	}
	return j, nil
}

// overwriteField is the member by which a retry writes older values over newer ones.
const overwriteField = "overwrite"

func overwriting(of Of) []resource.Field {
	if of == DeadLetters {
		return nil
	}
	return []resource.Field{{Name: overwriteField, Type: resource.Boolean}}
}

// without says what is wrong with an action that a list does not have. One of the other list is no misspelling.
func (o Of) without(a Action, names []string) string {
	switch {
	case o == Operations && slices.Contains(DeadLetters.Actions(), a):
		return "is for dead letters; POST /v2/notifications/jobs"
	case o == DeadLetters && slices.Contains(Operations.Actions(), a):
		return "is for operations; POST /v2/integrations/jobs"
	}
	return resource.NotAValue(string(a), names)
}

func filterOf(f *resource.Object) Filter {
	moment := func(name string) time.Time { return f.Time(name).Or(time.Time{}).UTC().Truncate(time.Microsecond) }
	refs := slices.Clone(f.Texts("fleet_refs"))
	return Filter{Connection: f.ID("connection_id").Or(uuid.Nil), Kind: resource.Kind(f.Text("resource").Or("")),
		TSP: tsp.Name(f.Text("source_name").Or("")), FleetRefs: refs,
		Verb: resource.Verb(f.Text("operation").Or("")), SourceID: resource.SourceID(f.Text("source_id").Or("")),
		Resource: f.ID("resource_id").Or(uuid.Nil), From: moment("from_datetime"), To: moment("to_datetime"),
		Webhook: f.ID("webhook_id").Or(uuid.Nil), Start: moment("start_date"), End: moment("end_date")}
}

// check adds what is wrong between members, and sets from when operations are meant where that was not given.
func (j *Job) check(o *resource.Object, now time.Time) {
	f := &j.Filter
	if f.SourceID != "" && f.Kind == "" {
		o.Add(resource.Problem{Path: "filter.source_id", Input: string(f.SourceID), Code: resource.CodeMissing,
			Message: "needs resource as well, because source ids are unique only within one"})
	}
	if !f.Start.IsZero() && !f.End.IsZero() && !f.Start.Before(f.End) {
		o.Add(resource.Problem{Path: "filter.end_date", Code: resource.CodeRange, Message: "must be later than start_date"})
	}
	if f.Webhook != uuid.Nil || j.Action == Replay {
		return
	}
	until := f.To
	if until.IsZero() {
		until = now
	}
	if f.From.IsZero() {
		f.From = until.Add(-unsaid)
	}
	if until.Before(f.From) {
		o.Add(resource.Problem{Path: "filter.from_datetime", Code: resource.CodeRange, Message: "must not be later than to_datetime, or now"})
	}
}

// Operations is the filter as lists of operations have it: those that wait or those that failed.
func (j Job) Operations() operation.Filter {
	f := j.Filter
	status := "pending"
	if j.Action == Retry {
		status = string(operation.Failed)
	}
	return operation.Filter{Partner: j.Partner, Kind: f.Kind, Connection: f.Connection, TSP: f.TSP, FleetRefs: f.FleetRefs,
		Verb: f.Verb, SourceID: f.SourceID, Resource: f.Resource, Status: status, From: f.From, To: f.To}
}

// DeadLetters is the filter as lists of dead letters have it.
func (j Job) DeadLetters() webhook.DeadLetterQuery {
	return webhook.DeadLetterQuery{Subscription: j.Filter.Webhook, From: j.Filter.Start, To: j.Filter.End}
}
