package sim

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The switches; the package comment says what they do.
const (
	devicesOffline = "devices_offline"
	mysql          = "mysql"
	postgresql     = "postgresql"
)

// Info describes the Traccar simulator.
func Info() simkit.Info { return simkit.Info{Name: "traccar", PortOffset: 4} }

// New opens a Traccar simulator with the state found in opts.Dir, or a seeded one.
func New(opts simkit.Options) (simkit.Simulator, error) {
	host, err := simkit.New(opts, simkit.Definition{
		Info:     Info(),
		Switches: map[string]bool{devicesOffline: false, mysql: false, postgresql: false},
		Build: func(h *simkit.Host) simkit.TSP {
			s := &service{host: h}
			s.routes = s.table()
			return s
		},
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
}

// ServeHTTP answers one request as a Traccar server does.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	limit := simkit.Limit{Key: "server", N: 20, Per: 2 * time.Second}
	if wait := s.host.Limiter.Take(s.host.Now(), limit); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		s.Refuse(w, r, http.StatusTooManyRequests)
		return
	}
	allowBrowsers(w.Header(), r)
	if r.Method == http.MethodOptions {
		s.options(w, r)
		return
	}
	body, err := s.serve(r)
	if err != nil {
		s.fail(w, err)
		return
	}
	succeed(w, body)
}

// Refuse answers with a status as the server does, or as a proxy in front of it where the server never has that status.
func (s *service) Refuse(w http.ResponseWriter, r *http.Request, status int) {
	switch status {
	case http.StatusTooManyRequests:
		if w.Header().Get("Retry-After") == "" {
			w.Header().Set("Retry-After", "1")
		}
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
	default:
		allowBrowsers(w.Header(), r)
		s.fail(w, web(status))
		return
	}
	write(w, status, "text/plain; charset=utf-8", []byte(http.StatusText(status)))
}

// Expire ends the sessions, and the tokens that POST /api/session/token gave out: their time has come, as it does after
// seven days unless the caller names another day (TokenManager). The seeded tokens live long, like a password: those are
// refused this once.
func (s *service) Expire(r *http.Request) bool {
	known := false
	_ = s.host.Store.Update(func(tx *simkit.Tx) error {
		user, err := signIn(tx, r)
		if known = user != nil && err == nil; known {
			return errors.Join(endTokens(tx), endSessions(tx))
		}
		return nil
	})
	return known
}
