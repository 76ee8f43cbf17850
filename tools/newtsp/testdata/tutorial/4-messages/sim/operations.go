package sim

import (
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// budget is the documented limit: 60 requests a minute, 10 at once.
func budget() []simkit.Limit { return []simkit.Limit{{Key: "account", N: 10, Per: 10 * time.Second}} }

// operations is all that the TSP can be asked: method and path, as in "POST /vehicles".
func operations() map[string]simkit.Operation {
	return map[string]simkit.Operation{
		"GET /me":              {Limits: budget(), Do: getMe},
		"GET /vehicles":        {Limits: budget(), Query: []string{"after"}, Do: page(vehicles)},
		"POST /vehicles":       {Limits: budget(), Shape: created(), Required: []string{"name"}, Status: http.StatusCreated, Do: postVehicle},
		"PATCH /vehicles/{id}": {Limits: budget(), Shape: changed(), Do: patchVehicle},
		"GET /drivers":         {Limits: budget(), Query: []string{"after"}, Do: page(drivers)},
		"GET /messages":        {Limits: budget(), Query: []string{"to", "since"}, Do: listMessages},
		"POST /messages":       {Limits: budget(), Shape: message(), Required: []string{"to", "text"}, Status: http.StatusCreated, Do: postMessage},
	}
}
