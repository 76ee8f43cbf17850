package console

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// noon is when every test is.
func noon() time.Time { return time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC) }

// desk is what a console in a test shows: one operation, and what was asked of the services.
type desk struct {
	op    operation.Operation
	who   Visitor
	stray bool
	// still says who the visitor is while a page is live; nil for who he was.
	still   func() (Visitor, bool)
	refuses error
	// newer is what a retry would write older values over; nil for nothing.
	newer *operation.Overwrites
	// partly tells that a part of the operation has reached its TSP.
	partly bool
	// tracks are the deliveries of its events.
	tracks  []webhook.Track
	asked   []string
	entries []audit.Entry
	actor   string
}

// written is a failed create of a message.
func written() operation.Operation {
	return operation.Operation{ID: uuid.MustParse("01a21f6b-9245-7331-8003-e0b9a5c3ff1c"), Partner: uuid.UUID{1}, Connection: uuid.UUID{2},
		FleetRef: "fleet-1", TSP: "samsara", Kind: resource.KindMessage, Verb: resource.Create, State: operation.Failed, Tries: 1, Counted: 1,
		Payload:   []byte(`{"connection_id":"02000000-0000-0000-0000-000000000000","recipient_id":"03000000-0000-0000-0000-000000000000","message_text":"The code is Gate-7"}`),
		CreatedAt: noon().Add(-time.Minute), UpdatedAt: noon(), Deadline: noon().Add(time.Hour),
		Attempts: []operation.Attempt{{N: 1, Class: tsp.Rejected, Status: 400, Details: "too <long>", StartedAt: noon(), EndedAt: noon()}}}
}

func (d *desk) Visitor(*http.Request) (Visitor, bool) { return d.who, !d.stray }
func (d *desk) Still(r *http.Request) (Visitor, bool) {
	if d.still != nil {
		return d.still()
	}
	return d.Visitor(r)
}
func (d *desk) SignIn(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "sign in first", http.StatusUnauthorized)
}

func (d *desk) Survey(context.Context, operation.Survey) (page.Page[operation.Operation], error) {
	return page.Page[operation.Operation]{Items: []operation.Operation{d.op}}, nil
}
func (d *desk) Tally(context.Context, operation.Survey) (operation.Tally, error) {
	return operation.Tally{All: operation.Count{N: 10_000, AtLeast: true}}, nil
}
func (d *desk) Find(_ context.Context, id uuid.UUID) (operation.Operation, error) {
	if id != d.op.ID {
		return operation.Operation{}, problem.New(problem.NotFound, "there is no operation %s", id)
	}
	return d.op, nil
}
func (d *desk) Ending(context.Context, []byte) ([]uuid.UUID, error) { return nil, nil }
func (d *desk) Chain(context.Context, operation.Operation) ([]operation.Operation, error) {
	return nil, nil
}

func (d *desk) Retried(_ context.Context, _, _ uuid.UUID, r operation.Request) (operation.Request, error) {
	if len(r.Body) == 0 {
		r.Body = d.op.Payload
	}
	return r, d.refuses
}
func (d *desk) Reverted(_ context.Context, _, _ uuid.UUID, r operation.Request) (operation.Request, error) {
	return r, d.refuses
}
func (d *desk) Preview(_ context.Context, r operation.Request) (operation.Operation, operation.Preview, error) {
	return d.op, operation.Preview{}, d.over(r)
}

// over refuses a request that would write over what is newer.
func (d *desk) over(r operation.Request) error {
	if d.newer == nil || r.Overwrite {
		return nil
	}
	return &problem.Error{Code: problem.Conflict, Detail: d.newer.Error(), Err: d.newer}
}
func (d *desk) Submit(ctx context.Context, r operation.Request) (operation.Operation, bool, error) {
	if err := d.over(r); err != nil {
		return operation.Operation{}, false, err
	}
	d.asked, d.actor = append(d.asked, "submit for "+r.Partner.String()), audit.Of(ctx).Name
	return operation.Operation{ID: uuid.UUID{9}}, false, nil
}
func (d *desk) Partly(context.Context, operation.Operation) (bool, error) { return d.partly, nil }

func (d *desk) Cancel(context.Context, uuid.UUID, uuid.UUID, uuid.UUID) (operation.Operation, error) {
	return d.op, d.refuses
}

func (d *desk) Try(ctx context.Context, _, _, id uuid.UUID) (operation.Operation, error) {
	d.asked, d.actor = append(d.asked, "try "+id.String()), audit.Of(ctx).Name
	return d.op, d.refuses
}

func (d *desk) Resolve(context.Context, operation.Word) (operation.Operation, error) {
	return d.op, d.refuses
}

func (d *desk) Exchanges(context.Context, operation.Operation) ([]operation.Kept, error) {
	body := `{"text":"The code is Gate-7"}`
	return []operation.Kept{{Entry: 1, Entries: 1, Calls: []tsp.Exchange{{Purpose: tsp.ForWrite, Request: tsp.Request{Method: "POST",
		URL: "https://api.example/messages", Content: tsp.Content{Body: &body}}}}}}, nil
}

func (d *desk) Tracks(context.Context, uuid.UUID, uuid.UUID, []string) ([]webhook.Track, bool, error) {
	return d.tracks, false, nil
}

func (d *desk) Connection(_ context.Context, id uuid.UUID) (connection.Connection, error) {
	return connection.Connection{ID: id, TSP: "samsara", Status: connection.Active}, nil
}
func (d *desk) Record(context.Context, uuid.UUID, uuid.UUID) (record.Record, error) {
	return record.Record{Fields: []byte(`{"first_name":"Carlos","last_name":"Mendoza"}`)}, nil
}
func (d *desk) Partner(context.Context, uuid.UUID) (access.Partner, error) {
	return access.Partner{Name: "Acme <b>"}, nil
}

func (d *desk) Note(_ context.Context, e audit.Entry) error {
	d.entries = append(d.entries, e)
	return nil
}
func (d *desk) Entries(context.Context, int64, int) ([]audit.Entry, error) { return nil, nil }
func (d *desk) AuditHead(context.Context) (audit.Head, error)              { return audit.Head{}, nil }

// console is one over the desk.
func (d *desk) console(t *testing.T) *Console {
	t.Helper()
	registry, err := tsp.NewRegistry(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{Gate: d, Operations: d, Rewrites: d, Endings: d, Journal: d, Naming: d, Trails: d, Connections: quietLinks{}, Rates: quiet{}, Troubles: quiet{}, Installation: quiet{}, TSPs: registry, Now: noon, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// ask sends a request to a console over the desk, a POST if it has a form.
func (d *desk) ask(t *testing.T, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	if form != nil {
		r = httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	d.console(t).ServeHTTP(w, r)
	return w
}
