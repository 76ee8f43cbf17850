package api_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// house is a server whose rooms keep what they were asked for last and answer with a page in the
// midst of a list.
type house struct {
	*api.Server
	t     *testing.T
	now   time.Time
	asked any
}

// The rooms of a house; what they do not answer is not asked for.
type (
	tokens      struct{ api.Tokens }
	connections struct {
		api.Connections
		*house
	}
	operations struct {
		api.Operations
		*house
	}
	remedies struct {
		api.Remedies
		*house
	}
	records struct {
		api.Records
		*house
	}
	schedules struct {
		api.Schedules
		*house
	}
	webhooks struct {
		api.Webhooks
		*house
	}
	deliveries struct {
		api.Deliveries
		*house
	}
	jobs struct {
		api.Jobs
		*house
	}
	fleets struct {
		unasked
		*house
	}
	unasked    = api.Fleets
	agreements struct {
		api.Agreements
		*house
	}
)

func (tokens) Caller(string) (access.Principal, error) {
	return access.Principal{}, access.ErrInvalidToken
}

func (tokens) Verify(context.Context, string) (access.Principal, error) {
	return access.Principal{Partner: access.Partner{ID: uuid.Max}, Scopes: access.Scopes()}, nil
}

func (r connections) List(_ context.Context, _ access.Principal, f connection.Filter,
) (page.Page[connection.Read], error) {
	r.asked = f
	return midst[connection.Read](), nil
}

func (r operations) List(_ context.Context, f operation.Filter) (page.Page[operation.Operation], error) {
	r.asked = f
	return midst[operation.Operation](), nil
}

func (r records) List(_ context.Context, _ access.Principal, q record.Request) (record.Page, error) {
	r.asked = q
	p := midst[jsontext.Value]()
	p.Items[0], p.Total = jsontext.Value("{}"), new(int)
	return p, nil
}

func (r schedules) ListSchedules(_ context.Context, _ access.Principal,
	q record.ScheduleQuery) (page.Page[record.ScheduleRead], error) {
	r.asked = q
	return midst[record.ScheduleRead](), nil
}

func (r schedules) ListExecutions(_ context.Context, _ access.Principal,
	q record.ExecutionQuery) (page.Page[record.ExecutionRead], error) {
	r.asked = q
	return midst[record.ExecutionRead](), nil
}

func (r webhooks) List(_ context.Context, _ uuid.UUID, q webhook.ListRequest) (page.Page[webhook.Subscription], error) {
	r.asked = q
	return midst[webhook.Subscription](), nil
}

func (r deliveries) DeadLetters(_ context.Context, _, _ uuid.UUID, q webhook.DeadLettersRequest,
) (page.Page[webhook.DeadLetter], error) {
	r.asked = q
	p := midst[webhook.DeadLetter]()
	p.Items[0].Event.Data = jsontext.Value("{}")
	return p, nil
}

func (r deliveries) Logs(_ context.Context, _, _ uuid.UUID, q webhook.LogsRequest,
) (page.Page[webhook.DeliveryLog], error) {
	r.asked = q
	return midst[webhook.DeliveryLog](), nil
}

func (r jobs) List(_ context.Context, q job.Query) (page.Page[job.Job], error) {
	r.asked = q
	return midst[job.Job](), nil
}

func (r fleets) Fleets(_ context.Context, _ access.Principal, q access.FleetQuery,
) (page.Page[access.KnownFleet], error) {
	r.asked = q
	return midst[access.KnownFleet](), nil
}

func (r agreements) List(_ context.Context, _ access.Principal, q access.AgreementQuery,
) (page.Page[access.Grant], error) {
	r.asked = q
	return midst[access.Grant](), nil
}

// The ends of the page that the rooms answer with.
var (
	before = page.Position{At: time.UnixMicro(2).UTC(), Seq: 2, ID: uuid.UUID{2}}
	behind = page.Position{At: time.UnixMicro(1).UTC(), Seq: 1, ID: uuid.UUID{1}, Text: "a"}
)

func midst[T any]() page.Page[T] {
	return page.Page[T]{Items: make([]T, 1), Previous: before, Next: behind}
}

// named is an adapter that has nothing but a name.
type named struct {
	tsp.Adapter
	name tsp.Name
}

func (n named) Spec() tsp.Spec { return tsp.Spec{Name: n.name} }

func open(t *testing.T, adapters ...tsp.Adapter) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
	registry, err := tsp.NewRegistry(adapters, nil)
	if err != nil {
		t.Fatal(err)
	}
	h.Server = api.New(api.Config{Tokens: tokens{}, Operations: operations{house: h}, Remedies: remedies{house: h}, Webhooks: webhooks{house: h},
		Deliveries: deliveries{house: h}, Jobs: jobs{house: h}, Connections: connections{house: h}, Fleets: fleets{house: h},
		Agreements: agreements{house: h}, Records: records{house: h}, Schedules: schedules{house: h}, TSPs: registry,
		Now: func() time.Time { return h.now }, Log: slog.New(slog.DiscardHandler)})
	return h
}

// answer is what a list answered: a page, or what is wrong.
type answer struct {
	Status int
	Text   string
	Page
	Wrong []problem
}

// Page is what a test reads of a page.
type Page struct {
	Previous string `json:"previous_page"`
	Next     string `json:"next_page"`
}

type problem struct {
	Path    string `json:"path"`
	Input   string `json:"input"`
	Message string `json:"message"`
	Code    string `json:"error_type"`
}

func (h *house) get(url string) answer {
	h.t.Helper()
	return h.answer(httptest.NewRequestWithContext(h.t.Context(), "GET", url, nil))
}

func (h *house) answer(r *http.Request) answer {
	h.t.Helper()
	h.asked = nil
	r.Header.Set("Authorization", "Bearer x")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	a := answer{Status: w.Code, Text: w.Body.String()}
	var err error
	if a.Status == 422 {
		err = json.Unmarshal(w.Body.Bytes(), &struct {
			Detail *[]problem `json:"detail"`
		}{&a.Wrong})
	} else {
		err = json.Unmarshal(w.Body.Bytes(), &a.Page)
	}
	if err != nil {
		h.t.Fatalf("%s: %d %s: %v", r.URL, a.Status, a.Text, err)
	}
	return a
}

// paths are the parameters that an answer finds fault with.
func (a answer) paths() string {
	var all []string
	for _, one := range a.Wrong {
		all = append(all, one.Path)
	}
	return strings.Join(all, " ")
}
