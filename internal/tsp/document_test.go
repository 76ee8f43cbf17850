package tsp_test

import (
	"bytes"
	"fmt"
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/resource/resourcetest"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/all"
)

// A program that builds its bodies by the schema of a capability document must not be refused,
// and must be able to make every body that is accepted.
func TestTheSchemasOfCapabilityDocumentsTakeWhatIsAccepted(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, adapter := range all.Adapters() {
		spec := adapter.Spec()
		for i, settings := range variants(spec) {
			for _, c := range tsp.Capabilities() {
				action, ok := spec.Actions[c]
				if !ok {
					continue
				}
				checked++
				action = action.Under(settings)
				// What an action's own check says of several fields a schema cannot tell.
				action.Check = nil
				t.Run(fmt.Sprintf("%s %s %d", spec.Name, c, i), func(t *testing.T) {
					t.Parallel()
					agree(t, spec.DisplayName, c, action, settings)
				})
			}
		}
	}
	if checked < 10 {
		t.Errorf("only %d actions were checked", checked)
	}
}

func TestADocumentTellsWhatIsImportedAndWhatIsNotShownAgain(t *testing.T) {
	t.Parallel()
	const hidden, unlisted = "its list shows no colour", "its messages have no list"
	spec := tsp.Spec{Name: "geotab", Actions: tsp.Actions{
		{Kind: resource.KindVehicle, Verb: resource.Create}: {Uses: tsp.Uses{"vehicle_name": tsp.Sent(), "notes": tsp.Sent().NotRead(hidden)}},
		{Kind: resource.KindMessage, Verb: resource.Create}: {Uses: tsp.Uses{"message_text": tsp.Sent().NotRead(hidden)}},
	}, Imports: []tsp.ImportKind{{Kind: resource.KindVehicle, Collections: []string{"vehicles"}}},
		NotImported: map[resource.Kind]string{resource.KindMessage: unlisted}}
	const left = "what dispatch sent is left out"
	spec.Imports = append(spec.Imports, tsp.ImportKind{Kind: resource.KindUser, Collections: []string{"users"}, Note: left})
	d := tsp.Document(spec, nil)
	unread := map[string]string{}
	for _, w := range d.Writes {
		for _, f := range w.Fields {
			if f.Unread != nil {
				unread[string(w.Resource)+"."+f.Name] = *f.Unread
			}
		}
	}
	if diff := cmp.Diff(map[string]string{"vehicle.notes": hidden}, unread); diff != "" {
		t.Error(diff)
	}
	for _, one := range d.Imports {
		listed := one.Resource == resource.KindVehicle || one.Resource == resource.KindUser
		if one.Available != listed || (one.Resource == resource.KindVehicle) != (one.Reason == nil) {
			t.Errorf("%+v", one)
		}
		if one.Resource == resource.KindUser && *one.Reason != left {
			t.Errorf("of the users it tells %s", *one.Reason)
		}
		if one.Resource == resource.KindMessage && *one.Reason != unlisted {
			t.Errorf("messages are not imported because %s", *one.Reason)
		}
	}
	if len(d.Imports) != len(resource.Kinds()) {
		t.Errorf("%d kinds are told", len(d.Imports))
	}
}

// variants are the settings under which an adapter's field uses differ.
func variants(spec tsp.Spec) []tsp.Settings {
	found := []tsp.Settings{spec.Effective(nil)}
	seen := map[string]bool{}
	for _, action := range spec.Actions {
		for _, use := range action.Uses {
			for _, one := range use.Cases {
				key := one.Setting + "=" + one.Value
				if seen[key] {
					continue
				}
				seen[key] = true
				value := one.Value
				if value == "" {
					value = "x"
				}
				found = append(found, spec.Effective(tsp.Settings{one.Setting: value}))
			}
		}
	}
	return found
}

func agree(t *testing.T, display string, c tsp.Capability, action tsp.Action, settings tsp.Settings) {
	t.Helper()
	s, err := resource.For(c.Kind, c.Verb)
	if err != nil {
		t.Fatal(err)
	}
	schema := compile(t, action.JSONSchema(display, s))
	rapid.Check(t, func(t *rapid.T) {
		body := resourcetest.Body(t, s)
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		refused := schema.Validate(value)
		payload, problems := s.Decode(body)
		if len(problems) == 0 {
			problems = action.Apply(display, s, payload, settings).Problems
			// It looks at whole writes alone, and no schema says what one field's value means for another's.
			if s.Together != nil && len(problems) > 0 && len(s.Together(payload)) == len(problems) {
				problems = nil
			}
		}
		if (refused == nil) != (len(problems) == 0) {
			t.Fatalf("%s\nthe schema says %v\nthe service says %v", body, refused, problems)
		}
	})
}

func compile(t *testing.T, of *resource.JSONSchema) *jsonschema.Schema {
	t.Helper()
	text, err := json.Marshal(of)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("write.json", parsed); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("write.json")
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return schema
}
