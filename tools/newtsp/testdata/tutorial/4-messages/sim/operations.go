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

// Objects lists a collection for the admin side.
func (s *service) Objects(tx *simkit.Tx, collection string) ([]*simkit.Item, bool) {
	return tx.Items(collection), collection == vehicles || collection == drivers || collection == messages
}

func getMe(*simkit.Tx, *simkit.Call) (any, error) {
	return simkit.Object{"id": "org-1", "name": "Demo Freight"}, nil
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
