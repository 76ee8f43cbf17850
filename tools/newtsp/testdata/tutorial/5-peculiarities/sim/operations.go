package sim

import (
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// budget is the documented limit: 60 requests a minute, 10 at once, of which 2 under way.
func budget() []simkit.Limit {
	return []simkit.Limit{{Key: "account", N: 10, Per: 10 * time.Second}, {Key: "under way", AtOnce: 2, Per: 50 * time.Millisecond}}
}

// operations is all that the TSP can be asked: method and path, as in "POST /vehicles".
func operations() map[string]simkit.Operation {
	return map[string]simkit.Operation{
		"GET /me":             {Limits: budget(), Do: getMe},
		"GET /vehicles":       {Limits: budget(), Query: []string{"after"}, Do: page(vehicles)},
		"POST /vehicles":      {Limits: budget(), Shape: created(), Required: []string{"name"}, Status: http.StatusCreated, Do: postVehicle},
		"POST /vehicles/read": {Limits: budget(), Shape: simkit.Shape{"id": simkit.String(1, 0)}, Required: []string{"id"}, Reads: true, Do: readVehicle},
		"PUT /vehicles/{id}":  {Limits: budget(), Shape: created(), Required: []string{"name"}, Do: putVehicle},
		"GET /drivers":        {Limits: budget(), Do: listDrivers},
		"POST /login":         {Limits: budget(), Shape: simkit.Shape{"token": simkit.String(1, 0)}, Required: []string{"token"}, Do: postLogin},
		"POST /orgs/{org}/messages": {Limits: budget(), Form: true, Shape: message(), Required: []string{"vehicle", "text"},
			Status: http.StatusCreated, Do: postMessage},
		"POST /orgs/{org}/messages/search": {Limits: budget(), Shape: search(), Required: []string{"vehicle", "since"}, Reads: true,
			Do: searchMessages},
	}
}
