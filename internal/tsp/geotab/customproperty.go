package geotab

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// held are the fields that Geotab has no member for, and that a custom property of devices may hold: each database
// defines its own properties, so that settings name them.
func held() []string {
	return []string{"oem", "model_type", "model_year", "license_plate_country", "status", "total_axles", "external_id",
		"trailer_type", "trailer_length"}
}

// propertySetting is the setting that names the custom property of a field.
func propertySetting(field string) string { return field + "_property" }

func propertySettings() []tsp.Setting {
	var all []tsp.Setting
	for _, field := range held() {
		all = append(all, tsp.Setting{Key: propertySetting(field), Type: tsp.TextSetting,
			Label: "Custom property of devices that holds " + field + " (its name or id); not sent without it"})
	}
	return all
}

// inProperty is the use of a field that only a custom property can hold.
func inProperty(field string, otherwise tsp.FieldUse) tsp.FieldUse {
	return otherwise.With(propertySetting(field), "", tsp.Sent())
}

// property is a Property of Geotab's object model.
type property struct {
	ID   resource.SourceID `json:"id"`
	Name string            `json:"name"`
	Set  looseRef          `json:"propertySet"`
	// Type is Integer, String or Boolean, and Most the longest text in characters; 0 is not known.
	Type string `json:"propertyType"`
	Most int    `json:"maxLength"`
}

// foreseenType is that of a property in a preview, of which only Geotab can tell the type.
const foreseenType = "foreseen"

// propertyValue is one value of a Device's customProperties. The object model does not show its members; this is
// how public programs write and read it ("FleetBridge" for MyGeotab, update_device_properties, read 2026-11-27).
type propertyValue struct {
	Property struct {
		ID  resource.SourceID `json:"id"`
		Set *ref              `json:"propertySet,omitzero"`
	} `json:"property"`
	Value jsontext.Value `json:"value"`
}

// properties are all that the database defines.
func (c *call) properties(ctx context.Context) ([]property, error) {
	return c.session.properties.get(c.session.adapter.now(), "", func() ([]property, error) {
		return query[property](ctx, c, map[string]any{"typeName": "Property", "resultsLimit": maxFound}, "Property")
	})
}

// property finds the one that a setting names by its id or name.
func (c *call) property(ctx context.Context, key string) (property, error) {
	all, err := c.properties(ctx)
	if id, previewed := tsp.Awaited("property", err); previewed {
		return property{ID: resource.SourceID(id), Type: foreseenType}, nil
	}
	if err != nil {
		return property{}, err
	}
	named := c.session.settings.Text(key)
	for _, is := range []func(property) bool{
		func(p property) bool { return string(p.ID) == named }, func(p property) bool { return p.Name == named },
	} {
		if i := slices.IndexFunc(all, is); i >= 0 {
			return all[i], nil
		}
	}
	return property{}, &tsp.Error{Class: tsp.Rejected, Setting: key,
		Message: "settings." + key + ": Geotab has no custom property " + quoted(named)}
}

// values are what the write gives for custom properties. null clears one.
func (c *call) values(ctx context.Context, w tsp.Write) ([]propertyValue, error) {
	var all []propertyValue
	for _, name := range held() {
		key, field := propertySetting(name), w.Schema.Field(name)
		if field == nil || c.session.settings.Text(key) == "" || field.State(w.Payload) == resource.Absent {
			continue
		}
		p, err := c.property(ctx, key)
		if err != nil {
			return nil, err
		}
		one := propertyValue{Value: jsontext.Value("null")}
		one.Property.ID = p.ID
		if p.Set != "" {
			one.Property.Set = refTo(resource.SourceID(p.Set))
		}
		if field.State(w.Payload) == resource.Set {
			if one.Value, err = p.encode(field.Show(w.Payload), key); err != nil {
				return nil, err
			}
		}
		all = append(all, one)
	}
	return all, nil
}

// givesProperty tells whether the write gives a value for a custom property.
func givesProperty(w tsp.Write) bool {
	return slices.ContainsFunc(held(), func(name string) bool {
		field := w.Schema.Field(name)
		return field != nil && w.Settings.Text(propertySetting(name)) != "" && field.State(w.Payload) != resource.Absent
	})
}

// encode writes a value in the property's type.
func (p property) encode(text, key string) (jsontext.Value, error) {
	cannot := func(why string) error {
		return &tsp.Error{Class: tsp.Rejected, Setting: key, Message: "Geotab's custom property " + quoted(p.Name) + " " + why +
			", so that it cannot hold " + quoted(resource.Excerpt(text)) + "; name another in settings." + key}
	}
	switch {
	case p.Type == "Integer":
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, cannot("holds whole numbers")
		}
		return jsontext.Value(strconv.FormatInt(n, 10)), nil
	case p.Type == foreseenType:
		return jsontext.Value(quoted(string(p.ID))), nil
	case p.Type == "Boolean":
		return nil, cannot("holds true and false")
	case p.Most > 0 && utf8.RuneCountInString(text) > p.Most:
		return nil, cannot(fmt.Sprintf("holds %d characters", p.Most))
	}
	return jsontext.Value(quoted(text)), nil
}

// merged puts values in place of those that a device has for the same properties, because Set replaces the list.
func merged(has, values []propertyValue) []propertyValue {
	out := slices.Clone(has)
	for _, one := range values {
		i := slices.IndexFunc(out, func(v propertyValue) bool { return v.Property.ID == one.Property.ID })
		if i < 0 {
			out = append(out, one)
		} else {
			out[i] = one
		}
	}
	return out
}
