package sim

import (
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The switches; the package comment says what they do.
const (
	devicesOffline = "devices_offline"
	mysql          = "mysql"
	postgresql     = "postgresql"
	ignoresUnknown = "ignores_unknown"
)

// Info describes the Traccar simulator.
func Info() simkit.Info { return simkit.Info{Name: "traccar", PortOffset: 4} }

// New opens a Traccar simulator with the state found in opts.Dir, or a seeded one.
func New(opts simkit.Options) (simkit.Simulator, error) {
	return simkit.Open(opts, simkit.Definition{
		Info: Info(),
		Switches: map[string]bool{
			devicesOffline: false, mysql: false, postgresql: false, ignoresUnknown: true,
			unreleased: false, release6120: false, release66: false,
		},
		Build: newService,
	})
}

// service is the TSP side.
type service struct{ simkit.API }

func newService(h *simkit.Host) simkit.TSP {
	s := &service{}
	s.API = simkit.API{
		Host: h, Operations: s.operations(), Authenticate: s.authenticate, WriteAnswer: s.answer, WriteRefusal: s.refuse,
		Lenient: ignoresUnknown,
	}
	return s
}

// ServeHTTP answers one request as a Traccar server does, behind a proxy that keeps the budget. OPTIONS needs no
// credentials: JAX-RS answers it by itself, and api/security/SecurityRequestFilter lets it through. Whether Jersey adds
// a body was not found out.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	budget := simkit.Limit{Key: "server", N: 20, Per: 2 * time.Second, Assumed: true}
	if wait := s.Host.Limiter.Take(s.Host.Now(), budget); wait > 0 {
		s.Refuse(w, r, http.StatusTooManyRequests)
		return
	}
	allowBrowsers(w.Header(), r)
	if r.Method != http.MethodOptions || s.allowed(r) == "" {
		s.API.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Allow", s.allowed(r))
	w.WriteHeader(http.StatusOK)
}

// Expire ends the sessions, and the tokens that POST /api/session/token gave out: their time has come, as it does after
// seven days unless the caller names another day (TokenManager). The seeded tokens live long, like a password: those are
// refused this once.
func (s *service) Expire(r *http.Request) bool {
	known := false
	_ = s.Host.Store.Update(func(tx *simkit.Tx) error {
		user, err := signIn(tx, r)
		if known = user != nil && err == nil; !known {
			return nil
		}
		tx.Clear(sessions)
		return endTokens(tx)
	})
	return known
}
