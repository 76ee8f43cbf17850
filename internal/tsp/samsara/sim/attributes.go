package sim

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// attributes are what an organization defines beyond Samsara's own members, for assets or for drivers.
const attributes = "attributes"

const (
	ofAssets  = "asset"
	ofDrivers = "driver"
)

var (
	attributeFilters  = []string{"entityType", "limit", "after"}
	attributeRequired = []string{"attributeType", "entityType", "name"}
)

// definitionShape is the body of POST /attributes, without the entities that it can be given to at once.
func definitionShape() simkit.Shape {
	return simkit.Shape{
		"attributeType": simkit.Enum("single-select", "multi-select", "text", "freeform-multi-select", "number", "date"),
		"entityType":    simkit.Enum(ofDrivers, ofAssets), "name": simkit.String(1, 0), "unit": simkit.String(1, 0),
		"numberValues": simkit.List(simkit.Number), "stringValues": simkit.List(simkit.String(0, 0)),
	}
}

func postAttribute(tx *simkit.Tx, c *simkit.Call) (any, error) {
	i, err := defineAttribute(tx, c.Body)
	if err != nil {
		return nil, err
	}
	o := maps.Clone(i.Object)
	o["entities"] = []any{}
	return data(o), nil
}

func defineAttribute(tx *simkit.Tx, o simkit.Object) (*simkit.Item, error) {
	id := fmt.Sprintf("23d4d8d3-dc10-4e7a-a183-%012d", tx.NextSeq())
	o = merge(o, simkit.Object{"id": id})
	if err := tx.Put(attributes, id, o, "attribute "+simkit.Text(o, "entityType")+" "+simkit.Text(o, "name")); err != nil {
		return nil, err
	}
	i, _ := tx.Get(attributes, id)
	return i, nil
}

func listAttributes(tx *simkit.Tx, c *simkit.Call) (any, error) {
	of := c.Query.Get("entityType")
	if of != ofDrivers && of != ofAssets {
		return nil, simkit.Invalid("entityType is required and must be driver or asset")
	}
	keep := func(i *simkit.Item) bool { return simkit.Text(i.Object, "entityType") == of }
	return listing{attributes, pageSize, keep, showStored}.page(tx, c)
}

// attributeShape is a list of attributes as every write takes it.
func attributeShape() simkit.Rule {
	return simkit.List(simkit.Nested(simkit.Shape{
		"id": simkit.String(1, 0), "name": simkit.String(1, 0),
		"numberValues": simkit.List(simkit.Number), "stringValues": simkit.List(simkit.String(0, 0)),
		"dateValues": simkit.List(simkit.Matching("a date like 2026-01-31", fullDate.MatchString)),
	}))
}

// withAttributes gives the attributes of a body the ids and names that replies show, in the order of their ids.
// That values must be of the type of the attribute is a reading of the document.
func withAttributes(tx *simkit.Tx, of string, body simkit.Object) (simkit.Object, error) {
	given, ok := body["attributes"].([]any)
	if !ok {
		return body, nil
	}
	var shown []any
	for _, v := range given {
		one, _ := v.(simkit.Object)
		defined := definition(tx, of, one)
		if defined == nil {
			return nil, simkit.Invalid("attributes: there is no attribute %q of a %s", simkit.Text(one, "name")+simkit.Text(one, "id"), of)
		}
		for member := range one {
			if strings.HasSuffix(member, "Values") && member != valuesMember(simkit.Text(defined.Object, "attributeType")) {
				return nil, simkit.Invalid("attributes: %s takes no %s", simkit.Text(defined.Object, "name"), member)
			}
		}
		shown = append(shown, merge(one, simkit.Object{"id": defined.ID, "name": defined.Object["name"]}))
	}
	slices.SortFunc(shown, func(a, b any) int {
		return strings.Compare(simkit.Text(a.(simkit.Object), "id"), simkit.Text(b.(simkit.Object), "id"))
	})
	return merge(body, simkit.Object{"attributes": shown}), nil
}

func valuesMember(kind string) string {
	switch kind {
	case "number":
		return "numberValues"
	case "date":
		return "dateValues"
	}
	return "stringValues"
}

// definition finds the attribute that a value names by its id or name.
func definition(tx *simkit.Tx, of string, value simkit.Object) *simkit.Item {
	all := tx.Items(attributes)
	i := slices.IndexFunc(all, func(i *simkit.Item) bool {
		return simkit.Text(i.Object, "entityType") == of &&
			(i.ID == simkit.Text(value, "id") || simkit.Text(i.Object, "name") == simkit.Text(value, "name"))
	})
	if i < 0 {
		return nil
	}
	return all[i]
}

func seedAttributes(tx *simkit.Tx) error {
	var all []error
	for _, o := range []simkit.Object{
		{"entityType": ofAssets, "attributeType": "text", "name": "Plate state"},
		{"entityType": ofAssets, "attributeType": "text", "name": "Plate country"},
		{"entityType": ofAssets, "attributeType": "text", "name": "Availability"},
		{"entityType": ofAssets, "attributeType": "text", "name": "Fuel"},
		{"entityType": ofAssets, "attributeType": "text", "name": "Engine number"},
		{"entityType": ofAssets, "attributeType": "number", "name": "Axles", "unit": "NO_UNIT"},
		{"entityType": ofAssets, "attributeType": "number", "name": "Length", "unit": "METER"},
		{"entityType": ofAssets, "attributeType": "date", "name": "Inspected on"},
		{"entityType": ofDrivers, "attributeType": "text", "name": "Job title"},
		{"entityType": ofDrivers, "attributeType": "text", "name": "Country"},
		{"entityType": ofDrivers, "attributeType": "text", "name": "License country"},
		{"entityType": ofDrivers, "attributeType": "date", "name": "License expires"},
	} {
		_, err := defineAttribute(tx, o)
		all = append(all, err)
	}
	return errors.Join(all...)
}
