package sim

import (
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
	wideMessages     = "wide_messages"
)

// Info describes the Motive simulator.
func Info() simkit.Info { return simkit.Info{Name: "motive", PortOffset: 2} }

// New opens a Motive simulator with the state found in opts.Dir, or a seeded one.
func New(opts simkit.Options) (simkit.Simulator, error) {
	return simkit.Open(opts, simkit.Definition{
		Info: Info(),
		Switches: map[string]bool{
			manageAllowsRead: false, ignoreUnknown: false, createsAnswer201: false, validation422: false,
			errorsAsText: false, errorsNested: false, errorsAsList: false, noRetryAfter: false, anyAssetType: false,
			listAllMessages: false, wideMessages: false,
		},
		Build: newService,
	})
}

// service is the TSP side.
type service struct {
	simkit.API
	// answered counts replies; request ids are made of it.
	answered atomic.Int64
}

func newService(h *simkit.Host) simkit.TSP {
	s := &service{}
	s.API = simkit.API{
		Host: h, Operations: s.operations(), Desk: desk(), Authenticate: s.authenticate, Limits: limits,
		Authorize: s.authorize, Read: readBody, Prepare: prepare, Lenient: ignoreUnknown,
		WriteAnswer: s.answer, WriteRefusal: s.refuse,
		// The first was observed, with 401 and with 400; the pages list 404 without its words, and no 429.
		Texts: map[int]string{
			http.StatusUnauthorized: "invalid API key", http.StatusNotFound: "resource not found",
			http.StatusTooManyRequests: "too many requests",
		},
	}
	return s
}
