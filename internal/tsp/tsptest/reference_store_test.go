package tsptest

import (
	"maps"
	"net/http"
	"strconv"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// bodies are the shapes of what can be written.
func bodies() map[string]simkit.Shape {
	return map[string]simkit.Shape{
		"vehicles": {"name": simkit.String(1, 40), "vin": simkit.String(11, 17), "licensePlate": simkit.String(0, 12), "notes": simkit.String(0, 0),
			"isActive": simkit.Bool, "color": simkit.String(0, 0), "shade": simkit.String(0, 0), "reference": simkit.String(1, 0)},
		"users":    {"name": simkit.String(1, 60), "password": simkit.String(8, 0), "group": simkit.String(1, 0), "reference": simkit.String(1, 0)},
		"messages": {"to": simkit.String(1, 0), "text": simkit.String(1, 160), "reference": simkit.String(1, 0)},
	}
}

// create keeps a new object, or finds the one of the same reference. Messages are made anew.
func create(tx *simkit.Tx, collection string, body simkit.Object) (simkit.Object, error) {
	if err := bodies()[collection].Check(body, "reference"); err != nil {
		return nil, err
	}
	if to, ok := body["to"].(string); ok {
		if _, known := tx.Get("users", to); !known {
			return nil, no(http.StatusNotFound)
		}
	}
	reference := collection + " " + body["reference"].(string)
	if _, id, ok := tx.Owner(reference); ok && collection != "messages" {
		return simkit.Object{"id": id}, nil
	}
	id := collection[:1] + strconv.FormatInt(1000+tx.NextSeq(), 10)
	body["id"] = id
	delete(body, "password")
	if collection == "messages" {
		return simkit.Object{"id": id}, tx.Put(collection, id, body)
	}
	return simkit.Object{"id": id}, tx.Put(collection, id, body, reference)
}

// replace replaces the members that are given.
func replace(tx *simkit.Tx, collection, id string, body simkit.Object) (simkit.Object, error) {
	if err := bodies()[collection].Check(body); err != nil {
		return nil, err
	}
	item, ok := tx.Get(collection, id)
	if !ok {
		return nil, no(http.StatusNotFound)
	}
	next := maps.Clone(item.Object)
	maps.Copy(next, body)
	return simkit.Object{"id": id}, tx.Put(collection, id, next, item.Keys...)
}

// page lists two objects.
func page(tx *simkit.Tx, collection string, r *http.Request) simkit.Object {
	seq, _ := simkit.ParseCursor(r.URL.Query().Get("after"))
	items, next := []any{}, ""
	for _, i := range tx.After(collection, seq) {
		if len(items) == 2 {
			next = simkit.Cursor(seq)
			break
		}
		seq = i.Seq
		items = append(items, i.Object)
	}
	return simkit.Object{"items": items, "next": next}
}

// search lists the messages of a reference.
func search(tx *simkit.Tx, body simkit.Object) simkit.Object {
	found := []any{}
	for _, i := range tx.Items("messages") {
		if i.Object["reference"] == body["reference"] {
			found = append(found, i.Object)
		}
	}
	return simkit.Object{"items": found}
}
