package tsptest

import (
	"cmp"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// bodies are the shapes of what can be written.
func bodies() map[string]simkit.Shape {
	return map[string]simkit.Shape{
		"vehicles": {"name": simkit.String(1, 40), "vin": simkit.String(11, 17), "licensePlate": simkit.String(0, 12), "notes": simkit.String(0, 0),
			"isActive": simkit.Bool, "color": simkit.String(0, 0), "shade": simkit.String(0, 0), "reference": simkit.String(1, 0)},
		"users": {"name": simkit.String(1, 60), "password": simkit.String(8, 0), "group": simkit.String(1, 0), "reference": simkit.String(1, 0)},
		"inspections": {"vehicle": simkit.String(1, 0), "type": simkit.String(1, 0), "safe": simkit.Bool, "at": simkit.String(1, 0), "count": simkit.Integer,
			"odometer": simkit.String(1, 0), "defects": simkit.List(simkit.String(1, 0)), "reference": simkit.String(1, 0)},
		"messages": {"from": simkit.String(1, 0), "to": simkit.String(1, 0), "text": simkit.String(1, 160), "reference": simkit.String(1, 0)},
	}
}

// create keeps a new object, or finds the one of the same reference. Messages are made anew, and need none.
func create(tx *simkit.Tx, collection string, body simkit.Object) (simkit.Object, error) {
	required := map[string]string{"messages": "text"}
	if err := bodies()[collection].Check(body, cmp.Or(required[collection], "reference")); err != nil {
		return nil, err
	}
	for _, member := range []string{"from", "to"} {
		id, given := body[member].(string)
		if _, known := tx.Get("users", id); given && !known {
			return nil, no(http.StatusNotFound)
		}
	}
	if id, given := body["vehicle"].(string); given {
		if _, known := tx.Get("vehicles", id); !known {
			return nil, no(http.StatusNotFound)
		}
	}
	if collection == "messages" {
		id := "m" + strconv.FormatInt(1000+tx.NextSeq(), 10)
		body["id"] = id
		if err := tx.Put(collection, id, body); err != nil {
			return nil, err
		}
		item, _ := tx.Get(collection, id)
		return message(item), nil
	}
	reference := collection + " " + body["reference"].(string)
	if _, id, ok := tx.Owner(reference); ok {
		return simkit.Object{"id": id}, nil
	}
	id := collection[:1] + strconv.FormatInt(1000+tx.NextSeq(), 10)
	body["id"] = id
	delete(body, "password")
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

// search lists the messages of a reference, or those since a time.
func search(tx *simkit.Tx, body simkit.Object) (simkit.Object, error) {
	since, err := time.Parse(time.RFC3339, cmp.Or(simkit.Text(body, "since"), time.Time{}.Format(time.RFC3339)))
	if err != nil {
		return nil, no(http.StatusBadRequest)
	}
	found := []any{}
	for _, i := range tx.Items("messages") {
		if reference := simkit.Text(body, "reference"); !i.At.Before(since) && (reference == "" || i.Object["reference"] == reference) {
			found = append(found, message(i))
		}
	}
	return simkit.Object{"items": found}, nil
}

// message is one as it is shown.
func message(i *simkit.Item) simkit.Object {
	shown := maps.Clone(i.Object)
	shown["at"] = i.At.UTC().Format(time.RFC3339)
	return shown
}
