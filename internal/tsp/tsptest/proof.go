package tsptest

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// proof is what one written field must read back as.
type proof struct {
	field string
	// want is what was written, for messages.
	want string
	// shown returns what the record shows of the field, as text; "" if nothing.
	shown func(fields map[string]jsontext.Value, r tsp.Record) string
	same  func(got string) bool
}

// proofs are those of the fields of a draft that reach the TSP and that the read model has. null says
// nothing of what a TSP shows instead.
func (f form) proofs(d draft) []proof {
	dropped := f.action.Apply(f.t.suite.spec.DisplayName, f.schema, f.payload(d), f.settings).Dropped()
	var all []proof
	for _, field := range f.fields() {
		use, sent := f.action.Uses[field.Name], d[field.Name]
		if sent == "" || sent == "null" || slices.Contains(dropped, field.Name) || use.Use != tsp.UseSent && use.Use != tsp.UseRequired {
			continue
		}
		e := proof{field: field.Name, want: sent, shown: memberShown(field.Name)}
		switch {
		case field.Ref != nil:
			e = f.reference(field, d)
		case f.log() && !f.measure(&e, d):
			continue
		case e.same == nil:
			e.same = f.comparison(field, sent)
		}
		if _, shown := readModel(f.c.Kind)[field.Name]; shown || field.Ref != nil || f.log() && e.same != nil {
			all = append(all, e)
		}
	}
	return all
}

// memberShown shows a member of the read model.
func memberShown(name string) func(map[string]jsontext.Value, tsp.Record) string {
	return func(fields map[string]jsontext.Value, _ tsp.Record) string { return string(fields[name]) }
}

// comparison compares values of a field's type; what the config names as written in capitals may differ in case.
func (f form) comparison(field *resource.Field, sent string) func(string) bool {
	switch {
	case slices.Contains(f.t.suite.config.Capitals, field.Name):
		return func(got string) bool { return strings.EqualFold(unquoted(got), unquoted(sent)) }
	case field.Type == resource.Decimal || field.Type == resource.Money:
		return near(resource.Number(unquoted(sent)).Rat(), 1e-6)
	case field.Type == resource.Enums:
		return func(got string) bool { return sameList(got, sent) }
	}
	return func(got string) bool { return sameValue(got, sent) }
}

// measure gives a field of a log the place and the form in which read models have it: distances in metres,
// volumes in litres, places as points. It returns false where nothing can be told.
func (f form) measure(e *proof, d draft) bool {
	const rounding = 1e-3 // TSPs keep whole metres and tenths of litres.
	number := func() resource.Number { return resource.Number(unquoted(e.want)) }
	model := readModel(f.c.Kind)
	switch e.field {
	case "odometer":
		metres := number().Metres(unquoted(d["odometer_unit"]))
		e.same = near(metres, rounding)
		return metres != nil
	case "fuel_volume":
		litres := number().Litres(unquoted(d["fuel_volume_unit"]))
		e.same = near(litres, rounding)
		return litres != nil
	case "latitude", "longitude":
		e.same, e.shown = near(number().Rat(), 1e-5), coordinate(map[string]int{"longitude": 0, "latitude": 1}[e.field])
		return d["latitude"] != "" && d["longitude"] != ""
	case "occurred_at", "transaction_time":
		want, err := time.Parse(time.RFC3339Nano, unquoted(e.want))
		e.shown = func(_ map[string]jsontext.Value, r tsp.Record) string {
			return quoted(r.OccurredAt.UTC().Format(time.RFC3339Nano))
		}
		e.same = func(got string) bool {
			at, bad := time.Parse(time.RFC3339Nano, unquoted(got))
			return bad == nil && at.Truncate(time.Second).Equal(want.Truncate(time.Second))
		}
		return err == nil
	}
	_, shown := model[e.field]
	return shown
}

// near compares numbers, in text or not, up to a relative difference.
func near(want *big.Rat, within float64) func(string) bool {
	return func(got string) bool {
		have, ok := new(big.Rat).SetString(unquoted(got))
		if !ok || want == nil {
			return false
		}
		a, _ := have.Float64()
		b, _ := want.Float64()
		return a-b <= within*max(b, 1) && b-a <= within*max(b, 1)
	}
}

// coordinate shows one of a GeoJSON point's.
func coordinate(n int) func(map[string]jsontext.Value, tsp.Record) string {
	return func(fields map[string]jsontext.Value, _ tsp.Record) string {
		var point struct {
			Coordinates []float64 `json:"coordinates"`
		}
		if json.Unmarshal(fields["location"], &point) != nil || len(point.Coordinates) <= n {
			return ""
		}
		return strconv.FormatFloat(point.Coordinates[n], 'f', -1, 64)
	}
}

// reference demands that the record names those that the field names.
func (f form) reference(field *resource.Field, d draft) proof {
	var want []string
	for _, id := range f.refs(d)[field.Name] {
		want = append(want, string(id))
	}
	slices.Sort(want)
	text := strings.Join(slices.Compact(want), ", ")
	return proof{field: field.Name, want: text,
		shown: func(_ map[string]jsontext.Value, r tsp.Record) string {
			var names []string
			for _, one := range r.Names[field.Name] {
				names = append(names, string(one.SourceID))
			}
			slices.Sort(names)
			return strings.Join(slices.Compact(names), ", ")
		},
		same: func(got string) bool { return got == text },
	}
}

// sameList compares lists whatever their order.
func sameList(a, b string) bool {
	var x, y []string
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(slices.Compact(x), slices.Compact(y))
}
