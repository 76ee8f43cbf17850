package sim

import (
	"net/http"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The switches.
const (
	ignoreUnknown      = "ignore_unknown_members"
	wideSearch         = "wide_searches"
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
	return func(s *service) { s.other.first = name }
}

// New opens a Geotab simulator with the state found in opts.Dir, or a seeded one.
func New(opts simkit.Options, more ...Option) (simkit.Simulator, error) {
	s := &service{}
	for _, option := range more {
		option(s)
	}
	host, err := simkit.New(opts, simkit.Definition{
		Info: Info(),
		Switches: map[string]bool{
			ignoreUnknown: false, wideSearch: false, status429: false, comingSoon: false, otherServer: false, closePrevious: false,
			dbUnavailable: false, dbInitializing: false, serviceUnavailable: false, genericException: false,
		},
		Build: s.build,
	})
	if err != nil {
		return nil, err
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
	simkit.API
	entities map[string]*entity
	windows  windows
	other    server
}

func (s *service) build(h *simkit.Host) simkit.TSP {
	s.API = simkit.API{
		Host: h, Operations: s.operations(), Route: s.route, Authenticate: s.enter, Lenient: ignoreUnknown,
		WriteAnswer: answer, WriteRefusal: s.refuse,
		// What faults say.
		Texts: map[int]string{
			http.StatusUnauthorized: wrongLogin(database), http.StatusTooManyRequests: overQuota(defaultRate),
		},
	}
	s.entities = s.table()
	s.begin()
	return s
}

// begin begins the limits and the other server anew.
func (s *service) begin() {
	s.windows.clear()
	s.other.set(s.other.first)
}

// ServeHTTP answers one request as Geotab does. Browsers ask first whether they may call.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodOptions && isAPI(r.URL.Path) {
		allowBrowsers(w.Header())
		w.WriteHeader(http.StatusOK)
		return
	}
	s.API.ServeHTTP(w, r)
}
