package sim

import (
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
	return simkit.Open(opts, simkit.Definition{
		Info:     Info(),
		Switches: map[string]bool{unwrappedAssets: false, uniqueReferences: false},
		Build:    newService,
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
		Authorize: authorize, Prepare: checkTags, WriteAnswer: s.answer, WriteRefusal: s.refuse,
		// The texts are not contractual ("do not hard-code against this message").
		Texts: map[int]string{
			http.StatusUnauthorized: "Invalid token.", http.StatusNotFound: "Object not found.",
			http.StatusTooManyRequests: "Exceeded rate limit.",
		},
	}
	return s
}
