// Package api is the HTTP face: one table of routes, strict and bounded reading, one form of
// answer. It holds no business rule; it asks operation, access and webhook.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/time/rate"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api/openapi"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// Tokens issues, verifies and revokes access tokens. Issue answers access.ErrInvalidClient or
// access.ErrInvalidScope, Revoke the first of these, Verify access.ErrInvalidToken; the text
// behind such an error's name is meant for the caller. Any other error is the store's. Caller is
// Verify without the store: by the token's signature alone. Keys are those that verify that.
type Tokens interface {
	Caller(raw string) (access.Principal, error)
	Issue(ctx context.Context, clientID, secret, scope string) (access.Token, error)
	Verify(ctx context.Context, raw string) (access.Principal, error)
	Revoke(ctx context.Context, clientID, secret, raw string) error
	Keys(ctx context.Context) (access.KeySet, error)
}

// Operations accepts writes and answers questions about them. Its errors are *problem.Error or
// ones that stand for a 500.
type Operations interface {
	// Submit returns once an async write is on disk and a sync one has ended; replayed tells that
	// the request's Idempotency-Key stood for op before.
	Submit(ctx context.Context, r operation.Request) (op operation.Operation, replayed bool, err error)
	// Preview tells what Submit would do with a request.
	Preview(ctx context.Context, r operation.Request) (operation.Operation, operation.Preview, error)
	// Await returns an async operation once it has ended, or as it stands after a time; waited is false where it was not
	// waited for as long as it may.
	Await(ctx context.Context, op operation.Operation, most time.Duration) (as operation.Operation, waited bool)
	Get(ctx context.Context, partner, connection, id uuid.UUID) (operation.Operation, error)
	// Exchanges returns the calls of an operation's attempts as its partner may see them.
	Exchanges(ctx context.Context, op operation.Operation) ([]operation.Kept, error)
	List(ctx context.Context, f operation.Filter) (page.Page[operation.Operation], error)
	// Cancel returns once it is decided whether the operation is cancelled.
	Cancel(ctx context.Context, partner, connection, id uuid.UUID) (operation.Operation, error)
}

// Remedies is what can be done about an operation that has not succeeded yet, or has ended. Its errors are as those of
// Operations.
type Remedies interface {
	// Try ends the wait of an operation for its next attempt, or look.
	Try(ctx context.Context, partner, connection, id uuid.UUID) (operation.Operation, error)
	// Retried and Reverted return the write that sends a failed operation once more, and the one that takes a successful
	// update back.
	Retried(ctx context.Context, connection, id uuid.UUID, r operation.Request) (operation.Request, error)
	Reverted(ctx context.Context, connection, id uuid.UUID, r operation.Request) (operation.Request, error)
	// Resolve ends what is not known of an operation as somebody says.
	Resolve(ctx context.Context, w operation.Word) (operation.Operation, error)
}

// Webhooks keeps partners' subscriptions. Every method takes the partner of the token, so that
// nobody can ask for another partner's.
type Webhooks interface {
	Create(ctx context.Context, by webhook.Maker, body []byte) (webhook.Created, error)
	List(ctx context.Context, partner uuid.UUID, r webhook.ListRequest) (page.Page[webhook.Subscription], error)
	Get(ctx context.Context, partner, id uuid.UUID) (webhook.Subscription, error)
	Update(ctx context.Context, partner, id uuid.UUID, body []byte) (webhook.Updated, error)
	Move(ctx context.Context, partner, id uuid.UUID, m webhook.Move) (webhook.Subscription, error)
}

// Receivers tests the receivers of subscriptions, and has nothing sent to them.
type Receivers interface {
	Test(ctx context.Context, partner, id uuid.UUID) (webhook.Tested, error)
	Pause(ctx context.Context, h webhook.Hand) (webhook.Subscription, error)
}

// Deliveries tells what came of partners' subscriptions. Every method takes the partner of the token.
type Deliveries interface {
	Logs(ctx context.Context, partner, id uuid.UUID, r webhook.LogsRequest) (page.Page[webhook.DeliveryLog], error)
	Metrics(ctx context.Context, partner, id uuid.UUID) (webhook.Metrics, error)
	DeadLetters(ctx context.Context, partner, id uuid.UUID, r webhook.DeadLettersRequest) (
		page.Page[webhook.DeadLetter], error)
	Replay(ctx context.Context, partner, id uuid.UUID, body []byte) (webhook.Replayed, error)
}

// Config is what a Server is made of. All of its fields but IgnoreUnknown,
// Limits, Sound, Watch and Traces are required.
type Config struct {
	Tokens      Tokens
	Operations  Operations
	Remedies    Remedies
	Batches     Batches
	Jobs        Jobs
	Webhooks    Webhooks
	Feed        Feed
	Deliveries  Deliveries
	Receivers   Receivers
	Connections Connections
	Fleets      Fleets
	Directory   Directory
	Agreements  Agreements
	TSPs        *tsp.Registry
	Records     Records
	Schedules   Schedules
	Defects     Defects
	// Healthy tells whether the service can do its work. It is asked at every probe and must
	// answer fast.
	Healthy func(ctx context.Context) error
	// Ready tells each thing that must be so for requests to be sent here. It is asked at every probe.
	Ready func(ctx context.Context) []Check
	// Watch and Traces may be nil.
	Watch  Watch
	Traces Traces
	// IgnoreUnknown lets query parameters pass that a route does not know, for clients that are
	// newer than the contract; a header of the answer names them. Otherwise they are refused.
	IgnoreUnknown bool
	Limits        Limits
	// MaxAge is for how long an operation waits at most, and so for how long expires_in may let it.
	MaxAge time.Duration
	// Sound tells what is wrong with the connection by which a request came; such a request is refused and
	// the connection closed. It may be nil.
	Sound func(r *http.Request) error
	// Strict reads the document when the first strict client asks: most processes have none.
	Strict func() (*openapi.Strict, error)
	Now    func() time.Time
	Log    *slog.Logger
}

// Server answers the API's requests. It keeps no state between requests but whether it has shut and which batches are
// under way, so it may serve any number at once.
type Server struct {
	Config
	mux     *http.ServeMux
	packers *sync.Pool
	// The document is held once for all who read it, however slowly.
	asYAML []byte
	asJSON func() ([]byte, error)
	shut   atomic.Pointer[problem.Error]
	faults faultLog
	// lineForm and writings are what the lines of batches may say.
	lineForm resource.Table
	writings map[string]writing
	batches  batches
}

// New returns a server. A route that is malformed or given twice panics in the ServeMux, at the
// start and not at the first request.
func New(c Config) *Server {
	s := &Server{Config: c, mux: http.NewServeMux(), packers: newPackers(), asYAML: openapi.Document(),
		asJSON: sync.OnceValues(openapi.JSON), faults: faultLog{away: rate.Sometimes{Interval: awayEvery}},
		writings: writings()}
	s.lineForm = s.lineTable()
	for _, r := range s.storeless() {
		s.mux.HandleFunc(r.method+" "+r.path, s.handler(r))
	}
	for _, r := range s.routes() {
		s.mux.HandleFunc(r.method+" "+r.path, s.unlessShut(s.handler(r)))
	}
	return s
}

// Shut refuses every request from then on with a problem, but for health and the documents, which
// need no store. Requests under way end as they do.
func (s *Server) Shut(p *problem.Error) { s.shut.Store(p) }

func (s *Server) unlessShut(do http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if p := s.shut.Load(); p != nil {
			s.refuseUnread(w, r, p)
			return
		}
		do(w, r)
	}
}
