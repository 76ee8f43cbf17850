package sim

import (
	"net/http"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// table is every operation that the simulator serves.
func (s *service) table() map[string]methods {
	all := map[string]methods{
		"/v1/companies": {http.MethodGet: reads("companies", paged(), listCompanies)},
		"/v1/groups":    {http.MethodGet: reads("groups", paged(), listGroups)},
		"/v1/messages": {
			http.MethodGet:  reads("messages", messageFilters, s.listMessages),
			http.MethodPost: writes("messages", messageV1Shape(), messageV1Required, postMessageV1),
		},
		"/v2/messages": {http.MethodPost: writes("messages", messageV2Shape(), messageV2Required, postMessageV2)},
		"/v1/fuel_purchases": {
			http.MethodGet:  reads("fuel_purchases", fuelFilters, listFuel),
			http.MethodPost: creates(writes("fuel_purchases", fuelShape(), fuelRequired, postFuel)),
		},
		"/v1/fuel_purchases/{id}": {
			http.MethodGet:    reads("fuel_purchases", nil, getFuel),
			http.MethodPut:    writes("fuel_purchases", fuelShape(), nil, putFuel),
			http.MethodDelete: {scope: "fuel_purchases.manage", write: true, status: http.StatusNoContent, do: deleteFuel},
		},
		"/v1/inspection_reports": {http.MethodGet: reads("inspection_reports", inspectionFilters, listInspections)},
		"/v2/inspection_reports": {http.MethodGet: reads("inspection_reports", inspectionFilters, listInspections)},
		"/v2/inspection_reports/{id}": {
			// The scope is spelt so on Motive's page; time is what one client sends.
			http.MethodPut: {
				scope: "inspections_reports.manage", query: []string{"time"}, shape: inspectionShape(), write: true,
				do: putInspection,
			},
		},
	}
	s.addRecords(all)
	addExternalIDs(all)
	return all
}

// addRecords adds vehicles, assets and users.
func (s *service) addRecords(all map[string]methods) {
	for _, class := range []struct {
		name                          string
		filters                       []string
		shape                         simkit.Shape
		required                      []string
		list, post, get, put, byPairs handler
	}{
		{vehicles, paged(), vehicleShape(), []string{"number"}, listVehicles, postVehicle, getVehicle, putVehicle, lookUpVehicle},
		{assets, assetFilters, assetShape(), assetRequired, listAssets, s.postAsset, getAsset, s.putAsset, lookUpAsset},
		{users, paged("role"), userShape(), userRequired, listUsers, postUser, getUser, putUser, lookUpUser},
	} {
		all["/v1/"+class.name] = methods{
			http.MethodGet:  reads(class.name, class.filters, class.list),
			http.MethodPost: creates(writes(class.name, class.shape, class.required, class.post)),
		}
		all["/v1/"+class.name+idSegment] = methods{
			http.MethodGet: reads(class.name, nil, class.get),
			http.MethodPut: writes(class.name, class.shape, nil, class.put),
		}
		all["/v1/"+class.name+"/lookup_by_external_id"] = methods{
			http.MethodGet: reads(class.name, externalIDFilters, class.byPairs),
		}
	}
	all["/v1/users/lookup"] = methods{http.MethodGet: reads(users, userLookUps, findUser)}
	all["/v1/vehicles/lookup"] = methods{http.MethodGet: reads(vehicles, []string{"number"}, findVehicle)}
}

// addExternalIDs adds the operations on external ids. They need the scope of the holder; here any .manage scope does.
func addExternalIDs(all map[string]methods) {
	post := creates(writes("external_ids", externalIDShape(), externalIDRequired, postExternalID))
	put := writes("external_ids", externalIDPutShape(), nil, putExternalIDRecord)
	post.inQuery, put.inQuery = true, true
	all["/v1/external_ids"] = methods{http.MethodPost: post}
	all["/v1/external_ids/{id}"] = methods{
		http.MethodPut:    put,
		http.MethodDelete: {scope: "external_ids.manage", write: true, status: http.StatusNoContent, do: deleteExternalID},
	}
}

func reads(resource string, query []string, do handler) route {
	return route{scope: resource + ".read", query: query, do: do}
}

func writes(resource string, shape simkit.Shape, required []string, do handler) route {
	return route{scope: resource + ".manage", shape: shape, required: required, write: true, do: do}
}

// creates marks an operation whose success is 200 or 201, as a switch says: which of them is not documented.
func creates(op route) route {
	op.status = http.StatusCreated
	return op
}
