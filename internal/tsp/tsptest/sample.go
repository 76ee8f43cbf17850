package tsptest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// samples returns at least two JSON values of a field that suit its use, the sample first. An
// empty first one leaves the field out of the samples.
func (s *suite) samples(c tsp.Capability, f *resource.Field, use tsp.FieldUse) []string {
	for _, key := range []string{c.String() + "." + f.Name, f.Name} {
		if v, ok := s.config.Values[key]; ok {
			return v
		}
	}
	values := familiar()[f.Name]
	if values == nil || use.Values != nil || f.Type == resource.Enum || f.Type == resource.Enums {
		values = typical(f, use)
	}
	if f.Type == resource.Text && use.Values == nil {
		values = fitted(values, use)
	}
	if use.Use == tsp.UseRejected {
		first := ""
		if use.Unless != nil {
			first = strconv.FormatBool(*use.Unless)
			values = []string{strconv.FormatBool(!*use.Unless)}
		}
		values = append([]string{first}, values...)
	}
	return values
}

// familiar are values of fields that have a form which their type does not tell.
func familiar() map[string][]string {
	return map[string][]string{
		"vin":                      {`"1FUJA6BD31LJ09646"`, `"1HGBH41JXMN109186"`},
		"engine_vin":               {`"1FUJA6BD31LJ09646"`, `"1HGBH41JXMN109186"`},
		"model_year":               {"2021", "2022"},
		"total_axles":              {"3", "2"},
		"username":                 {`"ada.lovelace"`, `"grace.hopper"`},
		"user_email":               {`"ada.lovelace@example.com"`, `"grace.hopper@example.com"`},
		"first_name":               {`"Ada"`, `"Grace"`},
		"last_name":                {`"Lovelace"`, `"Hopper"`},
		"phone_number":             {`"+15558234327"`, `"+15558234391"`},
		"license_region":           {`"CA"`, `"TX"`},
		"license_number":           {`"D1234567"`, `"T7654321"`},
		"license_expiration":       {`"2031-05-31"`, `"2032-06-30"`},
		"license_plate_region":     {`"CA"`, `"TX"`},
		"license_plate_number":     {`"XHK1234"`, `"7ABC123"`},
		"eld_serial_number":        {`"G9A1B2C3D4E5"`, `"G9A1B2C3D4F6"`},
		"carrier_number":           {`"98231"`, `"98232"`},
		"transaction_jurisdiction": {`"CA"`, `"TX"`},
		"currency":                 {`"USD"`, `"CAD"`},
		"odometer_unit":            {`"miles"`, `"kilometers"`},
		"fuel_unit":                {`"liters"`, `"gallons"`},
		"fuel_capacity":            {`"200"`, `"180"`},
		"latitude":                 {"37.5", "38.25"},
		"longitude":                {"-122.25", "-121.5"},
		"ended_at":                 {`"2026-11-23T11:40:00Z"`, `"2026-11-23T11:50:00Z"`},
	}
}

// typical are values of a field's type.
func typical(f *resource.Field, use tsp.FieldUse) []string {
	switch f.Type {
	case resource.Text:
		if use.Values != nil {
			return quotedAll(use.Values)
		}
		if f.Pattern != nil {
			return []string{`"USA"`, `"CAN"`}
		}
		return []string{`"` + f.Name + ` one"`, `"` + f.Name + ` two"`}
	case resource.Enum:
		return quotedAll(allowed(f, use))
	case resource.Enums:
		all := quotedAll(allowed(f, use))
		return []string{"[" + all[0] + "]", "[" + strings.Join(all[1:min(3, len(all))], ",") + "]"}
	case resource.Boolean:
		return []string{"true", "false"}
	case resource.Integer:
		return []string{"3", "2"}
	case resource.DateTime:
		return []string{`"2026-11-23T10:00:00Z"`, `"2026-11-23T11:30:00Z"`}
	case resource.Date:
		return []string{`"2026-11-22"`, `"2026-11-23"`}
	case resource.Money:
		return []string{"412.5", `"98.75"`}
	}
	return []string{"120.5", "98.25"}
}

func allowed(f *resource.Field, use tsp.FieldUse) []string {
	if use.Values == nil {
		return f.Values
	}
	return slices.DeleteFunc(slices.Clone(f.Values), func(v string) bool { return !slices.Contains(use.Values, v) })
}

func quotedAll(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = quoted(v)
	}
	return out
}

// quoted spells a text as JSON.
func quoted(text string) string {
	out, _ := jsontext.AppendQuote(nil, text)
	return string(out)
}

// unquoted is the text of a JSON value; the value as it is if it is none.
func unquoted(value string) string {
	out, err := jsontext.AppendUnquote(nil, value)
	if err != nil {
		return value
	}
	return string(out)
}

// fitted pads or cuts texts to the bounds of a use, and keeps them different.
func fitted(values []string, use tsp.FieldUse) []string {
	out := make([]string, len(values))
	for i, v := range values {
		text := []rune(unquoted(v))
		for n := 0; len(text) < use.Least; n++ {
			text = append(text, []rune(fmt.Sprint(i+1))...)
		}
		if over := len(text) - use.Most; use.Most > 0 && over > 0 {
			tail := min(3, use.Most) // what makes the values differ
			text = append(text[:use.Most-tail:use.Most-tail], text[len(text)-tail:]...)
		}
		out[i] = quoted(string(text))
	}
	return out
}
