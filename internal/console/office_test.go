package console

import (
	"cmp"
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/lane"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// office is a desk with everything else that a console shows: one of each.
type office struct {
	desk
	status connection.Status
	hook   webhook.Status
	// readOnly is that of the console.
	readOnly bool
	adapters []tsp.Adapter
	// set are the settings of its connection.
	set tsp.Settings
	// alone tells that one process serves the database.
	alone bool
	// suspect tells that its connection is suspect while it is active.
	suspect bool
	// tested is what a test of a connection finds.
	tested connection.Tested
	// tried is what a test of a subscription finds.
	tried webhook.Tested
	// halted is who paused its subscription.
	halted audit.Mark
	// log is what is said of deliveries, and problem of imports.
	log, problem string
	// limits and calls are those of its connection.
	limits []Limit
	calls  []lane.Calls
	// kind is that of its connection's credentials, and user whose those are that replace them.
	kind string
	user connection.Likeness
	// rate is that to which its connection is kept.
	rate connection.Rate
}

func newOffice() *office {
	o := &office{desk: desk{op: written()}, status: connection.Stale, hook: webhook.Active}
	o.op.Payload = []byte(`{"connection_id":"02000000-0000-0000-0000-000000000000","recipient_id":"03000000-0000-0000-0000-000000000000","message_text":"SECRET-PAY"}`)
	o.op.Attempts[0].Details, o.op.SourceID = "SECRET-TSP", "SECRET-SOURCE"
	o.tracks = tracksOf("SECRET-TOLD", "SECRET-SIGNED")
	return o
}

func (o *office) over(t *testing.T) *Console {
	t.Helper()
	registry, err := tsp.NewRegistry(o.adapters, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{Gate: o, Operations: o, Rewrites: o, Endings: o, Journal: o, Naming: o, Connections: o, Links: o, Lanes: o, Here: o, Budgets: o, Calls: o, Hands: o,
		Webhooks: hooksOf{o}, Trails: o, Receivers: hooksOf{o}, Partners: o, Clients: o, Grants: o, Jobs: jobsOf{o}, Rates: quiet{}, Troubles: quiet{},
		Installation: quiet{}, TSPs: registry, ReadOnly: o.readOnly, Many: !o.alone, Now: noon,
		Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (o *office) link(id uuid.UUID) connection.Connection {
	return connection.Connection{ID: id, TSP: "samsara", Status: o.status, Problem: "SECRET-LINK", Description: "main", Settings: o.set, Rate: o.rate, UpdatedAt: noon()}
}
func (o *office) Connection(_ context.Context, id uuid.UUID) (connection.Connection, error) {
	return o.link(id), nil
}
func (o *office) SurveyConnections(context.Context, connection.Survey) ([]connection.Connection, error) {
	return []connection.Connection{o.link(o.op.Connection)}, nil
}
func (o *office) Waiting(context.Context, []uuid.UUID) ([]operation.Waiting, error) { return nil, nil }
func (o *office) SchedulesOf(_ context.Context, of []uuid.UUID) ([]record.Schedule, error) {
	return []record.Schedule{{Connection: of[0], Kind: resource.KindVehicle, Failures: 1, Problem: cmp.Or(o.problem, "SECRET-IMPORT")}}, nil
}
func (o *office) TallyConnections(context.Context) ([]connection.Tally, error) {
	return []connection.Tally{{Status: o.status, TSP: "samsara", N: 1}}, nil
}
func (o *office) FleetNames(context.Context, []uuid.UUID) (map[uuid.UUID]string, error) {
	return nil, nil
}
func (o *office) Suspects() []uuid.UUID { return nil }
func (o *office) Update(_ context.Context, _ access.Principal, _ uuid.UUID, raw []byte) (connection.Read, error) {
	o.asked = append(o.asked, "update "+string(raw))
	return connection.Read{User: o.user}, o.refuses
}
func (o *office) CredentialKind(connection.Connection) string { return o.kind }
func (o *office) Test(context.Context, access.Principal, uuid.UUID) (connection.Tested, error) {
	o.asked = append(o.asked, "test")
	return o.tested, o.refuses
}
func (o *office) Shut(c connection.Connection) bool {
	return o.suspect && c.Status == connection.Active
}
func (o *office) Limits(context.Context, connection.Connection) ([]Limit, error) {
	return o.limits, nil
}
func (o *office) Calls(context.Context, uuid.UUID, time.Time) ([]lane.Calls, error) {
	return o.calls, nil
}
func (o *office) Lanes(int) ([]LaneHere, int) {
	return []LaneHere{{Kind: "connection", ID: o.op.Connection}}, 1
}
func (o *office) List(context.Context, page.Window) (page.Page[lane.Lane], error) {
	of := o.link(o.op.Connection)
	of.Rate = connection.Rate{Events: 30, Period: time.Minute}
	of.Pause = audit.Mark{By: "operator:ada", Why: "they <move>", At: noon()}
	return page.Page[lane.Lane]{Items: []lane.Lane{{Connection: of, State: map[connection.Status]lane.State{connection.Active: lane.Open, connection.Paused: lane.Paused, connection.Stale: lane.Held}[o.status],
		Stand: lane.Stand{Runner: "host/1"}}}, Next: page.Position{Text: "held", ID: of.ID}}, nil
}
func (o *office) Among(ctx context.Context, _ []connection.Connection) ([]lane.Lane, error) {
	p, err := o.List(ctx, page.Window{})
	return p.Items, err
}
func (o *office) Pause(_ context.Context, h connection.Hand) (connection.Connection, error) {
	if o.asked = append(o.asked, "pause "+h.Why); o.refuses == nil {
		o.status, o.log = connection.Paused, h.By+" "+h.Why
	}
	return o.link(h.Connection), o.refuses
}
func (o *office) Resume(_ context.Context, h connection.Hand) (connection.Connection, error) {
	o.status = connection.Active
	return o.link(h.Connection), nil
}
func (o *office) Slow(_ context.Context, h connection.Hand, to connection.Rate) (connection.Connection, error) {
	o.log, o.rate = h.By+" "+to.String()+" "+h.Why, to
	return o.link(h.Connection), nil
}
func (o *office) Partners(context.Context, access.PartnerQuery) ([]access.Partner, int, error) {
	return []access.Partner{{ID: o.op.Partner, Name: "Acme"}}, 1, nil
}
func (o *office) ClientPage(context.Context, page.Window) ([]access.Client, error) { return nil, nil }
func (o *office) CountClients(context.Context, int) (int, error)                   { return 0, nil }
func (o *office) Agreements(context.Context, access.AgreementQuery) ([]access.Grant, int, error) {
	return nil, 0, nil
}
func (o *office) Ending(context.Context, []byte) ([]uuid.UUID, error) {
	return []uuid.UUID{o.op.ID, o.op.ID}, nil
}
func (o *office) Preview(context.Context, operation.Request) (operation.Operation, operation.Preview, error) {
	return o.op, operation.Preview{Failure: &operation.Failure{ErrorDetails: "SECRET-PREVIEW"}}, nil
}
func (o *office) Exchanges(context.Context, operation.Operation) ([]operation.Kept, error) {
	if o.op.Attempts[0].Reach == tsp.ReachNone {
		return []operation.Kept{{Entry: 1, Entries: 1, Calls: []tsp.Exchange{}}}, nil
	}
	body, silence := `{"text":"SECRET-BODY"}`, "SECRET-SILENCE"
	of := tsp.Request{Method: "POST", URL: "https://api.example/messages/SECRET-PATH/parts?to=SECRET-ASKED", Headers: map[string]string{"X-To": "SECRET-HEAD"},
		Content: tsp.Content{Body: &body}}
	return []operation.Kept{{Entry: 1, Entries: 1, Calls: []tsp.Exchange{{Purpose: tsp.ForWrite, Request: of, Error: &silence},
		{Purpose: tsp.ForWrite, Request: of, Response: &tsp.Response{Status: 400, Headers: of.Headers, Content: of.Content}}}}}, nil
}

// hooksOf and jobsOf have methods that are called as others of the office are.
type (
	hooksOf struct{ *office }
	jobsOf  struct{ *office }
)

func (o hooksOf) Get(_ context.Context, partner, id uuid.UUID) (webhook.Subscription, error) {
	return webhook.Subscription{ID: id, Partner: partner, Status: o.hook, Paused: o.halted}, nil
}
func (o hooksOf) List(context.Context, uuid.UUID, webhook.ListRequest) (page.Page[webhook.Subscription], error) {
	return page.Page[webhook.Subscription]{Items: []webhook.Subscription{{Status: o.hook}}}, nil
}
func (o hooksOf) Logs(context.Context, uuid.UUID, uuid.UUID, webhook.LogsRequest) (page.Page[webhook.DeliveryLog], error) {
	said := cmp.Or(o.log, "It was not sent.")
	return page.Page[webhook.DeliveryLog]{Items: []webhook.DeliveryLog{{ErrorMessage: &said}}}, nil
}
func (o hooksOf) DeadLetters(context.Context, uuid.UUID, uuid.UUID, webhook.DeadLettersRequest) (page.Page[webhook.DeadLetter], error) {
	said := cmp.Or(o.log, "It was given up.")
	return page.Page[webhook.DeadLetter]{Items: []webhook.DeadLetter{{ErrorMessage: &said}}}, nil
}
func (o hooksOf) Metrics(context.Context, uuid.UUID, uuid.UUID) (webhook.Metrics, error) {
	n := int64(41)
	return webhook.Metrics{DeadLetters: 1, Messages: webhook.Periods{H24: &n}}, nil
}
func (o hooksOf) Backlog(context.Context, uuid.UUID, uuid.UUID) (int, bool, error) {
	return 200, true, nil
}
func (o hooksOf) Move(_ context.Context, _, _ uuid.UUID, m webhook.Move) (webhook.Subscription, error) {
	o.asked = append(o.asked, "move "+string(m))
	return webhook.Subscription{}, o.refuses
}
func (o hooksOf) Test(context.Context, uuid.UUID, uuid.UUID) (webhook.Tested, error) {
	o.asked = append(o.asked, "test")
	return o.tried, o.refuses
}
func (o hooksOf) Pause(_ context.Context, h webhook.Hand) (webhook.Subscription, error) {
	o.asked = append(o.asked, "move paused "+h.Why)
	return webhook.Subscription{}, o.refuses
}
func (o hooksOf) Replay(_ context.Context, _, _ uuid.UUID, body []byte) (webhook.Replayed, error) {
	o.asked = append(o.asked, "replay "+string(body))
	return webhook.Replayed{}, o.refuses
}

func (o jobsOf) one() job.Job {
	return job.Job{ID: o.op.ID, Partner: o.op.Partner, Action: job.Retry, State: job.Running, Matched: 2,
		Refusals: []job.Refusal{{Reason: "failed", Count: 1, Detail: "SECRET-JOB"}}}
}
func (o jobsOf) Create(context.Context, job.Request) (job.Job, bool, error) {
	return o.one(), false, nil
}
func (o jobsOf) Get(context.Context, uuid.UUID, job.Of, uuid.UUID) (job.Job, error) {
	return o.one(), nil
}
func (o jobsOf) Stop(context.Context, uuid.UUID, job.Of, uuid.UUID) (job.Job, error) {
	o.asked = append(o.asked, "stop")
	return o.one(), o.refuses
}
func (o jobsOf) List(context.Context, job.Query) (page.Page[job.Job], error) {
	return page.Page[job.Job]{Items: []job.Job{o.one()}}, nil
}
