package openapi_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/api/openapi"
)

// contracts reads the contract's documents. The paths of authentication are relative to a realm there.
func contracts(t *testing.T) []api {
	t.Helper()
	folder := contractFolder(t)
	var read []api
	for _, name := range []string{"authentication", "telematics", "integrations", "notifications"} {
		document, err := os.ReadFile(filepath.Join(folder, name+".openapi.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		contract := api{root: load(t, document)}
		if name == "authentication" {
			contract.prefix = "/realms/{realm}"
		}
		read = append(read, contract)
	}
	return read
}

func TestEveryRouteThatTheContractKnowsIsAsTheContractSays(t *testing.T) {
	t.Parallel()
	ours := api{root: load(t, openapi.Document())}
	served := maps.Collect(ours.operations())
	met := map[string]bool{}
	var compared figures
	for _, contract := range contracts(t) {
		for name, operation := range contract.operations() {
			if served[name] == nil {
				continue
			}
			theirs := contract.comparable(operation)
			compared.count(theirs)
			for _, found := range diff(name, theirs, ours.comparable(served[name])) {
				if _, known := deviations[found.path]; known {
					met[found.path] = true
					continue
				}
				t.Error(found)
			}
		}
	}
	for path, reason := range deviations {
		if !met[path] {
			t.Errorf("%s is as the contract says: take it off the list of deviations (%s)", path, reason)
		}
	}
	t.Logf("compared with the contract: %s", compared)
}

func TestEveryRouteOfTheContractIsServedOrListedAsNotYetServed(t *testing.T) {
	t.Parallel()
	known := map[string]object{}
	for _, contract := range contracts(t) {
		maps.Insert(known, contract.operations())
	}
	ours := maps.Collect(api{root: load(t, openapi.Document())}.operations())
	missing := notServed(t)
	for _, gap := range gaps(known, ours, missing, ownRoutes) {
		t.Error(gap)
	}
	t.Logf("%d routes, webhooks among them; %d of the contract's %d, %d of our own", len(ours), len(known)-len(missing),
		len(known), len(ownRoutes))
}

// gaps are the routes that one side lacks and no list excuses, and the excuses that are not needed.
func gaps(contract, ours map[string]object, notServed map[string]string, own []string) []string {
	var found []string
	for _, name := range slices.Sorted(maps.Keys(contract)) {
		_, served := ours[name]
		_, listed := notServed[name]
		switch {
		case served && listed:
			found = append(found, name+" is served: take it off the list of what is not")
		case !served && !listed:
			found = append(found, name+" is in the contract, but neither served nor listed as not yet served")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(notServed)) {
		if contract[name] == nil {
			found = append(found, name+" is listed as not yet served, but the contract does not have it")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(ours)) {
		if contract[name] == nil && !slices.Contains(own, name) {
			found = append(found, name+" is neither in the contract nor listed as our own")
		}
	}
	for _, name := range own {
		if contract[name] != nil || ours[name] == nil {
			found = append(found, name+" is listed as our own, but the contract has it or we do not")
		}
	}
	return found
}

func TestEverySchemaKeepsTheNameThatTheContractGivesIt(t *testing.T) {
	t.Parallel()
	ours := api{root: load(t, openapi.Document())}
	served := maps.Collect(ours.operations())
	schemas := at(ours.root, "components", "schemas").(object)
	theirs, used := map[string]bool{}, map[string]bool{}
	for _, contract := range contracts(t) {
		for name := range at(contract.root, "components", "schemas").(object) {
			theirs[name] = true
		}
		for route, operation := range contract.operations() {
			if served[route] == nil {
				continue
			}
			for ref := range contract.reach(operation) {
				if name, ok := strings.CutPrefix(ref, schemaPlace); ok && !used[name] && schemas[name] == nil {
					t.Errorf("%s needs the schema %s, which we do not have under that name", route, name)
				}
				used[strings.TrimPrefix(ref, schemaPlace)] = true
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		if theirs[name] == slices.Contains(ownSchemas, name) {
			t.Errorf("the schema %s must be either in the contract or listed as our own", name)
		}
	}
	for _, name := range ownSchemas {
		if schemas[name] == nil {
			t.Errorf("the schema %s is listed as our own, but we do not have it", name)
		}
	}
}
