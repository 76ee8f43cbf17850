package geotab

import (
	"context"
	"slices"
	"strconv"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// heldIn reads the fields that a device's custom properties hold, in the types of the read model. A property that is
// there no longer, or may not be seen, holds none.
func (c *call) heldIn(ctx context.Context, has []propertyValue) (map[string]jsontext.Value, error) {
	out := map[string]jsontext.Value{}
	for _, field := range held() {
		if len(has) == 0 || c.session.settings.Text(propertySetting(field)) == "" {
			continue
		}
		p, err := c.property(ctx, propertySetting(field))
		if isOf(err, tsp.Rejected, tsp.Forbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(has, func(v propertyValue) bool { return v.Property.ID == p.ID })
		if i < 0 {
			continue
		}
		if value := readAs(field, has[i].Value); value != nil {
			out[field] = value
		}
	}
	return out, nil
}

// readAs turns a value into the type of the field; nil where it is none of it.
func readAs(field string, value jsontext.Value) jsontext.Value {
	text := string(value)
	if value.Kind() == '"' {
		_ = json.Unmarshal(value, &text)
	}
	switch field {
	case "model_year", "total_axles":
		if _, err := strconv.ParseInt(text, 10, 64); err != nil {
			return nil
		}
		return jsontext.Value(text)
	case "trailer_length":
		if n := jsontext.Value(text); n.IsValid() && n.Kind() == '0' {
			return n
		}
		return nil
	}
	if value.Kind() == 'n' || text == "" {
		return nil
	}
	return jsontext.Value(quoted(text))
}
