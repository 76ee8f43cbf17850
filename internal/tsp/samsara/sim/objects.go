package sim

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// find returns an object by its id or by an external id written key:value.
func find(tx *simkit.Tx, collection, id string) (*simkit.Item, bool) {
	if strings.Contains(id, ":") {
		owner, found, ok := tx.Owner(id)
		if !ok || owner != collection {
			return nil, false
		}
		id = found
	}
	return tx.Get(collection, id)
}

// keysOf lists the unique keys of an object: its external ids and its automatic ones.
func keysOf(o simkit.Object) []string {
	var keys []string
	if ids, ok := o["externalIds"].(simkit.Object); ok {
		for _, k := range slices.Sorted(maps.Keys(ids)) {
			keys = append(keys, k+":"+ids[k].(string))
		}
	}
	return keys
}

func (s *samsara) getOf(collection string) func(*http.Request, simkit.Object) (any, error) {
	return func(r *http.Request, _ simkit.Object) (out any, err error) {
		err = s.host.Store.View(func(tx *simkit.Tx) error {
			item, ok := find(tx, collection, r.PathValue("id"))
			if !ok {
				return notFound()
			}
			out = simkit.Object{"data": item.Object}
			return nil
		})
		return out, err
	}
}

// patchOf merges a body into an object and keeps the change for tests.
func (s *samsara) patchOf(collection string, shape simkit.Shape) func(*http.Request, simkit.Object) (any, error) {
	return func(r *http.Request, body simkit.Object) (out any, err error) {
		if err := shape.Check(body); err != nil {
			return nil, refused("%v", err)
		}
		err = s.host.Store.Update(func(tx *simkit.Tx) error {
			item, ok := find(tx, collection, r.PathValue("id"))
			if !ok {
				return notFound()
			}
			merged := merge(item.Object, body)
			var taken *simkit.TakenError
			if err := tx.Put(collection, item.ID, merged, keysOf(merged)...); errors.As(err, &taken) {
				return refused("External ID %s is already in use.", taken.Key)
			} else if err != nil {
				return err
			}
			tx.Add("changes", simkit.Object{"collection": collection, "id": item.ID, "patch": body})
			out = simkit.Object{"data": merged}
			return nil
		})
		return out, err
	}
}

// merge lays a PATCH over an object. Text set to "" is cleared, and what is clear is absent.
func merge(before, patch simkit.Object) simkit.Object {
	after := maps.Clone(before)
	for name, v := range patch {
		if name == "externalIds" {
			ids, _ := before[name].(simkit.Object)
			both := maps.Clone(ids)
			if both == nil {
				both = simkit.Object{}
			}
			maps.Copy(both, v.(simkit.Object))
			v = both
		}
		if after[name] = v; v == "" {
			delete(after, name)
		}
	}
	return after
}

func (s *samsara) listOf(collection string, most int) func(*http.Request, simkit.Object) (any, error) {
	return func(r *http.Request, _ simkit.Object) (any, error) {
		return s.page(r, collection, most, func(simkit.Object) bool { return true })
	}
}

// page answers one page of the objects of a collection that are wanted.
func (s *samsara) page(r *http.Request, collection string, most int, wanted func(simkit.Object) bool) (any, error) {
	limit, after := most, int64(0)
	if text := r.URL.Query().Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > most {
			return nil, refused("limit must be between 1 and %d", most)
		}
		limit = n
	}
	if text := r.URL.Query().Get("after"); text != "" {
		seq, ok := simkit.ParseCursor(text)
		if !ok {
			return nil, refused("invalid pagination cursor")
		}
		after = seq
	}
	data, cursor, more := []any{}, "", false
	err := s.host.Store.View(func(tx *simkit.Tx) error {
		last := after
		for _, item := range tx.After(collection, after) {
			if !wanted(item.Object) {
				continue
			}
			if len(data) == limit {
				more, cursor = true, simkit.Cursor(last)
				break
			}
			data, last = append(data, item.Object), item.Seq
		}
		return nil
	})
	return simkit.Object{"data": data, "pagination": simkit.Object{"endCursor": cursor, "hasNextPage": more}}, err
}

// listDrivers lists active drivers unless the deactivated ones are asked for.
func (s *samsara) listDrivers(r *http.Request, _ simkit.Object) (any, error) {
	status := r.URL.Query().Get("driverActivationStatus")
	switch status {
	case "":
		status = "active"
	case "active", "deactivated":
	default:
		return nil, refused("driverActivationStatus must be active or deactivated")
	}
	return s.page(r, "drivers", 512, func(o simkit.Object) bool { return o["driverActivationStatus"] == status })
}

// vehicleShape is the body of PATCH /fleet/vehicles/{id}.
func vehicleShape() simkit.Shape {
	return simkit.Shape{
		"name":                  simkit.String(0, 255),
		"vin":                   simkit.String(11, 17),
		"licensePlate":          simkit.String(0, 12),
		"notes":                 simkit.String(0, 255),
		"externalIds":           simkit.Map(simkit.String(1, 0)),
		"tagIds":                simkit.List(simkit.String(1, 0)),
		"odometerMeters":        simkit.Integer,
		"engineHours":           simkit.Integer,
		"vehicleRegulationMode": simkit.Enum("regulated", "unregulated", "mixed"),
	}
}
