package tsptest

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func referenceConfig(f flaw) Config {
	config := Config{
		New: newReference(f), Simulator: newReferenceSimulator, Golden: "testdata", OpenAPI: "testdata/reference.openapi.json",
		Collections: map[resource.Kind][]string{resource.KindVehicle: {"vehicles"}, resource.KindUser: {"users"},
			resource.KindMessage: {"messages"}, resource.KindGroupMessage: {"messages"}},
		Settings:  tsp.Settings{"home_group": "g1", "initial_password": "first-password-7"},
		Renewable: tsp.Credentials{Kind: "oauth2_initiate", Fields: map[string]string{"code": "demo-code"}},
		Switches:  []map[string]bool{{wholeAnswers: true}},
		Capitals:  []string{"license_plate_number"},
		Replies: []Reply{
			{Name: "an error with status 200", Status: http.StatusOK, Body: `{"error":"locked"}`, Class: tsp.Rejected},
			{Name: "nothing to change", Call: "PATCH /vehicles/", Status: http.StatusConflict, Body: `{"error":"unchanged"}`, Class: tsp.Done},
			{Name: "a quota with status 200", Body: `{"error":"too fast"}`, Class: tsp.Throttled},
			{Name: "a refusal with status 200", Body: `{"error":"no session"}`, Class: tsp.Unauthorized},
		},
	}
	if inspections(f) {
		config.Collections[resource.KindDvirLog] = []string{"inspections"}
		config.OpenAPI, config.Replies = "", config.Replies[:1]
	}
	if f == unlimited {
		config.Simulator = func(o simkit.Options) (simkit.Simulator, error) {
			o.Limits = false
			return newReferenceSimulator(o)
		}
	}
	if f == unstated {
		config.Simulator = func(o simkit.Options) (simkit.Simulator, error) {
			host, err := newReferenceSimulator(o)
			if err == nil {
				on := strings.NewReader(`{"` + simkit.AssumedLimits + `":true}`)
				host.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/_sim/switches", on))
			}
			return host, err
		}
	}
	return config
}

func TestTheReferenceAdapterConforms(t *testing.T) {
	t.Parallel()
	Run(t, referenceConfig(""))
}

func TestTheReferenceAdapterOfInspectionsConforms(t *testing.T) {
	t.Parallel()
	Run(t, referenceConfig(inspectsRightly))
}

// failing returns the names of the checks that fail, with what they say. Under the race
// detector it holds only the check that is meant to fail.
func failing(t *testing.T, s *suite, meant string) map[string][]string {
	failed := map[string][]string{}
	for _, c := range checks() {
		if underRace && c.name != meant {
			continue
		}
		if c.whole != nil {
			if o := s.try(t, c, tsp.Capability{}); len(o.Failures) > 0 {
				failed[c.name] = o.Failures
			}
			continue
		}
		for _, capability := range s.row(c) {
			if o := s.try(t, c, capability); len(o.Failures) > 0 {
				failed[c.name] = append(failed[c.name], o.Failures...)
			}
		}
	}
	return failed
}

func TestEachFlawFailsItsCheckAndNoOther(t *testing.T) {
	t.Parallel()
	for f, want := range flaws() {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			config := referenceConfig(f)
			if (f == changesHeader || f == confusesValues) && *update {
				t.Skip("golden files are being written anew")
			}
			if f != changesHeader && f != confusesValues {
				config.Golden = "" // Only these flaws are about the golden files, which tell of many.
			}
			failed := failing(t, newSuite(config), want)
			if config.Golden == "" {
				delete(failed, "golden")
				delete(failed, "values")
			}
			if f == restless {
				delete(failed, "preview") // What is another request each time is another one than was previewed.
			}
			if diff := cmp.Diff([]string{want}, slices.Sorted(maps.Keys(failed))); diff != "" {
				t.Errorf("the failing checks are others (-want +got):\n%s", diff)
				for name, messages := range failed {
					if name != want {
						t.Errorf("%s: %s", name, strings.Join(messages[:min(len(messages), 3)], "\n"))
					}
				}
			}
		})
	}
}

func TestEveryCheckHasAFlaw(t *testing.T) {
	t.Parallel()
	all := slices.Collect(maps.Values(flaws()))
	for _, c := range checks() {
		if !slices.Contains(all, c.name) {
			t.Errorf("nothing shows that the check %q can fail", c.name)
		}
	}
}
