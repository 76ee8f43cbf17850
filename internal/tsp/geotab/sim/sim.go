package sim

import (
	"errors"
	"net/http"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The switches.
const (
	ignoreUnknown      = "ignore_unknown_members"
	status429          = "status_429"
	comingSoon         = "limits_coming_soon"
	otherServer        = "other_server"
	closePrevious      = "close_previous_dvir"
	dbUnavailable      = "db_unavailable"
	dbInitializing     = "db_initializing"
	serviceUnavailable = "service_unavailable"
	genericException   = "generic_exception"
)

// Info describes the Geotab simulator.
func Info() simkit.Info { return simkit.Info{Name: "geotab", PortOffset: 3} }

// Option changes how one simulator starts.
type Option func(*service)

// Server names the server that the switch other_server moves the database to, as host or host:port.
func Server(name string) Option {
	return func(s *service) { s.other.start(name) }
}

// New opens a Geotab simulator with the state found in opts.Dir, or a seeded one.
func New(opts simkit.Options, more ...Option) (simkit.Simulator, error) {
	var s *service
	host, err := simkit.New(opts, simkit.Definition{
		Info: Info(),
		Switches: map[string]bool{
			ignoreUnknown: false, status429: false, comingSoon: false, otherServer: false, closePrevious: false,
			dbUnavailable: false, dbInitializing: false, serviceUnavailable: false, genericException: false,
		},
		Build: func(h *simkit.Host) simkit.TSP {
			s = newService(h)
			return s
		},
	})
	if err != nil {
		return nil, err
	}
	for _, option := range more {
		option(s)
	}
	return &simulator{Host: host, service: s}, nil
}

// simulator adds to the admin side what only Geotab needs.
type simulator struct {
	*simkit.Host
	service *service
}

// ServeHTTP sends /_sim/server to the service and everything else to the host.
func (s *simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == serverPath {
		s.service.other.serve(w, r)
		return
	}
	s.Host.ServeHTTP(w, r)
}

// service is the TSP side.
type service struct {
	host     *simkit.Host
	entities map[string]*entity
	windows  windows
	other    server
}

func newService(h *simkit.Host) *service {
	s := &service{host: h}
	s.entities = s.table()
	return s
}

// ServeHTTP answers one request as Geotab does.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	allowBrowsers(w.Header())
	switch {
	case !isAPI(r.URL.Path):
		page(w, http.StatusNotFound)
		return
	case r.Method == http.MethodOptions:
		w.WriteHeader(http.StatusOK)
		return
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", "POST, OPTIONS")
		page(w, http.StatusMethodNotAllowed)
		return
	}
	data, err := simkit.Body(r)
	if errors.Is(err, simkit.ErrBodyTooLarge) {
		page(w, http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		page(w, http.StatusBadRequest)
		return
	}
	c := &call{host: r.Host}
	result, err := s.serve(c, callIn(r, data))
	s.answer(w, c, result, err)
}

// Refuse answers a fault.
func (s *service) Refuse(w http.ResponseWriter, _ *http.Request, status int) {
	allowBrowsers(w.Header())
	switch status {
	case http.StatusUnauthorized:
		s.answer(w, &call{}, nil, badLogin(database))
	case http.StatusTooManyRequests:
		s.answer(w, &call{}, nil, overQuota(quota{limit: 60}, defaultRetry))
	default:
		page(w, status)
	}
}
