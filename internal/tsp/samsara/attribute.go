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
		key := attributeSetting(field)
		uses[field] = tsp.Dropped("its "+of+"s have no such field; the connection's setting "+key+" names an attribute that holds it").
			With(key, "", sent)
	}
}

// attribute is what an organization defines.
type attribute struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Type is single-select, multi-select, text, freeform-multi-select, number or date.
	Type string `json:"attributeType"`
}

// foreseenType is that of an attribute in a preview, of which only Samsara can tell the type.
const foreseenType = "foreseen"

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
	if id, previewed := tsp.Awaited("attribute", err); previewed {
		return attribute{ID: id, Type: foreseenType}, nil
	}
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
