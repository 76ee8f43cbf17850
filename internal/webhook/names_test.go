package webhook

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

func TestTheNamesAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../api/openapi/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var contract struct {
		Components struct {
			Schemas map[string]struct {
				Enum []string `yaml:"enum"`
			} `yaml:"schemas"`
		} `yaml:"components"`
	}
	if err := yaml.Unmarshal(text, &contract); err != nil {
		t.Fatal(err)
	}
	for schema, ours := range map[string][]string{"WebhookEventNameEnum": slices.Concat(eventNames, ownNames), "WebhookCatchAllEvents": catchAllNames} {
		if diff := cmp.Diff(contract.Components.Schemas[schema].Enum, ours); diff != "" {
			t.Errorf("%s: %s", schema, diff)
		}
	}
}

func TestEveryWildcardStandsForConcreteNamesOfItsResource(t *testing.T) {
	t.Parallel()
	for _, name := range documentedNames() {
		got := expand(name)
		if len(got) == 0 || slices.ContainsFunc(got, isWildcard) {
			t.Errorf("%s stands for %v", name, got)
		}
	}
	if diff := cmp.Diff([]string{"trailer.added", "trailer.modified", "trailer.removed"}, expand("trailer.*")); diff != "" {
		t.Error(diff)
	}
}

func TestANameOfOurOwnIsAskedForByNameAlone(t *testing.T) {
	t.Parallel()
	for _, name := range ownNames {
		of, _, _ := strings.Cut(name, ".")
		if !knownName(name) || slices.Contains(expand(of+wildcard), name) {
			t.Errorf("%s is known: %v; its wildcard stands for %v", name, knownName(name), expand(of+wildcard))
		}
	}
}

func TestAWildcardNarrowsToOurOwnNamesToo(t *testing.T) {
	t.Parallel()
	want := []string{"connection.created", "connection.staled", "connection.activated", "connection.updated"}
	if diff := cmp.Diff(want, narrowed("connection.*")); diff != "" {
		t.Error(diff)
	}
	if got := narrowed("connection.created"); len(got) != 1 {
		t.Errorf("%v", got)
	}
}
