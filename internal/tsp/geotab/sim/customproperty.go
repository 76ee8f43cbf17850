package sim

import (
	"cmp"
	"errors"
	"slices"
	"unicode/utf8"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The types of custom properties.
const (
	integerType = "Integer"
	stringType  = "String"
	booleanType = "Boolean"
)

// propertyEntity is Property: a custom property of devices and users, which each database defines for itself. It and
// its set are read only here. Their members are those of Geotab's object model (Property, PropertySet and
// SupportedPropertyType, generated as github.com/fairfleet/geotab 8ee9e1c, read 2026-11-27).
func propertyEntity() *entity {
	return &entity{
		name: "Property", collection: customFields,
		search: filters{"id": byID(), "name": byText("name"), "externalReference": byText("externalReference")},
		sorts:  map[string]string{"id": "id", "name": "name"},
	}
}

// propertySetEntity is PropertySet: properties that belong together.
func propertySetEntity() *entity {
	return &entity{
		name: "PropertySet", collection: fieldSets,
		search: filters{"id": byID(), "name": byText("name"), "externalReference": byText("externalReference")},
		sorts:  map[string]string{"id": "id", "name": "name"},
	}
}

// propertyValues are a device's values of custom properties, in the form in which public programs write and read them:
// {"property":{"id":...,"propertySet":{"id":...}},"value":...}; the object model calls it PropertyValue and does not
// show its members.
func propertyValues() property {
	set := property{kind: objectKind, members: properties{"id": {}}}
	of := property{kind: objectKind, members: properties{"id": {}, "propertySet": set}, needs: []string{"id"}}
	return property{kind: listKind, members: properties{"property": of, "value": {kind: anyKind}}, needs: []string{"property"}}
}

// settlePropertyValues holds values against their properties. A property without a value is left out.
func settlePropertyValues(tx *simkit.Tx, after simkit.Object) error {
	kept := []any{}
	var seen []string
	for _, v := range list(after, "customProperties") {
		given, _ := v.(simkit.Object)
		id := idIn(given["property"])
		i, ok := tx.Get(customFields, id)
		value, has := given["value"]
		switch {
		case !ok:
			return argument("Device.customProperties: there is no property %q", id)
		case slices.Contains(seen, id):
			return argument("Device.customProperties: the property %q is there twice", id)
		case !has:
			continue
		}
		seen = append(seen, id)
		if err := suits(value, i.Object); err != nil {
			return err
		}
		kept = append(kept, simkit.Object{
			"property": simkit.Object{"id": id, "propertySet": i.Object["propertySet"]}, "value": value,
		})
	}
	after["customProperties"] = kept
	return nil
}

func suits(value any, of simkit.Object) error {
	where := "Device.customProperties." + simkit.Text(of, "name")
	switch simkit.Text(of, "propertyType") {
	case integerType:
		if _, ok := value.(int64); !ok {
			return cast(where, "must be an integer")
		}
	case booleanType:
		return cast(where, simkit.Bool(value))
	case stringType:
		text, ok := value.(string)
		most, _ := of["maxLength"].(int64)
		switch {
		case !ok:
			return cast(where, "must be a string")
		case utf8.RuneCountInString(text) > int(most):
			return argument("%s exceeds the maximum length of %d characters", where, most)
		}
	}
	return nil
}

// seedProperties makes the property set b1 and its properties, from b1 on in this order.
func seedProperties(tx *simkit.Tx) error {
	set := simkit.Object{"id": "b1", "name": "Asset details", "externalReference": "", "groups": refsTo(companyRoot)}
	var all []any
	var wrong error
	for n, one := range []struct{ name, kind string }{
		{"Make", stringType}, {"Model", stringType}, {"Year", integerType}, {"Status", stringType}, {"Axles", integerType},
		{"TMS number", stringType}, {"Plate country", stringType}, {"Trailer type", stringType}, {"Trailer length", stringType},
		{"Leased", booleanType},
	} {
		id := idOf(int64(n + 1))
		all = append(all, refTo(id))
		wrong = cmp.Or(wrong, tx.Put(customFields, id, simkit.Object{
			"id": id, "name": one.name, "propertyType": one.kind, "propertySet": refTo("b1"), "entityTypes": []any{"Device"},
			"isVisible": true, "minLength": int64(0), "maxLength": int64(1000), "externalReference": "",
		}))
	}
	set["properties"] = all
	return errors.Join(wrong, tx.Put(fieldSets, "b1", set))
}
