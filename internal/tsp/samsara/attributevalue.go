package samsara

import (
	"slices"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

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
	case foreseenType: // Only Samsara can tell how the value is written.
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
