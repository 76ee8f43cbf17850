package geotab

import (
	"slices"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// tell tells of an entity as it is before it is changed. What needs another call to be read is told of none: the groups of
// a device are nothing that is written, but what its custom properties hold is.
func (c *call) tell(w tsp.Write, collection string, as jsontext.Value) {
	if w.Read == nil {
		return
	}
	fields, err := c.bare(w.Kind, as)
	if err != nil || fields == nil {
		return
	}
	w.Read(tsp.Record{Collection: collection, SourceID: w.Target, Fields: fields, Source: as})
}

// bare are the fields that an entity tells by itself; nil where properties hold some of them.
func (c *call) bare(kind resource.Kind, as jsontext.Value) (jsontext.Value, error) {
	if kind == resource.KindUser {
		var u userRead
		if err := json.Unmarshal(as, &u); err != nil {
			return nil, err
		}
		return json.Marshal(c.person(u), json.Deterministic(true))
	}
	if slices.ContainsFunc(held(), func(field string) bool { return c.session.settings.Text(propertySetting(field)) != "" }) {
		return nil, nil
	}
	var d deviceRead
	if err := json.Unmarshal(as, &d); err != nil {
		return nil, err
	}
	return json.Marshal(d.called(kind == resource.KindTrailer, c.session.adapter.now()), json.Deterministic(true))
}
