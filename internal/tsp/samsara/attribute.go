package samsara

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const attributesPath = "/attributes"

// The kinds of records that have attributes, as Samsara calls them. Trailers are assets too, but their list leaves
// attributes out.
const (
	ofAssets  = "asset"
	ofDrivers = "driver"
)

// held are the fields that Samsara has no member for and that an attribute may hold. Each organization defines its own
// (https://developers.samsara.com/docs/custom-attributes-guide, 2026-11-27), so that settings name them.
func held(of string) []string {
	switch of {
	case ofAssets:
		return []string{"license_plate_region", "license_plate_country", "status", "engine_vin", "total_axles", "engine_type"}
	case ofDrivers:
		return []string{"user_designation", "country_code", "license_country", "license_expiration"}
	}
	return nil
}

// attributeSetting is the setting that names the attribute of a field.
func attributeSetting(field string) string { return field + "_attribute" }

func attributeSettings() []tsp.Setting {
	var all []tsp.Setting
	for _, of := range []string{ofAssets, ofDrivers} {
		for _, field := range held(of) {
			all = append(all, tsp.Setting{Key: attributeSetting(field), Type: tsp.TextSetting,
				Label: "Attribute of " + of + "s that holds " + field + " (its name or id); not sent without it"})
		}
	}
	return all
}

// inAttribute is the use of fields that only attributes can hold.
func inAttribute(uses tsp.Uses, of string) {
	for _, field := range held(of) {
		sent := tsp.Sent().NotNull()
		if field == "license_plate_region" || field == "engine_vin" || field == "user_designation" {
			sent = sent.Length(1, 0)
		}
		uses[field] = tsp.Dropped("its "+of+"s have no such field; the connection's setting "+attributeSetting(field)+" names an attribute that holds it").
			With(attributeSetting(field), "", sent)
	}
}

// attribute is what an organization defines.
type attribute struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Type is single-select, multi-select, text, freeform-multi-select, number or date.
	Type string `json:"attributeType"`
}

// attributeValue is an attribute of one record: in answers with both names, in requests with the id.
type attributeValue struct {
	ID      string    `json:"id,omitzero"`
	Name    string    `json:"name,omitzero"`
	Texts   []string  `json:"stringValues,omitzero"`
	Numbers []float64 `json:"numberValues,omitzero"`
	Dates   []string  `json:"dateValues,omitzero"`
}

func (v attributeValue) is(named string) bool { return v.ID == named || v.Name == named }

// text is the first value; "" if there is none.
func (v attributeValue) text() string {
	switch {
	case len(v.Texts) > 0:
		return v.Texts[0]
	case len(v.Dates) > 0:
		return v.Dates[0]
	case len(v.Numbers) > 0:
		return strconv.FormatFloat(v.Numbers[0], 'f', -1, 64)
	}
	return ""
}

// attributes remembers what organizations define, for assets and for drivers.
type attributes map[string]*rest.Kept[[]attribute]

func newAttributes() attributes {
	all := attributes{}
	for _, of := range []string{ofAssets, ofDrivers} {
		all[of] = &rest.Kept[[]attribute]{Life: 10 * time.Minute, Load: func(ctx context.Context, send rest.Send) ([]attribute, error) {
			var found []attribute
			err := pages(ctx, send, attributesPath, url.Values{"entityType": {of}}, func(one attribute) bool {
				found = append(found, one)
				return false
			})
			return found, err
		}}
	}
	return all
}

// named finds the attribute that a setting names.
func (all attributes) named(ctx context.Context, send rest.Send, of, key, named string) (attribute, error) {
	known, err := all[of].Get(ctx, send)
	if err != nil {
		return attribute{}, err
	}
	if i := slices.IndexFunc(known, func(a attribute) bool { return a.ID == named || a.Name == named }); i >= 0 {
		return known[i], nil
	}
	return attribute{}, &tsp.Error{Class: tsp.Rejected, Setting: key,
		Message: "settings." + key + ": Samsara has no attribute " + strconv.Quote(named) + " of " + of + "s"}
}

// values are what a write gives for attributes.
func (all attributes) values(ctx context.Context, send rest.Send, of string, w tsp.Write) ([]attributeValue, error) {
	var out []attributeValue
	for _, name := range held(of) {
		key := attributeSetting(name)
		named := w.Settings.Text(key)
		if named == "" {
			continue
		}
		field := w.Schema.Field(name)
		if field == nil || field.State(w.Payload) != resource.Set {
			continue
		}
		a, err := all.named(ctx, send, of, key, named)
		if err != nil {
			return nil, err
		}
		value, err := a.encode(field.Show(w.Payload), key)
		if err != nil {
			return nil, err
		}
		out = append(out, value)
	}
	return out, nil
}

// givesAttribute tells whether a write gives a value for an attribute.
func givesAttribute(of string, w tsp.Write) bool {
	return slices.ContainsFunc(held(of), func(name string) bool {
		field := w.Schema.Field(name)
		return field != nil && w.Settings.Text(attributeSetting(name)) != "" && field.State(w.Payload) == resource.Set
	})
}

// encode writes a value in the attribute's type.
func (a attribute) encode(text, key string) (attributeValue, error) {
	v := attributeValue{ID: a.ID}
	switch a.Type {
	case "number":
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return v, &tsp.Error{Class: tsp.Rejected, Setting: key, Message: "Samsara's attribute " + strconv.Quote(a.Name) +
				" holds numbers, and " + strconv.Quote(text) + " is none; name one for texts in settings." + key}
		}
		v.Numbers = []float64{n}
	case "date":
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			return v, &tsp.Error{Class: tsp.Rejected, Setting: key, Message: "Samsara's attribute " + strconv.Quote(a.Name) +
				" holds dates, and " + strconv.Quote(text) + " is none; name one for texts in settings." + key}
		}
		v.Dates = []string{text}
	default:
		v.Texts = []string{text}
	}
	return v, nil
}

// merged puts values over those that a record has, all of which are sent: the list replaces the record's whole set (of
// assets by Samsara's SDK 14.7.0, of trailers by the OpenAPI document; of vehicles and drivers nothing is said).
func merged(has, values []attributeValue) []attributeValue {
	if len(values) == 0 {
		return nil
	}
	var out []attributeValue
	for _, one := range has {
		sent := attributeValue{ID: one.ID, Texts: one.Texts, Numbers: one.Numbers, Dates: one.Dates}
		if i := slices.IndexFunc(values, func(v attributeValue) bool { return v.ID == one.ID }); i >= 0 {
			sent = values[i]
		}
		out = append(out, sent)
	}
	for _, v := range values {
		if !slices.ContainsFunc(has, func(one attributeValue) bool { return one.ID == v.ID }) {
			out = append(out, v)
		}
	}
	return out
}
