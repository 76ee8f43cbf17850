package samsara_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/samsara"
)

// sample returns the nth valid JSON value of a field. Texts have a length that Samsara's
// shortest and longest rules allow.
func sample(f *resource.Field, n int) string {
	switch {
	case f.Name == "is_active":
		return "true"
	case f.Pattern != nil:
		return fmt.Sprintf(`"US%d"`, n)
	case f.Type == resource.Text:
		return fmt.Sprintf(`"sample %04d"`, n)
	case f.Type == resource.Enum:
		return `"` + f.Values[n] + `"`
	case f.Type == resource.Boolean:
		return fmt.Sprint(n%2 == 0)
	case f.Type == resource.UUID:
		return fmt.Sprintf(`"01890a5d-ac96-774b-bcce-%012d"`, n)
	}
	return fmt.Sprint(n)
}

// encoded returns the request that a write of these members makes.
func encoded(t *testing.T, c tsp.Capability, members map[string]string) string {
	t.Helper()
	var body strings.Builder
	for i, name := range slices.Sorted(maps.Keys(members)) {
		body.WriteString([]string{"{", ","}[min(i, 1)] + `"` + name + `":` + members[name])
	}
	if body.Len() == 0 {
		body.WriteString("{")
	}
	w := write(t, c, body.String()+"}")
	w.Refs = resource.Refs{}
	for _, f := range w.Schema.References() {
		for _, id := range f.IDs(w.Payload) {
			w.Refs[f.Name] = []resource.SourceID{resource.SourceID(strings.TrimLeft(id.String()[24:], "0"))}
		}
	}
	// The answer does not fit every driver, and only the request matters here.
	s, r := session(t, succeed)
	_, _ = s.Write(t.Context(), w)
	return string(dump(r.requests))
}

func TestTheRequestChangesWithAFieldIfAndOnlyIfItIsSent(t *testing.T) {
	t.Parallel()
	for c, action := range samsara.New().Spec().Actions {
		schema, _ := resource.For(c.Kind, c.Verb)
		base := map[string]string{}
		for i := range schema.Fields {
			if f := &schema.Fields[i]; f.Name != "connection_id" {
				base[f.Name] = sample(f, 1)
			}
		}
		want := encoded(t, c, base)
		for i := range schema.Fields {
			f := &schema.Fields[i]
			if f.Name == "connection_id" {
				continue
			}
			t.Run(c.String()+" "+f.Name, func(t *testing.T) {
				t.Parallel()
				use := action.Uses[f.Name].Use
				sent := use == tsp.UseSent || use == tsp.UseRequired
				changes := map[string]string{"another value": sample(f, 2), "absent": ""}
				if f.Nullable && !action.Uses[f.Name].NoNull {
					changes["null"] = "null"
				}
				for name, value := range changes {
					changed := maps.Clone(base)
					if changed[f.Name] = value; value == "" {
						delete(changed, f.Name)
					}
					if value == "" && f.Required {
						continue
					}
					if got := encoded(t, c, changed); (got != want) != sent {
						t.Errorf("%s is %s, and with %s the request changes: %v\n%s", f.Name, use, name, got != want, got)
					}
				}
			})
		}
	}
}

func TestAnUpdateSendsOnlyTheFieldsThatAreSet(t *testing.T) {
	t.Parallel()
	members := map[string]string{"vehicle_name": "name", "vin": "vin", "license_plate_number": "licensePlate",
		"notes": "notes", "external_id": "externalIds"}
	for field, member := range members {
		value := `"sample 0001"`
		want := `{"` + member + `":` + value + `}`
		if field == "external_id" {
			want = `{"externalIds":{"waybill":` + value + `}}`
		}
		request := encoded(t, updateVehicle, map[string]string{field: value})
		if _, body, _ := strings.Cut(request, "\n\n"); strings.TrimSpace(body) != want {
			t.Errorf("%s is sent as %s, want %s", field, body, want)
		}
	}
}
