package sim

import (
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The collections.
const (
	vehicles = "vehicles"
	drivers  = "drivers"
	messages = "messages"
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
		"POST /vehicles/read": {Limits: budget(), Shape: simkit.Shape{"id": simkit.String(1, 0)}, Required: []string{"id"}, Do: readVehicle},
		"PUT /vehicles/{id}":  {Limits: budget(), Shape: created(), Required: []string{"name"}, Do: putVehicle},
		"GET /drivers":        {Limits: budget(), Do: listDrivers},
		"POST /login":         {Limits: budget(), Shape: simkit.Shape{"token": simkit.String(1, 0)}, Required: []string{"token"}, Do: postLogin},
		"POST /orgs/{org}/messages": {Limits: budget(), Form: true, Shape: message(), Required: []string{"vehicle", "text"},
			Status: http.StatusCreated, Do: postMessage},
		"POST /orgs/{org}/messages/search": {Limits: budget(), Shape: search(), Required: []string{"vehicle", "since"}, Do: searchMessages},
	}
}

// Objects lists a collection for the admin side.
func (s *service) Objects(tx *simkit.Tx, collection string) ([]*simkit.Item, bool) {
	return tx.Items(collection), collection == vehicles || collection == drivers || collection == messages
}

func getMe(*simkit.Tx, *simkit.Call) (any, error) {
	return simkit.Object{"id": "org-1", "name": "Demo Freight"}, nil
}

// listDrivers lists all at once.
func listDrivers(tx *simkit.Tx, _ *simkit.Call) (any, error) {
	all := []any{}
	for _, i := range tx.Items(drivers) {
		all = append(all, i.Object)
	}
	return simkit.Object{drivers: all, "next": ""}, nil
}

// pageSize is small, so that the seed has several pages.
const pageSize = 3

// page lists the objects of a collection behind the one with the id "after".
func page(collection string) func(*simkit.Tx, *simkit.Call) (any, error) {
	return func(tx *simkit.Tx, c *simkit.Call) (any, error) {
		var seq int64
		if after := c.Query.Get("after"); after != "" {
			last, ok := tx.Get(collection, after)
			if !ok {
				return nil, simkit.Invalid("after is no id of %s", collection)
			}
			seq = last.Seq
		}
		found, more := tx.Page(collection, seq, pageSize, nil)
		items, next := []any{}, ""
		for _, i := range found {
			items = append(items, i.Object)
		}
		if more {
			next = found[len(found)-1].ID
		}
		return simkit.Object{collection: items, "next": next}, nil
	}
}
