package sim

import (
	"net/http"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// table is every operation that the simulator serves.
func (s *service) table() map[string]methods {
	reads := func(scope string, limit simkit.Limit, query []string, do handler) route {
		return route{scope: "Read " + scope, limit: limit, query: query, do: do}
	}
	var none simkit.Limit
	return map[string]methods{
		"/me": {http.MethodGet: reads("Org Information", none, nil, getMe)},
		"/users": {
			http.MethodGet:  reads("Users", none, pageFilters, listUsers),
			http.MethodPost: {scope: "Write Users", shape: userShape(), required: userRequired, do: postUser},
		},
		"/users/{id}": {
			http.MethodGet:   reads("Users", none, nil, getUser),
			http.MethodPatch: {scope: "Write Users", shape: userPatchShape(), do: patchUser},
		},
		"/user-roles": {http.MethodGet: reads("Users", none, pageFilters, listRoles)},
		"/tags":       {http.MethodGet: reads("Tags", none, pageFilters, listTags)},
		"/fleet/vehicles": {
			http.MethodGet: reads("Vehicles", perSecond("GET /fleet/vehicles", 25), vehicleFilters, listVehicles),
		},
		"/fleet/vehicles/{id}": {
			http.MethodGet:   reads("Vehicles", none, nil, getVehicle),
			http.MethodPatch: {scope: "Write Vehicles", shape: vehicleShape(), tagged: true, do: patchVehicle},
		},
		"/fleet/drivers": {
			http.MethodGet: reads("Drivers", none, driverFilters, listDrivers),
			http.MethodPost: {
				scope: "Write Drivers", shape: driverShape(), required: driverRequired, tagged: true, do: postDriver,
			},
		},
		"/fleet/drivers/{id}": {
			http.MethodGet:   reads("Drivers", none, nil, getDriver),
			http.MethodPatch: {scope: "Write Drivers", shape: driverPatchShape(), tagged: true, do: patchDriver},
		},
		"/fleet/trailers": {
			http.MethodGet: reads("Trailers", perSecond("GET /fleet/trailers", 5), trailerFilters, listTrailers),
			http.MethodPost: {
				scope: "Write Trailers", limit: perMinute("POST /fleet/trailers", 100),
				shape: trailerShape(), required: trailerRequired, tagged: true, do: postTrailer,
			},
		},
		"/fleet/trailers/{id}": {
			http.MethodGet: reads("Trailers", perSecond("GET /fleet/trailers/{id}", 5), nil, getTrailer),
			http.MethodPatch: {
				scope: "Write Trailers", limit: perMinute("PATCH /fleet/trailers/{id}", 100),
				shape: trailerPatchShape(), tagged: true, do: patchTrailer,
			},
		},
		"/assets": {
			http.MethodGet: reads("Assets", perSecond("GET /assets", 5), assetFilters, listAssets),
			http.MethodPost: {
				scope: "Write Assets", limit: perMinute("POST /assets", 100),
				shape: assetShape(), tagged: true, do: s.postAsset,
			},
			http.MethodPatch: {
				scope: "Write Assets", limit: perMinute("PATCH /assets", 100), query: []string{"id"},
				shape: assetShape(), tagged: true, do: s.patchAsset,
			},
		},
		"/v1/fleet/messages": {
			http.MethodGet: reads("Messages", perMinute("GET /v1/fleet/messages", 100), messageFilters, listMessages),
			http.MethodPost: {
				scope: "Write Messages", shape: messageShape(), required: messageRequired, do: postMessage,
			},
		},
		"/fleet/dvirs": {
			http.MethodPost: {scope: "Write DVIRs", shape: dvirShape(), required: dvirRequired, do: postDVIR},
		},
		"/fleet/dvirs/history": {http.MethodGet: reads("DVIRs", none, dvirFilters, listDVIRs)},
		"/fuel-purchase": {
			http.MethodPost: {
				scope: "Write Fuel Purchase", limit: perMinute("POST /fuel-purchase", 100),
				shape: fuelShape(), required: fuelRequired, do: s.postFuelPurchase,
			},
		},
	}
}
