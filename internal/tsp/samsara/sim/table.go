package sim

import (
	"net/http"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// operations is everything that the simulator serves, with the limits that the document gives an operation.
func (s *service) operations() map[string]simkit.Operation {
	patchAsset := slow(write("Assets", assetShape(), nil, s.patchAsset))
	patchAsset.Query = []string{"id"}
	newAssignment := slow(write("Assignments", assignmentShape(rfc3339), assignmentRequired, postAssignment))
	newAssignment.Status = http.StatusCreated
	changeAssignment := slow(write("Assignments", assignmentShape(simkit.Nullable(rfc3339)), assignmentChange, patchAssignment))
	changeAssignment.Status = http.StatusAccepted
	return map[string]simkit.Operation{
		"GET /me":         read("Org Information", nil, getMe),
		"GET /user-roles": read("Users", pageFilters, listRoles),
		"GET /tags":       read("Tags", pageFilters, listTags),
		"POST /tags":      write("Tags", tagShape(), tagRequired, postTag),
		"GET /tags/{id}":  read("Tags", nil, getTag),

		"GET /attributes":  read("Attributes", attributeFilters, listAttributes),
		"POST /attributes": write("Attributes", definitionShape(), attributeRequired, postAttribute),

		"GET /users":        read("Users", pageFilters, listUsers),
		"POST /users":       write("Users", userShape(), userRequired, postUser),
		"GET /users/{id}":   read("Users", nil, getUser),
		"PATCH /users/{id}": write("Users", userPatchShape(), nil, patchUser),

		"GET /fleet/vehicles":        read("Vehicles", vehicleFilters, listClass(classVehicle, showListedVehicle), perSecond(25)),
		"GET /fleet/vehicles/{id}":   read("Vehicles", nil, getOfClass(classVehicle, showVehicle)),
		"PATCH /fleet/vehicles/{id}": write("Vehicles", vehicleShape(), nil, patchVehicle),

		"GET /fleet/drivers":        read("Drivers", driverFilters, listDrivers),
		"POST /fleet/drivers":       write("Drivers", driverShape(), driverRequired, postDriver),
		"GET /fleet/drivers/{id}":   read("Drivers", nil, getDriver),
		"PATCH /fleet/drivers/{id}": write("Drivers", driverPatchShape(), nil, patchDriver),

		"GET /fleet/trailers":        read("Trailers", trailerFilters, listClass(classTrailer, showListedTrailer), perSecond(5)),
		"POST /fleet/trailers":       slow(write("Trailers", trailerShape(), trailerRequired, postTrailer)),
		"GET /fleet/trailers/{id}":   read("Trailers", nil, getOfClass(classTrailer, showTrailer), perSecond(5)),
		"PATCH /fleet/trailers/{id}": slow(write("Trailers", trailerPatchShape(), nil, patchTrailer)),

		"GET /assets":   read("Assets", assetFilters, listAssets, perSecond(5)),
		"POST /assets":  slow(write("Assets", assetShape(), nil, s.postAsset)),
		"PATCH /assets": patchAsset,

		"GET /v1/fleet/messages":   read("Messages", messageFilters, listMessages, perMinute(100)),
		"POST /v1/fleet/messages":  write("Messages", messageShape(), messageRequired, postMessage),
		"GET /fleet/dvirs/history": read("DVIRs", dvirFilters, listDVIRs),
		"GET /dvirs/stream":        read("DVIRs", dvirStreamFilters, streamDVIRs, perSecond(5)),
		"GET /dvirs/{id}":          read("DVIRs", []string{"includeExternalIds"}, getDVIR, perSecond(10)),
		"POST /fleet/dvirs":        write("DVIRs", dvirShape(), dvirRequired, postDVIR),

		"GET /fleet/driver-vehicle-assignments":   read("Assignments", assignmentFilters, listAssignments, perSecond(5)),
		"POST /fleet/driver-vehicle-assignments":  newAssignment,
		"PATCH /fleet/driver-vehicle-assignments": changeAssignment,

		"POST /fuel-purchase": slow(write("Fuel Purchase", fuelShape(), fuelRequired, s.postFuelPurchase)),
	}
}

// handler does the work of an operation.
type handler = func(tx *simkit.Tx, c *simkit.Call) (any, error)

// view is an item as callers see it.
type view = func(tx *simkit.Tx, i *simkit.Item) simkit.Object

func read(scope string, query []string, do handler, limits ...simkit.Limit) simkit.Operation {
	return simkit.Operation{Scope: "Read " + scope, Query: query, Do: do, Limits: limits}
}

func write(scope string, shape simkit.Shape, required []string, do handler) simkit.Operation {
	return simkit.Operation{Scope: "Write " + scope, Shape: shape, Required: required, Do: do}
}

// slow gives an operation its own budget of 100 a minute.
func slow(op simkit.Operation) simkit.Operation {
	op.Limits = []simkit.Limit{perMinute(100)}
	return op
}
