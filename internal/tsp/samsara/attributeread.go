package samsara

import (
	"strconv"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// withAttributes reads, beside what a form reads, the fields that attributes hold.
func withAttributes(f form, of string, s tsp.Settings) form {
	read := f.read
	f.read = func(source jsontext.Value) (tsp.Record, error) {
		r, err := read(source)
		var has struct {
			Attributes []attributeValue `json:"attributes"`
		}
		if err != nil || json.Unmarshal(source, &has) != nil || len(has.Attributes) == 0 {
			return r, err
		}
		fields := map[string]jsontext.Value{}
		if err := json.Unmarshal(r.Fields, &fields); err != nil {
			return r, err
		}
		for _, name := range held(of) {
			for _, v := range has.Attributes {
				if named := s.Text(attributeSetting(name)); named != "" && v.is(named) {
					if value := readAs(name, v.text()); value != nil {
						fields[name] = value
					}
				}
			}
		}
		r.Fields, err = json.Marshal(fields, json.Deterministic(true))
		return r, err
	}
	return f
}

// readAs turns a value into the type of the field; nil where it is none of it.
func readAs(name, text string) jsontext.Value {
	switch name {
	case "total_axles":
		if _, err := strconv.ParseInt(text, 10, 64); err != nil {
			return nil
		}
		return jsontext.Value(text)
	case "license_expiration":
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			return nil
		}
	}
	quoted, err := jsontext.AppendQuote(nil, text)
	if err != nil || text == "" {
		return nil
	}
	return quoted
}
