package sim

import (
	"maps"
	"net/http"
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// operations is everything that the simulator serves.
func (s *service) operations() map[string]simkit.Operation {
	// The scope is spelt so on Motive's page; time is what one client sends.
	inspection := write("inspections_reports", inspectionShape(), nil, inspectionClass().put)
	inspection.Query = []string{"time"}
	externalID := create("external_ids", externalIDShape(), externalIDRequired, postExternalID)
	vehicle, asset, user, purchase := vehicleClass(), s.assetClass(), userClass(), fuelClass()
	return map[string]simkit.Operation{
		"GET /v1/companies": read("companies", paged(), companyClass().listAll),
		"GET /v1/groups":    read("groups", paged(), groupClass().listAll),

		"GET /v1/vehicles":                       read("vehicles", paged(), vehicle.listAll),
		"POST /v1/vehicles":                      create("vehicles", vehicleShape(), vehicleRequired, vehicle.post),
		"GET /v1/vehicles/{id}":                  read("vehicles", nil, vehicle.get),
		"PUT /v1/vehicles/{id}":                  write("vehicles", vehicleShape(), nil, vehicle.put),
		"GET /v1/vehicles/lookup":                read("vehicles", vehicleRequired, findVehicle),
		"GET /v1/vehicles/lookup_by_external_id": read("vehicles", externalIDFilters, vehicle.lookUp),

		"GET /v1/assets":                       read("assets", assetFilters, s.listAssets),
		"POST /v1/assets":                      create("assets", assetShape(), assetRequired, asset.post),
		"GET /v1/assets/{id}":                  read("assets", nil, asset.get),
		"PUT /v1/assets/{id}":                  write("assets", assetShape(), nil, asset.put),
		"GET /v1/assets/lookup_by_external_id": read("assets", externalIDFilters, asset.lookUp),

		"GET /v1/users":                       read("users", paged("role"), listUsers),
		"POST /v1/users":                      create("users", userShape(), userRequired, postUser),
		"GET /v1/users/{id}":                  read("users", nil, user.get),
		"PUT /v1/users/{id}":                  write("users", userShape(), nil, user.put),
		"GET /v1/users/lookup":                read("users", userLookUps, findUser),
		"GET /v1/users/lookup_by_external_id": read("users", externalIDFilters, user.lookUp),

		"GET /v1/messages":  read("messages", messageFilters, s.listMessages),
		"POST /v1/messages": write("messages", messageV1Shape(), messageV1Required, postMessageV1),
		"POST /v2/messages": write("messages", messageV2Shape(), messageV2Required, postMessageV2),

		"GET /v1/fuel_purchases":         read("fuel_purchases", fuelFilters, listFuel),
		"POST /v1/fuel_purchases":        create("fuel_purchases", fuelShape(), fuelRequired, purchase.post),
		"GET /v1/fuel_purchases/{id}":    read("fuel_purchases", nil, purchase.get),
		"PUT /v1/fuel_purchases/{id}":    write("fuel_purchases", fuelShape(), nil, purchase.put),
		"DELETE /v1/fuel_purchases/{id}": remove("fuel_purchases", fuel),

		"GET /v1/inspection_reports":      read("inspection_reports", inspectionFilters, listInspectionsV1),
		"GET /v2/inspection_reports":      read("inspection_reports", inspectionFilters, listInspections),
		"PUT /v2/inspection_reports/{id}": inspection,

		// These need the scope of the holder; here any .manage scope does.
		"POST /v1/external_ids":        inQuery(externalID),
		"PUT /v1/external_ids/{id}":    inQuery(write("external_ids", externalIDPutShape(), nil, putExternalIDRecord)),
		"DELETE /v1/external_ids/{id}": remove("external_ids", externalIDs),
	}
}

// handler does the work of an operation.
type handler = func(tx *simkit.Tx, c *simkit.Call) (any, error)

func read(resource string, query []string, do handler) simkit.Operation {
	return simkit.Operation{Scope: resource + ".read", Query: query, Do: do}
}

func write(resource string, shape simkit.Shape, required []string, do handler) simkit.Operation {
	return simkit.Operation{Scope: resource + ".manage", Shape: shape, Required: required, Do: do}
}

func create(resource string, shape simkit.Shape, required []string, do handler) simkit.Operation {
	op := write(resource, shape, required, do)
	op.Status = http.StatusCreated
	return op
}

// remove deletes an object of a collection. That of fuel purchases is known from a client only.
func remove(resource, collection string) simkit.Operation {
	do := func(tx *simkit.Tx, c *simkit.Call) (any, error) {
		_, err := tx.Find(collection, c.ID())
		tx.Delete(collection, c.ID())
		return nil, err
	}
	return simkit.Operation{Scope: resource + ".manage", Status: http.StatusNoContent, Do: do}
}

// inQuery lets the members of the body stand in the query instead.
func inQuery(op simkit.Operation) simkit.Operation {
	op.Query = slices.Collect(maps.Keys(op.Shape))
	return op
}
