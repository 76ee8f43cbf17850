package sim

import (
	"errors"
	"net/http"
	"sync/atomic"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The switches; the package comment says what they do.
const (
	manageAllowsRead = "manage_allows_read"
	ignoreUnknown    = "ignore_unknown_fields"
	createsAnswer201 = "creates_answer_201"
	validation422    = "validation_answers_422"
	errorsAsText     = "errors_as_text"
	errorsNested     = "errors_nested"
	errorsAsList     = "errors_as_list"
	noRetryAfter     = "no_retry_after"
	anyAssetType     = "any_asset_type"
	listAllMessages  = "list_all_messages"
)

// Info describes the Motive simulator.
func Info() simkit.Info { return simkit.Info{Name: "motive", PortOffset: 2} }

// New opens a Motive simulator with the state found in opts.Dir, or a seeded one.
func New(opts simkit.Options) (simkit.Simulator, error) {
	host, err := simkit.New(opts, simkit.Definition{
		Info: Info(),
		Switches: map[string]bool{
			manageAllowsRead: false, ignoreUnknown: false, createsAnswer201: false, validation422: false,
			errorsAsText: false, errorsNested: false, errorsAsList: false, noRetryAfter: false, anyAssetType: false,
			listAllMessages: false,
		},
		Build: func(h *simkit.Host) simkit.TSP { return newService(h) },
	})
	if err != nil {
		return nil, err
	}
	return host, nil
}

// service is the TSP side.
type service struct {
	host   *simkit.Host
	routes map[string]methods
	// answered counts replies; request ids are made of it.
	answered atomic.Int64
}

func newService(h *simkit.Host) *service {
	s := &service{host: h}
	s.routes = s.table()
	return s
}

// ServeHTTP answers one request as Motive does.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == tokenPath {
		s.serveToken(w, r)
		return
	}
	status, body, err := s.serve(r)
	if err != nil {
		var no *refusal
		if !errors.As(err, &no) {
			no = &refusal{status: http.StatusInternalServerError, message: err.Error()}
		}
		s.refuse(w, no)
		return
	}
	s.answer(w, status, body)
}

// Refuse answers with a status in Motive's words.
func (s *service) Refuse(w http.ResponseWriter, _ *http.Request, status int) {
	message := http.StatusText(status)
	switch status {
	case http.StatusUnauthorized:
		message = invalidKey
	case http.StatusNotFound:
		message = notFound
	case http.StatusTooManyRequests:
		message = rateExceeded
	}
	s.refuse(w, &refusal{status: status, message: message})
}
