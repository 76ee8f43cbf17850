package sim

import (
	"errors"
	"net/http"
	"sync/atomic"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

const (
	// unwrappedAssets is the switch that leaves out the data wrapper of /assets.
	unwrappedAssets = "unwrapped_assets"
	// uniqueReferences is the switch that refuses a fuel purchase with a reference that was used before.
	uniqueReferences = "unique_fuel_references"
)

// Info describes the Samsara simulator.
func Info() simkit.Info { return simkit.Info{Name: "samsara", PortOffset: 1} }

// New opens a Samsara simulator with the state found in opts.Dir, or a seeded one.
func New(opts simkit.Options) (simkit.Simulator, error) {
	host, err := simkit.New(opts, simkit.Definition{
		Info:     Info(),
		Switches: map[string]bool{unwrappedAssets: false, uniqueReferences: false},
		Build:    func(h *simkit.Host) simkit.TSP { return newService(h) },
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

// ServeHTTP answers one request as Samsara does.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == tokenPath {
		s.serveToken(w, r)
		return
	}
	body, err := s.serve(r)
	if err != nil {
		var no *refusal
		if !errors.As(err, &no) {
			no = &refusal{status: http.StatusInternalServerError, message: err.Error()}
		}
		s.refuse(w, r, no)
		return
	}
	s.answer(w, http.StatusOK, body)
}

// Refuse answers with a status in Samsara's words.
func (s *service) Refuse(w http.ResponseWriter, r *http.Request, status int) {
	message := http.StatusText(status)
	switch status {
	case http.StatusUnauthorized:
		message = invalidToken
	case http.StatusNotFound:
		message = notFound
	case http.StatusTooManyRequests:
		message = rateExceeded
	}
	s.refuse(w, r, &refusal{status: status, message: message})
}
